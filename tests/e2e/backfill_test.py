#!/usr/bin/env python3
"""Backfills of a real daemon: many partitions, run by run, steered and interrupted."""
import json

from daemon import DaemonTest, main, until

DEFINITIONS = """
project: shop
assets:
  - key: daily
    partitions: {daily: {start: "2026-01-01", end: "2026-03-02"}}
    command: [sh, make.sh]
  - key: report
    deps: [daily]
    partitions: {daily: {start: "2026-01-01", end: "2026-03-02"}}
    command: [sh, make.sh]
  - key: ranged
    partitions: {daily: {start: "2026-01-01", end: "2026-03-02"}}
    backfill_policy: {multi_run: {n: 20, concurrency: 2}}
    command: [sh, range.sh]
"""
MAKE = """
set -eu
mkdir -p out
if [ -e "hold-$FRESHET_PARTITION" ]; then exit 1; fi
echo "$FRESHET_ASSET $FRESHET_PARTITION" >> out/made
"""
RANGE = """
set -eu
mkdir -p out
echo "$FRESHET_PARTITION_FIRST $FRESHET_PARTITION_LAST ${FRESHET_PARTITION-none}" >> out/ranges
python3 -c 'import base64, json, os, zlib
params = json.loads(zlib.decompress(base64.b64decode(os.environ["DAGSTER_PIPES_CONTEXT"])))
print(open(params["path"]).read())' >> out/contexts
"""


