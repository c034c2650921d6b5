#!/usr/bin/env python3
"""A disk that is full stops the daemon, honestly; with room again, it has everything that it acknowledged."""
import contextlib
import http.client
import os
import subprocess
import unittest

from daemon import PATIENCE, DaemonTest, main, until

DEFINITIONS = """
project: full
sources:
  - {asset: raw, webhook: {}}
assets:
  - {key: copy, deps: [raw], command: [sh, -c, "true"], automation: eager}
"""
SIZE = 8 << 20


class DiskFull(DaemonTest):
    def mount(self, daemon):
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small tmpfs")
        daemon.state.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(daemon.state)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest("mount a small tmpfs: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(daemon.state)], check=False)

    def fill(self, path):
        with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)

    def test_a_full_disk_stops_the_daemon_and_costs_nothing_that_was_acknowledged(self):
        daemon = self.daemon(DEFINITIONS)
        self.addCleanup(lambda: daemon.alive() and daemon.kill())
        self.mount(daemon)
        daemon.start()
        acknowledged = []

        def report(number):
            try:
                answer = daemon.request("POST", "/api/v1/events", {
                    "asset": "raw", "kind": "observation", "id": f"event-{number}", "data_version": str(number),
                    "metadata": {"text": "x" * 4000}}, timeout=PATIENCE)
            except (OSError, http.client.HTTPException):
                return False
            if answer.status == 202:
                acknowledged.append(f"event-{number}")
            return answer.status == 202

        for number in range(5):
            self.assertTrue(report(number))
        daemon.rest()
        ballast = daemon.state / "ballast"
        self.fill(ballast)
        number = 5
        while report(number):  # what SQLite has room for in its files already
            number += 1
            self.assertLess(number, 5000, "the disk never became full")
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.assertEqual(503, daemon.request("GET", "/readyz", timeout=PATIENCE).status)
        self.assertEqual(1, daemon.process.wait(PATIENCE), "it has stopped by itself")
        self.assertRegex(daemon.said(), r"error runtime: store failed, nothing more is started: .*(full|space)")

        ballast.unlink()
        daemon.start()
        seen = [e["event_id"] for e in daemon.items("/assets/raw/events", "limit=200")]
        for identity in acknowledged:
            self.assertEqual(1, seen.count(identity), identity)
        self.assertTrue(report(number + 1), "it goes on")
        until("the copy to be fresh", lambda: daemon.asset("copy")["data"] == "fresh")

    def test_a_start_without_room_says_so(self):
        daemon = self.daemon(DEFINITIONS)
        self.mount(daemon)
        self.fill(daemon.state / "ballast")
        self.assertIn(daemon.launch(), (1, 2))
        self.assertRegex(daemon.said(), r"(full|[Ss]pace)")


if __name__ == "__main__":
    unittest.installHandler()
    main()
