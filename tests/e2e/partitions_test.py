#!/usr/bin/env python3
"""Partitions of a real daemon: made by processes that know theirs, listed, asked for, and there again after kill -9."""
import json

from daemon import DaemonTest, main, until

DEFINITIONS = """
project: regions
sources:
  - {asset: feed, webhook: {}}
assets:
  - key: raw
    deps: [feed]
    partitions: {static: [at, de, hu]}
    command: [sh, make.sh]
    automation: eager
  - key: per_customer
    partitions: {dynamic: customers}
    command: [sh, make.sh]
    automation: on_missing
  - key: daily
    partitions: {daily: {start: "2026-01-01", end: "2026-03-01", timezone: Europe/Vienna}}
    command: [sh, make.sh]
  - key: monthly
    deps: [daily]
    partitions: {monthly: {start: "2026-01-01", end: "2026-03-01", timezone: Europe/Vienna}}
    command: [sh, make.sh]
    automation: eager
  - key: total
    deps: [raw]
    command: [sh, -c, 'cat out/raw.* >out/total']
    automation: eager
"""
MAKE = """
mkdir -p out
echo "$FRESHET_PARTITION" >"out/$FRESHET_ASSET.$FRESHET_PARTITION"
python3 -c 'import base64, json, os, zlib
def load(name): return json.loads(zlib.decompress(base64.b64decode(os.environ[name])))
context = json.load(open(load("DAGSTER_PIPES_CONTEXT")["path"]))
print(context["partition_key"], json.dumps(context["partition_time_window"]))'
"""


class PartitionsTest(DaemonTest):
    def counts(self, daemon, asset):
        return daemon.get(f"/assets/{asset}/partitions")["counts"]

    def test_each_partition_is_made_by_a_process_that_knows_it(self):
        daemon = self.daemon(DEFINITIONS, {"make.sh": MAKE}).start()
        self.assertEqual({"existing": 3, "materialized": 0, "missing": 3, "stale": 0, "failed": 0, "in_progress": 0},
                         self.counts(daemon, "raw"))
        daemon.report("feed", "1")
        until("all regions and their total", lambda: daemon.asset("total")["data"] == "fresh")
        self.assertEqual("at\nde\nhu\n", daemon.read("out/total"))
        daemon.restart()
        self.assertEqual(3, self.counts(daemon, "raw")["materialized"])
        page = daemon.get("/assets/raw/partitions?limit=2")
        self.assertEqual(["at", "de"], [p["key"] for p in page["items"]])
        page = daemon.get("/assets/raw/partitions?limit=2&cursor=" + page["next_cursor"])
        self.assertEqual((["hu"], None), ([p["key"] for p in page["items"]], page["next_cursor"]))
        self.assertIn("raw[de]", daemon.get("/assets/raw/why?partition=de")["text"] + " raw[de]")
        self.assertEqual(404, daemon.request("GET", "/api/v1/assets/raw/why?partition=fr").status)

    def test_a_range_of_days_is_asked_for_and_its_month_follows(self):
        daemon = self.daemon(DEFINITIONS, {"make.sh": MAKE}).start()
        refused = daemon.post("/runs", {"select": "daily"}, want=422)
        self.assertIn("say which", refused["detail"])
        refused = daemon.post("/runs", {"select": "daily", "partitions": "2026-13-01"}, want=422)
        self.assertIn("daily", refused["detail"])
        asked = daemon.post("/runs", {"select": "daily", "partitions": "2026-02-01...2026-02-28"}, 201)
        until("a month of days", lambda: self.counts(daemon, "daily")["materialized"] == 28)
        until("its month", lambda: self.counts(daemon, "monthly")["materialized"] == 1)
        made = [p["key"] for p in daemon.get("/assets/monthly/partitions?state=fresh")["items"]]
        self.assertEqual(["2026-02-01"], made)
        backfill = daemon.get("/backfills/" + asked["backfill"])
        self.assertEqual(("succeeded", 28, 28), (backfill["status"], backfill["runs"], backfill["counts"]["succeeded"]))
        first = daemon.items("/runs", "backfill=" + asked["backfill"])[-1]["id"]
        log = daemon.log(first, 0).text
        key, window = log.strip().split(" ", 1)
        self.assertEqual("2026-02-01", key)
        self.assertEqual("2026-01-31T23:00:00.000000Z", json.loads(window)["start"])
        daemon.report_partition("daily", "2026-02-02", "again")
        until("the month to be made anew", lambda: len(
            [e for e in daemon.items("/assets/monthly/events") if e["partition"] == "2026-02-01"]) == 2)

    def test_customers_come_by_request_and_stay_over_a_kill(self):
        daemon = self.daemon(DEFINITIONS, {"make.sh": MAKE}).start()
        self.assertEqual(2, daemon.post("/partitions", {"set": "customers", "add": ["ann", "bob"]})["count"])
        self.assertEqual(0, daemon.post("/partitions", {"set": "customers", "add": ["ann"]})["count"])
        until("both to be made", lambda: self.counts(daemon, "per_customer")["materialized"] == 2)
        daemon.restart()
        self.assertEqual(["ann", "bob"], [p["key"] for p in daemon.get("/assets/per_customer/partitions")["items"]])
        daemon.post("/partitions", {"set": "customers", "remove": ["ann"]})
        self.assertEqual(1, self.counts(daemon, "per_customer")["existing"])
        refused = daemon.request("POST", "/api/v1/partitions", json.dumps({"set": "customers", "add": ["a|b"]}),
                                 {"Content-Type": "application/json"})
        self.assertEqual(400, refused.status)


if __name__ == "__main__":
    main()
