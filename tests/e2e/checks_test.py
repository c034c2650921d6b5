#!/usr/bin/env python3
"""Each check's result is recorded for the run that it was made in, also where two of them overlap; what it blocks
stays blocked."""
from daemon import DaemonTest, main, until

DEFINITIONS = """
project: checks
assets:
  - key: table
    command: ["true"]
    checks: [{name: sound, command: [sh, check.sh], blocking: true}]
  - {key: report, deps: [table], command: ["true"]}
"""
# Ends when and as it is told, run by run.
CHECK = """
touch "begun.$FRESHET_RUN_ID"
while [ ! -e "verdict.$FRESHET_RUN_ID" ]; do sleep 0.05; done
exit "$(cat "verdict.$FRESHET_RUN_ID")"
"""


class OverlappingChecks(DaemonTest):
    def begin(self):
        """Two runs of the table, of which the second's check has begun beside the first's, or waits for it."""
        self.it = self.serve(DEFINITIONS, {"check.sh": CHECK})
        first = self.it.materialize("table")
        until("the first check to begin", lambda: self.has_begun(first))
        second = self.it.materialize("table+")
        until("the second check to begin, or to wait", lambda: self.has_begun(second) or self.waits(second))
        return first, second

    def has_begun(self, run):
        return (self.it.project / f"begun.{run}").exists()

    def waits(self, run):
        """Its data are there, but its check was not admitted in the same moment."""
        return (self.it.step(run, "table")["status"] == "succeeded"
                and self.it.step(run, "table", "sound")["status"] == "queued")

    def has_ended(self, run):
        return self.it.step(run, "table", "sound")["status"] not in ("queued", "starting", "running")

    def judge(self, run, code):
        self.it.write(f"verdict.{run}", f"{code}\n")

    def results(self):
        return {e["run"]: e["passed"] for e in self.it.items("/assets/table/events") if e["kind"] == "check"}

    def test_a_bad_result_of_the_newer_data_is_not_lost_to_a_good_one_of_the_older(self):
        first, second = self.begin()
        self.judge(first, 0)
        until("the first check to end", lambda: self.has_ended(first))
        self.judge(second, 1)
        self.it.finished(first)
        self.assertEqual("failed", self.it.finished(second)["status"])
        self.assertEqual({first: True, second: False}, self.results())
        report = self.it.step(second, "report")
        self.assertEqual("check_failed", report["reason"] and report["reason"]["code"], report)
        self.assertEqual("missing", self.it.asset("report")["data"], "nothing is made of what is not sound")

    def test_both_results_are_recorded_whichever_comes_first(self):
        first, second = self.begin()
        self.judge(second, 0)
        until("the second check to end, or to wait",
              lambda: self.has_ended(second) or self.waits(second))
        self.judge(first, 1)
        for run in (first, second):
            self.it.finished(run)
        self.assertEqual({first: False, second: True}, self.results())



class ChecksAlone(DaemonTest):
    def test_they_run_again_without_their_asset_and_let_go_of_what_waits(self):
        it = self.serve(DEFINITIONS.replace("command: [\"true\"]}", "command: [\"true\"], automation: eager}"),
                        {"check.sh": "test -e good\n"})
        refused = it.post("/runs", {"select": "table", "checks_only": True}, 422)
        self.assertIn("nothing here can be checked", refused["detail"])
        it.finished(it.materialize("table"))
        self.assertEqual(1, it.asset("table")["checks_failed"])
        before = it.asset("table")["latest"]["id"]
        it.write("good", "")
        again = it.cli("materialize", "table", "--checks", "--wait")
        self.assertEqual(0, again.returncode, again.stderr)
        self.assertIn("table (check sound)", again.stdout)
        self.assertEqual(before, it.asset("table")["latest"]["id"])
        self.assertEqual((1, 0), (it.asset("table")["checks_passed"], it.asset("table")["checks_failed"]))


class ChecksOfTheirOwnAccord(DaemonTest):
    def test_they_run_alone_when_their_condition_holds_also_after_a_restart(self):
        it = self.serve("""
project: checks
sources: [{asset: feed, webhook: {}, checks: [{name: whole, command: [sh, -c, "exit 1"], automation: eager}]}]
assets:
  - key: table
    deps: [feed]
    command: ["true"]
    automation: eager
    checks:
      - {name: slow, command: [sh, slow.sh], automation: eager}
      - {name: nightly, command: [sh, slow.sh], automation: 'on_cron("0 3 1 1 *") & ~asset_matches("feed", stale)'}
      - {name: plain, command: ["true"]}
""", {"slow.sh": "echo $FRESHET_ASSET >>slow\n"})
        it.report("feed", "1")
        until("both checks to have run", lambda: len(it.lines("slow")) == 1 and it.asset("feed")["checks_failed"] == 1)
        it.rest()
        steps = sorted(sorted((s["asset"], s["check"] or "") for s in it.get("/runs/" + run["id"])["steps"])
                       for run in it.runs())
        self.assertEqual([[("feed", "whole")], [("table", ""), ("table", "plain")], [("table", "slow")]], steps)
        decided = [d for d in it.items("/assets/table/decisions") if d["requested"] and d["check"]]
        self.assertEqual(["check slow of table: requested, because table was updated"], [d["text"] for d in decided])
        whole = it.get("/decisions/" + decided[0]["id"])
        self.assertEqual(("slow", "eager"), (whole["check"], whole["tree"]["label"]))
        why = it.get("/assets/table/why")["checks"]
        self.assertEqual(["slow", "nightly"], [check["name"] for check in why])
        self.assertText("check nightly of table: not requested, because", why[1]["text"])
        self.assertIn("check slow of table", it.cli("why", "table").stdout)
        self.assertEqual(["table"], [item["asset"] for item in it.post("/plan", {"changed": ["feed"]})["items"]])
        # A pending request is kept over a restart, and made when the pause ends.
        it.post("/automation/pause", {"select": "table"})
        it.post("/events", {"kind": "materialization", "asset": "table", "data_version": "2"}, 202)
        it.restart()
        self.assertText("would be requested, but automation is paused", it.get("/assets/table/why")["checks"][0]["text"])
        self.assertEqual(1, len(it.lines("slow")))
        it.post("/automation/resume", {"select": "table"})
        until("the check to have run again", lambda: len(it.lines("slow")) == 2)


if __name__ == "__main__":
    main()
