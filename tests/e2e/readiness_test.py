#!/usr/bin/env python3
"""What would run and how long that takes, what is ready, and when the rest will be: with real steps."""
import datetime
import time

from daemon import DaemonTest, main, until

DEFINITIONS = """
project: shop
sources:
  - {asset: raw/orders, webhook: {}}
  - {asset: raw/prices, webhook: {}}
assets:
  - key: staging
    deps: [raw/orders, raw/prices]
    command: [sh, -c, "while [ -e hold ]; do sleep 0.02; done; sleep 0.1"]
    automation: eager
    checks: [{name: sane, command: [test, "!", -e, insane], blocking: true}]
  - {key: report, deps: [staging], command: [sh, -c, "sleep 0.05"], automation: eager}
  - {key: archive, deps: [report], command: [sh, -c, "exit 0"]}
  - {key: nightly, command: [sh, -c, "exit 0"], automation: 'on_cron("0 3 * * *", "Europe/Vienna")'}
"""


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Readiness(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS)

    def of(self, key):
        return next(i for i in self.it.get("/readiness")["items"] if i["asset"] == key)

    def deliver(self, version):
        self.it.report("raw/orders", version)
        self.it.report("raw/prices", version)
        until("the report", lambda: self.it.asset("report")["data"] == "fresh"
              and self.it.asset("report")["work"] == "idle" and self.it.asset("staging")["data"] == "fresh")

    def test_a_day_from_waiting_to_ready(self):
        waiting = self.of("staging")
        self.assertEqual(("waiting", 2, 0), (waiting["state"], waiting["inputs"], waiting["inputs_arrived"]))
        self.assertEqual("none", waiting["forecast"]["basis"])
        self.assertIn("0 of the last 30 days", waiting["forecast"]["text"])
        self.it.report("raw/orders", "monday")
        arriving = self.of("staging")
        self.assertEqual(("arriving", 1, None), (arriving["state"], arriving["inputs_arrived"], arriving["arrived_at"]))
        self.assertEqual("ready", self.of("raw/orders")["state"])
        self.it.write("hold", "")
        self.it.report("raw/prices", "monday")
        run = until("a run", lambda: self.it.get("/runs")["items"])[0]["id"]
        self.it.running(run, "staging")
        running = self.of("staging")
        self.assertEqual(("running", "step", True),
                         (running["state"], running["forecast"]["basis"], running["forecast"]["assumed"]))
        queued = self.of("report")
        self.assertEqual(("queued", "step"), (queued["state"], queued["forecast"]["basis"]))
        self.assertGreaterEqual(at(queued["forecast"]["p50"]), at(running["forecast"]["p50"]))
        (self.it.project / "hold").unlink()
        until("the report", lambda: self.of("report")["state"] == "ready")
        ready = self.of("staging")
        self.assertEqual("ready", ready["state"], ready)
        self.assertLessEqual(at(ready["arrived_at"]), at(ready["complete_at"]))
        self.assertLessEqual(at(ready["complete_at"]), at(ready["checked_at"]))
        self.assertEqual(ready["checked_at"], ready["ready_at"])
        self.assertIsNone(ready["forecast"])
        history = self.it.get("/assets/staging/readiness?days=2")["items"]
        self.assertEqual([None, ready["ready_at"]], [day["ready_at"] for day in history])
        self.it.write("insane", "")
        self.it.report("raw/orders", "tuesday")
        until("the check", lambda: self.of("staging")["state"] == "failed")
        lines = self.it.cli("readiness", "staging or report").stdout.splitlines()
        self.assertEqual(["report", "staging"], [line.split()[0] for line in lines])
        self.assertEqual("failed", lines[1].split()[1])

    def test_a_plan_knows_how_long_it_takes_once_it_was_seen(self):
        plan = self.it.post("/plan", {"changed": ["raw/orders"]})
        self.assertEqual([], plan["items"], "prices are missing")
        self.deliver("monday")
        plan = self.it.post("/plan", {"changed": ["raw/orders"]})
        self.assertEqual(["staging", "report"], [i["asset"] for i in plan["items"]])
        self.assertEqual(["staging", "report"], plan["critical_path"])
        staging, report = plan["items"]
        self.assertEqual((1, False), (staging["worked"]["samples"], staging["worked"]["assumed"]))
        self.assertGreaterEqual(staging["worked"]["p50"], 0.1)
        self.assertLess(staging["worked"]["p10"], staging["worked"]["p50"])
        self.assertAlmostEqual(staging["ready_after"], report["start_after"], places=3)
        self.assertAlmostEqual(plan["total"]["p50"], plan["working"] + plan["waiting"], places=3)
        self.assertEqual(0, plan["waiting"])
        self.it.restart()
        self.assertEqual(plan["total"], self.it.post("/plan", {"changed": ["raw/orders"]})["total"])
        asked = self.it.post("/plan", {"request": "archive"})
        self.assertEqual(["archive"], [i["asset"] for i in asked["items"]])
        self.assertTrue(asked["items"][0]["worked"]["assumed"], "it never ran")
        self.it.ask("POST", "/plan", {"request": "archiv"}, 422)
        self.it.ask("POST", "/plan", {"request": "raw/orders"}, 422)
        table = self.it.cli("plan", "raw/orders").stdout
        self.assertRegex(table, r"(?m)^staging\s+\* +0s \.\. \S+\s+because raw/orders is new$")
        self.assertRegex(table, r"(?m)^ready after about \S+ \(\S+ to \S+\), 0s of it waiting for room$")
        self.assertRegex(table, r"(?m)^\* critical path: staging > report$")
        self.assertEqual(2, self.it.cli("plan").returncode)

    def test_why_says_when(self):
        why = self.it.get("/assets/nightly/why")["expected"]
        self.assertEqual("clock", why["basis"])
        self.assertGreater(at(why["p50"]).timestamp(), time.time())
        self.assertIn("schedule's next tick", why["text"])
        self.assertIn("when somebody asks for it", self.it.get("/assets/archive/why")["expected"]["text"])
        self.assertIn("when raw/orders or raw/prices is updated",
                      self.it.get("/assets/staging/why")["expected"]["text"])
        self.deliver("monday")
        self.it.write("hold", "")
        self.it.report("raw/orders", "tuesday")
        until("the step", lambda: self.it.asset("staging")["work"] == "running")
        why = self.it.get("/assets/staging/why")["expected"]
        self.assertEqual(("step", 1), (why["basis"], why["samples"]))
        self.assertLessEqual(at(why["p10"]), at(why["p50"]))
        self.assertLessEqual(at(why["p50"]), at(why["p90"]))
        self.assertIn("expected 2", self.it.cli("why", "staging").stdout)
        (self.it.project / "hold").unlink()


if __name__ == "__main__":
    main()
