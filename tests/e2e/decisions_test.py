#!/usr/bin/env python3
"""Decisions of a real daemon, with the tree that each was made from, and what a process reports of columns."""
import json

from daemon import DaemonTest, main, until

DEFINITIONS = """
project: shop
sources:
  - {asset: feed, webhook: {}}
assets:
  - key: raw
    deps: [feed]
    partitions: {static: [at, de, hu]}
    command: [sh, -c, 'true']
    automation: eager
  - key: clean
    deps: [raw]
    partitions: {static: [at, de, hu]}
    command: [sh, -c, 'true']
    automation: on_cron("0 0 1 1 *")
  - key: customers
    deps: [feed]
    command: [python3, customers.py]
    automation: eager
  - key: by_city
    deps: [{asset: customers, columns: [city]}]
    command: [sh, -c, 'echo made >>by_city']
    automation: eager
  - key: reader
    deps: [customers]
    command: [python3, reader.py]
    automation: eager
"""
PIPES = """
import base64, json, os, zlib
load = lambda name: json.loads(zlib.decompress(base64.b64decode(os.environ[name])))
say = lambda method, params: print(json.dumps({"__dagster_pipes_version": "0.1", "method": method, "params": params}),
                                   file=out, flush=True)
out = open(load("DAGSTER_PIPES_MESSAGES")["path"], "a")
say("opened", {})
"""
CUSTOMERS = PIPES + """
city = "c1" if not os.path.exists("moved") else "c2"
say("report_asset_materialization", {"asset_key": "customers", "data_version": None, "metadata": {
    "freshet/column_versions": {"raw_value": {"city": city, "phone": os.urandom(4).hex()}, "type": "json"}}})
say("closed", {})
"""
READER = PIPES + """
open("read", "a").write("made\\n")
say("report_asset_materialization", {"asset_key": "reader", "data_version": None, "metadata": {
    "freshet/columns_read": {"raw_value": {"customers": ["city"], "nobody": ["x"]}, "type": "json"}}})
say("closed", {})
"""
FILES = {"customers.py": CUSTOMERS, "reader.py": READER}


class DecisionsTest(DaemonTest):
    def test_a_decision_keeps_its_tree_with_candidates_and_since_when(self):
        daemon = self.daemon(DEFINITIONS, FILES).start()
        daemon.report("feed", "1")
        until("all of raw", lambda: daemon.asset("raw")["partition_counts"]["materialized"] == 3)
        daemon.restart()
        requested = [d for d in daemon.items("/assets/raw/decisions") if d["requested"]][-1]
        whole = daemon.get("/decisions/" + requested["id"])
        self.assertEqual((3, ["at", "de", "hu"]), (whole["members"]["count"], whole["members"]["keys"]))
        self.assertEqual("eager", whole["tree"]["label"])
        self.assertEqual(3, whole["tree"]["candidates"]["count"])
        self.assertTrue(all(child["since"] for child in whole["tree"]["children"]))
        self.assertIn("feed", json.dumps(whole["tree"]))
        self.assertEqual(404, daemon.request("GET", "/api/v1/decisions/7777777").status)

    def test_what_reads_no_column_that_changed_is_left_alone(self):
        daemon = self.daemon(DEFINITIONS, FILES).start()
        daemon.report("feed", "1")
        until("the cities", lambda: daemon.asset("by_city")["data"] == "fresh")
        for version in ("2", "3"):
            daemon.report("feed", version)
            daemon.rest()
        self.assertEqual(1, len(daemon.lines("by_city")))
        self.assertEqual("fresh", daemon.asset("by_city")["data"])
        daemon.write("moved", "")
        daemon.report("feed", "4")
        until("the cities anew", lambda: len(daemon.lines("by_city")) == 2)

    def test_what_a_step_reports_to_have_read_holds_until_it_is_defined_otherwise(self):
        daemon = self.daemon(DEFINITIONS, FILES).start()
        daemon.report("feed", "1")
        run = daemon.finished(daemon.run_of("reader"))
        self.assertEqual("succeeded", run["status"])
        events = daemon.items("/runs/" + run["id"] + "/events")
        self.assertEqual(1, sum(event["type"] == "columns_reported" for event in events))
        self.assertTrue(any('"nobody" is no dependency of reader' in event.get("message", "") for event in events))
        for version in ("2", "3"):
            daemon.report("feed", version)
            daemon.rest()
            daemon.restart()
        self.assertEqual((1, "fresh"), (len(daemon.lines("read")), daemon.asset("reader")["data"]))
        daemon.write("moved", "")
        daemon.report("feed", "4")
        until("another city", lambda: len(daemon.lines("read")) == 2)
        daemon.rest()
        daemon.write("freshet.yaml", DEFINITIONS.replace("key: reader", 'key: reader\n    code_version: "2"'))
        daemon.post("/reload", {})
        daemon.report("feed", "5")
        until("whatever changed", lambda: len(daemon.lines("read")) == 3)


if __name__ == "__main__":
    main()
