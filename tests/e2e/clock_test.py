#!/usr/bin/env python3
"""The wall clock jumps while the daemon runs: a tick fires once, neither lost nor repeated.

Needs libfaketime (package faketime) and a binary without sanitizers: FRESHET_RELEASE_BIN, or build/release/bin.  What the
engine makes of the clock is tested without either in tests/scenario and tests/sim.
"""
import datetime
import os
import pathlib
import time
import unittest

from daemon import ROOT, DaemonTest, main, until

LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
RELEASE = pathlib.Path(os.environ.get("FRESHET_RELEASE_BIN") or ROOT / "build/release/bin").absolute() / "freshet"
DEFINITIONS = """
project: clock
sources:
  - {asset: barrier, webhook: {}}
assets:
  - {key: nightly, command: ["true"], automation: 'on_cron("0 6 * * *", "UTC")'}
"""


class Clock(DaemonTest):
    def setUp(self):
        super().setUp()
        if not LIBRARY.exists():
            self.skipTest(f"{LIBRARY} is not there: install faketime")
        if not RELEASE.exists():
            self.skipTest(f"{RELEASE} is not there: build the preset release")
        self.it = self.daemon(DEFINITIONS, binary=RELEASE)
        self.offset = self.it.folder / "offset"
        self.it.environment = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.offset),
                               "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                               "FAKETIME_DONT_RESET": "1"}

    def set_clock(self, text):
        wanted = datetime.datetime.fromisoformat(text + "+00:00").timestamp()
        new = self.offset.with_name("offset.new")
        new.write_text(f"{wanted - time.time():+.0f}\n")
        os.replace(new, self.offset)

    def jump(self, text):
        """Sets the clock, and waits until the daemon has noticed and has thought about it."""
        before = self.it.said().count("clock jumped")
        self.set_clock(text)
        until("the jump to be noticed", lambda: self.it.said().count("clock jumped") > before)
        self.it.report("barrier", "")  # comes after the jump in the engine's order

    def ticks(self, count, why):
        until(f"{count} runs: {why}", lambda: len(self.it.runs()) >= count)
        self.it.rest()
        self.assertEqual(count, len(self.it.runs()), why)

    def test_a_tick_fires_once_however_the_clock_jumps(self):
        self.set_clock("2027-03-01 05:00:00")
        self.it.start()
        self.ticks(0, "it is not six yet")
        self.jump("2027-03-01 06:00:30")
        self.ticks(1, "a jump over six is six")
        self.jump("2027-03-01 05:30:00")
        self.jump("2027-03-01 06:10:00")
        self.ticks(1, "six came again, but it was the same")
        self.assertEqual(0, self.it.stop())
        self.set_clock("2027-03-02 06:05:00")
        self.it.start()
        self.ticks(2, "the tick that was missed while it was down")
        self.jump("2027-03-04 12:00:00")
        self.ticks(3, "of several ticks that were missed, one fires")


if __name__ == "__main__":
    unittest.installHandler()
    main()
