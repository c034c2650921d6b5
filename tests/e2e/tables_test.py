#!/usr/bin/env python3
"""Tables that keep their own snapshots as sources, written by those who usually do.

FRESHET_TABLES is a folder that tests/services/tables/run was started with; without it one is made here.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

from daemon import ROOT, DaemonTest, freshet, main, until

DEFINITIONS = """
project: lake
sources:
  - {asset: delta, table: {format: delta, path: lake/delta}}
  - {asset: iceberg, table: {format: iceberg, path: lake/iceberg}}
  - {asset: ducklake, table: {format: ducklake, path: lake/duck/catalog.sqlite, table: orders, poll: 300ms}}
assets:
  - {key: from_delta, deps: [delta], automation: eager, command: [sh, -c, 'echo run >>from_delta']}
  - {key: from_iceberg, deps: [iceberg], automation: eager, command: [sh, -c, 'echo run >>from_iceberg']}
  - {key: from_ducklake, deps: [ducklake], automation: eager, command: [sh, -c, 'echo run >>from_ducklake']}
"""


class Tables(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="freshet-tables-")
        cls.python = subprocess.run([ROOT / "tests/services/tables/run", "start",
                                     os.environ.get("FRESHET_TABLES") or cls.temporary.name],
                                    stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def write(self, daemon, kind, folder, *more):
        path = daemon.project / "lake" / folder
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.python, pathlib.Path(__file__).with_name("write_table.py"), kind, path, *more], check=True)

    def source(self, daemon, asset):
        return next(s for s in daemon.get("/sources")["items"] if s["asset"] == asset)

    def runs_of(self, daemon, asset, count):
        until(f"{count} runs of {asset}", lambda: len(daemon.lines("from_" + asset)) >= count)
        daemon.rest()
        self.assertEqual(count, len(daemon.lines("from_" + asset)))

    def test_each_commit_to_a_delta_table_is_told_at_once(self):
        daemon = self.serve(DEFINITIONS)
        until("the table to be missed", lambda: "no snapshot yet" in self.source(daemon, "delta")["detail"])
        self.write(daemon, "delta", "delta")
        daemon.restart()
        self.runs_of(daemon, "delta", 1)
        self.assertEqual("watching", self.source(daemon, "delta")["state"])
        self.write(daemon, "delta", "delta")
        self.runs_of(daemon, "delta", 2)
        event = daemon.items("/assets/delta/events")[0]
        self.assertRegex(event["data_version"], "^1-[0-9a-f]{8}$")
        self.assertEqual((1, 2, "WRITE"), tuple(event["metadata"][k] for k in ("version", "rows_added", "operation")))
        # A table that is made anew begins at 0 again, and is another one.
        shutil.rmtree(daemon.project / "lake/delta")
        self.write(daemon, "delta", "delta")
        daemon.restart()
        self.runs_of(daemon, "delta", 3)
        # Nothing happened: nothing is told.
        daemon.restart()
        until("the table to have been looked at", lambda: self.source(daemon, "delta")["messages"] == 1)
        self.runs_of(daemon, "delta", 3)

    def test_each_snapshot_of_an_iceberg_table_is_told_at_once(self):
        daemon = self.daemon(DEFINITIONS)
        self.write(daemon, "iceberg", "iceberg")
        daemon.start()
        self.runs_of(daemon, "iceberg", 1)
        self.assertEqual("watching", self.source(daemon, "iceberg")["state"])
        self.write(daemon, "iceberg", "iceberg")
        self.runs_of(daemon, "iceberg", 2)
        event = daemon.items("/assets/iceberg/events")[0]
        self.assertEqual((4, 2, "append"), tuple(event["metadata"][k] for k in ("rows", "rows_added", "operation")))

    def test_only_snapshots_of_a_ducklake_that_changed_the_table_are_told(self):
        daemon = self.daemon(DEFINITIONS)
        self.write(daemon, "ducklake", "duck", "orders")
        daemon.start()
        self.runs_of(daemon, "ducklake", 1)
        version = daemon.items("/assets/ducklake/events")[0]["data_version"]
        self.write(daemon, "ducklake", "duck", "others")
        self.write(daemon, "ducklake", "duck", "orders")
        self.runs_of(daemon, "ducklake", 2)
        event = daemon.items("/assets/ducklake/events")[0]
        (before, table), (after, same) = (text.split("-") for text in (version, event["data_version"]))
        self.assertEqual((int(before) + 2, table), (int(after), same))
        self.assertEqual(2, len(daemon.items("/assets/ducklake/events")))

    def test_a_test_shows_what_would_be_told(self):
        daemon = self.daemon(DEFINITIONS)
        self.write(daemon, "delta", "delta")
        said = freshet("source", "test", "delta", daemon.project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(r"snapshot +0-.*would tell +data version 0-", said.stdout)
        said = freshet("source", "test", "iceberg", daemon.project)
        self.assertEqual(1, said.returncode)
        self.assertIn("no snapshot yet", said.stderr)


if __name__ == "__main__":
    main()