class BackfillTest(DaemonTest):
    def backfill(self, daemon, id):
        return daemon.get("/backfills/" + id)

    def ended(self, daemon, id):
        return until(f"backfill {id} to end", lambda: (b := daemon.get(f"/backfills/{id}?wait=20"))["ended_at"] and b)

    def make(self):
        return self.daemon(DEFINITIONS, {"make.sh": MAKE, "range.sh": RANGE})

    def test_a_selection_is_made_partition_by_partition_and_survives_a_kill(self):
        daemon = self.make().start()
        looked_at = daemon.post("/backfills", {"select": "daily+", "partitions": "2026-01-01...2026-01-30",
                                               "dry_run": True}, 200)
        self.assertEqual((60, 30), (looked_at["count"], looked_at["runs"]))
        self.assertEqual([], daemon.items("/backfills"))
        asked = daemon.post("/backfills", {"select": "daily+", "partitions": "2026-01-01...2026-01-30",
                                           "concurrency": 3, "reason": "a new column"}, 201)
        until("some to be made", lambda: self.backfill(daemon, asked["id"])["counts"]["succeeded"] >= 6)
        daemon.kill()
        daemon.start()
        self.assertLess(self.backfill(daemon, asked["id"])["counts"]["succeeded"], 60)
        end = self.ended(daemon, asked["id"])
        self.assertEqual(("succeeded", 30, 60), (end["status"], end["runs"], end["counts"]["succeeded"]))
        self.assertEqual("a new column", end["reason"])
        made = daemon.read("out/made").splitlines()
        self.assertEqual(60, len(set(made)))
        for day in ("2026-01-01", "2026-01-30"):
            self.assertLess(made.index("daily " + day), made.index("report " + day))
        self.assertEqual(30, len(daemon.items("/runs", "backfill=" + asked["id"])))
        self.assertEqual([asked["id"]], [b["id"] for b in daemon.items("/backfills")])

    def test_it_is_paused_resumed_and_canceled(self):
        daemon = self.make().start()
        asked = daemon.post("/backfills", {"select": "daily", "order": "newest_first", "concurrency": 1}, 201)
        daemon.post(f"/backfills/{asked['id']}/pause", {"reason": "the disk is full"})
        until("its run to end", lambda: not daemon.items("/runs", "status=queued,starting,running"))
        paused = self.backfill(daemon, asked["id"])
        self.assertEqual("paused", paused["status"])
        pending = paused["counts"]["pending"]
        self.assertGreater(pending, 0)
        self.assertIn("paused", daemon.get("/assets/daily/why?partition=2026-01-01")["text"])
        daemon.restart()
        self.assertEqual(pending, self.backfill(daemon, asked["id"])["counts"]["pending"])
        daemon.post(f"/backfills/{asked['id']}/resume", {})
        until("more to be made", lambda: self.backfill(daemon, asked["id"])["counts"]["pending"] < pending)
        daemon.post(f"/backfills/{asked['id']}/cancel", {})
        end = self.ended(daemon, asked["id"])
        self.assertEqual("canceled", end["status"])
        made = daemon.read("out/made").splitlines()
        self.assertEqual("daily 2026-03-01", made[0])
        self.assertNotIn("daily 2026-01-01", made)
        refused = daemon.request("POST", f"/api/v1/backfills/{asked['id']}/pause")
        self.assertEqual(409, refused.status)

    def test_what_failed_holds_back_what_needs_it_and_is_made_again(self):
        daemon = self.make()
        daemon.write("hold-2026-01-02", "")
        daemon.start()
        asked = daemon.post("/backfills", {"select": "daily+", "partitions": "2026-01-01...2026-01-03"}, 201)
        end = self.ended(daemon, asked["id"])
        self.assertEqual(("failed", 4, 2), (end["status"], end["counts"]["succeeded"], end["counts"]["failed"]))
        (daemon.project / "hold-2026-01-02").unlink()
        again = daemon.post(f"/backfills/{asked['id']}/retry", {}, 201)
        end = self.ended(daemon, again["id"])
        self.assertEqual(("succeeded", 2, asked["id"]), (end["status"], end["counts"]["succeeded"], end["retry_of"]))
        self.assertEqual(1, daemon.read("out/made").splitlines().count("daily 2026-01-01"))

    def test_a_range_is_one_process_that_knows_its_bounds(self):
        daemon = self.make().start()
        asked = daemon.post("/backfills", {"select": "ranged"}, 201)
        end = self.ended(daemon, asked["id"])
        self.assertEqual(("succeeded", 3, 60), (end["status"], end["runs"], end["counts"]["succeeded"]))
        self.assertEqual(["2026-01-01 2026-01-20 none", "2026-01-21 2026-02-09 none", "2026-02-10 2026-03-01 none"],
                         sorted(daemon.read("out/ranges").splitlines()))
        context = json.loads(sorted(daemon.read("out/contexts").splitlines())[0])
        self.assertIsNone(context["partition_key"])
        self.assertEqual({"start": "2026-01-01", "end": "2026-01-20"}, context["partition_key_range"])
        self.assertEqual({"start": "2026-01-01T00:00:00.000000Z", "end": "2026-01-21T00:00:00.000000Z"},
                         context["partition_time_window"])
        run = daemon.items("/runs", "backfill=" + asked["id"])[-1]
        self.assertEqual(("2026-01-01...2026-01-20", 20),
                         (run["steps"][0]["partition"], run["steps"][0]["partition_count"]))
        counts = daemon.get("/assets/ranged/partitions")["counts"]
        self.assertEqual((60, 0), (counts["materialized"], counts["missing"]))

    def test_the_command_line_starts_lists_and_follows(self):
        daemon = self.make().start()
        looked_at = daemon.cli("backfill", "ranged", "--dry-run")
        self.assertIn("60 partitions in 3 runs", looked_at.stdout)
        made = daemon.cli("backfill", "ranged", "--partitions", "2026-01-01...2026-01-10", "--wait", "--timeout", "1m")
        self.assertEqual(0, made.returncode, made.stderr)
        self.assertIn("10 of 10 made", made.stdout)
        listed = daemon.cli("backfill")
        self.assertIn("succeeded", listed.stdout)
        nothing = daemon.cli("backfill", "ranged", "--partitions", "2026-01-01...2026-01-10", "--only", "missing")
        self.assertEqual(1, nothing.returncode)
        self.assertIn("no partition of that state", nothing.stderr)


if __name__ == "__main__":
    main()
