#!/usr/bin/env python3
"""A file source, end to end: who changes a file has what depends on it made; who only touches it does not."""
import os

from daemon import DaemonTest, main, until

DEFINITIONS = """
project: files
sources:
  - asset: raw
    file: {path: "data/*.csv", settle: 100ms}
assets:
  - key: copy
    deps: [raw]
    command: [sh, -c, "cat data/*.csv >copied; echo run >>runs"]
    automation: eager
"""


class FileSource(DaemonTest):
    def begin(self):
        daemon = self.serve(DEFINITIONS, {"data/a.csv": "one\n"})
        self.settle(daemon, "one\n")
        return daemon

    def settle(self, daemon, content):
        until(f"a copy of {content!r}", lambda: daemon.read("copied") == content)
        daemon.rest()

    def source(self, daemon):
        return next(s for s in daemon.get("/sources")["items"] if s["asset"] == "raw")

    def observations(self, daemon):
        return daemon.items("/assets/raw/events")

    def test_what_is_there_at_the_first_start_is_made_use_of(self):
        daemon = self.begin()
        self.assertEqual(1, len(daemon.lines("runs")))
        self.assertEqual("fresh", daemon.asset("copy")["data"])

    def test_a_change_leads_to_a_run(self):
        daemon = self.begin()
        daemon.write("data/a.csv", "two\n")
        self.settle(daemon, "two\n")
        run = daemon.runs()[0]
        self.assertEqual(("automation", "succeeded"), (run["cause"], run["status"]))

    def test_a_further_file_leads_to_a_run(self):
        daemon = self.begin()
        daemon.write("data/b.csv", "more\n")
        self.settle(daemon, "one\nmore\n")

    def test_a_touch_without_a_change_leads_to_nothing(self):
        daemon = self.begin()
        runs, seen = len(daemon.runs()), len(self.observations(daemon))
        before = self.source(daemon)
        os.utime(daemon.project / "data/a.csv", (1_000_000_000, 1_000_000_000))
        until("the touch to be noticed", lambda: self.source(daemon)["messages"] > before["messages"])
        self.assertEqual(runs, len(daemon.runs()))
        self.assertEqual(seen, len(self.observations(daemon)))
        # The next real change is not overlooked for it.
        daemon.write("data/a.csv", "two\n")
        self.settle(daemon, "two\n")
        self.assertEqual(runs + 1, len(daemon.runs()))

    def test_a_change_while_the_daemon_is_down_is_noticed_at_its_start(self):
        daemon = self.begin()
        runs = len(daemon.runs())
        daemon.kill()
        daemon.write("data/a.csv", "meanwhile\n")
        daemon.start()
        self.settle(daemon, "meanwhile\n")
        self.assertEqual(runs + 1, len(daemon.runs()))

    def test_a_restart_without_a_change_leads_to_nothing(self):
        daemon = self.begin()
        runs, seen, before = len(daemon.runs()), len(self.observations(daemon)), self.source(daemon)
        self.assertEqual((1, self.observations(daemon)[0]["at"]), (before["events"], before["last_event"]))
        self.assertEqual(0, daemon.stop())
        daemon.start()
        until("the files to have been looked at", lambda: self.source(daemon)["messages"] > 0)
        self.assertEqual(runs, len(daemon.runs()))
        self.assertEqual(seen, len(self.observations(daemon)))
        after = self.source(daemon)
        self.assertEqual((0, before["last_event"]), (after["events"], after["last_event"]), "to look is no event")


if __name__ == "__main__":
    main()
