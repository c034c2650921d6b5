#!/usr/bin/env python3
"""What is wrong, by its causes; what failed, by what it said; and how that looks over time."""
from daemon import DaemonTest, main, until

DEFINITIONS = """
project: shop
sources:
  - {asset: raw/orders, webhook: {}}
assets:
  - key: staging
    deps: [raw/orders]
    owners: [team:data]
    command: [sh, -c, "echo 'step begins' >&2; echo 'DiskError: /data/x7 has 0 bytes left' >&2; [ ! -e broken ]"]
    automation: eager
  - {key: report, deps: [staging], command: [sh, -c, "exit 0"], automation: eager,
     freshness: {within: 5h}}
  - {key: other, command: [sh, -c, "echo 'DiskError: /data/x8 has 12 bytes left' >&2; exit 2"]}
  - key: daily
    command: [sh, -c, "exit 0"]
    partitions: {daily: {start: 2026-01-01}}
"""


class Incidents(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS)

    def deliver(self, version, state):
        self.it.report("raw/orders", version)
        until("the step", lambda: self.it.asset("staging")["work"] == state
              and self.it.asset("report")["work"] == "idle")

    def test_a_failure_is_one_incident_until_it_is_repaired(self):
        self.deliver("monday", "idle")
        self.assertEqual([], self.it.get("/incidents")["items"])
        self.it.write("broken", "")
        self.deliver("tuesday", "failed")
        told = self.it.get("/incidents")
        self.assertEqual(["staging"], [item["asset"] for item in told["items"]])
        item = told["items"][0]
        self.assertEqual("staging failed: DiskError: /data/x7 has 0 bytes left", item["text"])
        self.assertEqual(["team:data"], item["owners"])
        self.assertEqual((1, ["report"]), (item["affects"], item["affected"]))
        self.assertEqual(["report"], [each["asset"] for each in item["at_risk"]])
        run = self.it.get("/runs/" + item["run"])
        self.assertEqual("staging", run["steps"][item["step"]]["asset"])
        self.assertIn("1 problem", told["sentence"])
        (self.it.project / "broken").unlink()
        self.deliver("wednesday", "idle")
        self.assertEqual([], self.it.get("/incidents")["items"])

    def test_failures_that_say_the_same_are_one_group(self):
        self.it.write("broken", "")
        self.deliver("monday", "failed")
        other = self.it.materialize("other")
        until("its end", lambda: self.it.get("/runs/" + other)["status"] == "failed")
        groups = self.it.get("/failures")["items"]
        self.assertEqual([(2, ["other", "staging"])], [(g["count"], sorted(g["assets"])) for g in groups])
        self.assertEqual("DiskError: /data/x8 has 12 bytes left", groups[0]["text"])
        runs = self.it.get("/runs?error=" + groups[0]["fingerprint"])["items"]
        self.assertEqual([other], [run["id"] for run in runs if run["cause"] == "person"])
        self.assertEqual(2, len(runs))
        self.assertEqual([other], [run["id"] for run in self.it.get("/runs?select=other&cause=person")["items"]])
        line = self.it.get("/timeline?px=10")
        self.assertEqual((2, 2), (line["total"]["failed"], sum(line["failed"])))
        self.assertEqual(2, line["failed"][9])

    def test_partitions_are_counted_in_bars(self):
        bars = self.it.get("/assets/daily/partitions?view=bars&px=10")
        self.assertEqual(10, bars["columns"])
        self.assertEqual(bars["total"], sum(bars["rows"][0]["missing"]))
        self.assertEqual("2026-01-01", bars["first"][0])

    def test_definitions_that_are_not_in_force_are_an_incident(self):
        self.it.write("freshet.yaml", DEFINITIONS + "  - {key: report}\n")
        self.assertFalse(self.it.post("/reload")["valid"])
        told = self.it.get("/incidents")["items"]
        self.assertEqual(["definitions"], [item["kind"] for item in told])
        self.assertIn("freshet.yaml", told[0]["text"])
        self.it.write("freshet.yaml", DEFINITIONS)
        self.assertTrue(self.it.post("/reload")["valid"])
        self.assertEqual([], self.it.get("/incidents")["items"])


if __name__ == "__main__":
    main()
