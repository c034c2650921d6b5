#!/usr/bin/env python3
"""Files whose names say their partition, files that a marker calls whole, and ten thousand of which some are half-written."""
import os
import threading

from daemon import DaemonTest, freshet, main, until

DAILY = """
project: files
sources:
  - asset: raw
    partitions: {daily: {start: "2026-01-01", end: "2026-03-01"}}
    file: {path: "landing/{date}/*.csv", settle: 100ms%s}
assets:
  - key: clean
    deps: [raw]
    partitions: {daily: {start: "2026-01-01", end: "2026-03-01"}}
    command: [sh, -c, 'echo "$FRESHET_PARTITION" >>runs; cat landing/$FRESHET_PARTITION/*.csv >"clean.$FRESHET_PARTITION"']
    automation: eager("60d")
"""
WHOLE = """
project: files
sources:
  - asset: raw
    file: {path: "landing/**/*.csv", settle: %s}
"""


class FilePartitions(DaemonTest):
    def source(self, daemon):
        return next(s for s in daemon.get("/sources")["items"] if s["asset"] == "raw")

    def runs_of(self, daemon, *partitions):
        until(f"runs of {partitions}", lambda: sorted(daemon.lines("runs")) == sorted(partitions))
        daemon.rest()

    def test_a_changed_file_leads_to_a_run_of_its_partition_alone(self):
        daemon = self.serve(DAILY % "", {"landing/2026-01-30/a.csv": "1\n", "landing/2026-01-31/a.csv": "1\n"})
        self.runs_of(daemon, "2026-01-30", "2026-01-31")
        daemon.write("landing/2026-01-31/b.csv", "2\n")
        self.runs_of(daemon, "2026-01-30", "2026-01-31", "2026-01-31")
        self.assertEqual("1\n2\n", daemon.read("clean.2026-01-31"))
        # What was there before a restart is known after it, and what happened meanwhile is noticed.
        daemon.kill()
        daemon.write("landing/20260201/a.csv", "3\n")
        daemon.write("landing/2026-02-02/a.csv", "3\n")
        daemon.start()
        self.runs_of(daemon, "2026-01-30", "2026-01-31", "2026-01-31", "2026-02-01", "2026-02-02")

    def test_a_folder_that_is_new_is_a_partition_that_is_new(self):
        daemon = self.serve("""
project: files
defaults: {partitions: {dynamic: customers}}
sources:
  - asset: raw
    partitions: {dynamic: customers}
    file: {path: "landing/{customer}/*.csv", settle: 100ms}
assets:
  - {key: clean, deps: [raw], command: [sh, -c, 'echo "$FRESHET_PARTITION" >>runs'], automation: eager}
""", {"landing/ann/a.csv": "1\n"})
        self.runs_of(daemon, "ann")
        daemon.write("landing/böb/a.csv", "1\n")
        self.runs_of(daemon, "ann", "böb")
        daemon.kill()
        daemon.write("landing/zoe/a.csv", "1\n")
        daemon.start()
        self.runs_of(daemon, "ann", "böb", "zoe")
        self.assertEqual(["ann", "böb", "zoe"], [p["key"] for p in daemon.items("/assets/raw/partitions")])
        # A name that is no text is refused, and the others are not.
        (daemon.project / os.fsdecode(b"landing/b\xff")).mkdir()
        (daemon.project / os.fsdecode(b"landing/b\xff/a.csv")).write_text("1\n")
        rejected = until("the name to be refused", lambda: daemon.items("/events", "rejected=1"))
        self.assertIn("a key is text in UTF-8", rejected[0]["reason"])

    def test_a_name_without_a_partition_is_refused_once(self):
        daemon = self.serve(DAILY % "", {"landing/latest/a.csv": "1\n", "landing/2025-12-31/a.csv": "1\n"})

        def reasons():
            return sorted(e["reason"] for e in daemon.items("/events", "rejected=1"))

        want = ['2025-12-31/a.csv: partition "2025-12-31" lies before the start of the partitions',
                'latest/a.csv: partition "latest": want a time, a date, or the key of a time window']
        until("both names to be refused", lambda: len(reasons()) == 2)
        self.assertEqual(want, reasons())
        daemon.write("landing/2026-01-31/a.csv", "1\n")
        self.runs_of(daemon, "2026-01-31")
        daemon.restart()
        until("the files to have been looked at", lambda: self.source(daemon)["messages"] > 0)
        self.assertEqual(want, reasons())

    def test_a_folder_counts_once_its_marker_is_there(self):
        daemon = self.serve(DAILY % ", done: _SUCCESS", {"landing/2026-01-31/a.csv": "1\n"})
        until("the file to wait", lambda: "1 file without _SUCCESS" in self.source(daemon)["detail"])
        daemon.write("landing/2026-01-31/_SUCCESS", "")
        self.runs_of(daemon, "2026-01-31")
        # Whoever writes it anew takes the marker away first.
        (daemon.project / "landing/2026-01-31/_SUCCESS").unlink()
        daemon.write("landing/2026-01-31/a.csv", "half")
        daemon.write("landing/2026-02-01/a.csv", "1\n")
        daemon.write("landing/2026-02-01/_SUCCESS", "")
        self.runs_of(daemon, "2026-01-31", "2026-02-01")
        daemon.write("landing/2026-01-31/a.csv", "whole\n")
        daemon.write("landing/2026-01-31/_SUCCESS", "")
        self.runs_of(daemon, "2026-01-31", "2026-02-01", "2026-01-31")
        self.assertEqual("whole\n", daemon.read("clean.2026-01-31"))

    def test_files_are_polled_where_the_definition_says_so(self):
        daemon = self.serve(DAILY % ", poll: 200ms", {"landing/2026-01-31/a.csv": "1\n"})
        self.runs_of(daemon, "2026-01-31")
        self.assertEqual("polling", self.source(daemon)["state"])
        daemon.write("landing/2026-01-31/a.csv", "2\n")
        self.runs_of(daemon, "2026-01-31", "2026-01-31")

    def test_what_does_not_fit_is_refused_with_its_place(self):
        daemon = self.daemon("""
project: files
sources:
  - asset: a
    partitions: {daily: {start: "2026-01-01"}}
    file: {path: "landing/*.csv"}
  - asset: b
    file: {path: "landing/{date}.csv"}
  - asset: c
    file: {path: "landing/*.csv", endpoint: "http://localhost"}
  - asset: d
    file: {path: "sftp://me:secret@host/x/*.csv"}
""")
        said = freshet("validate", daemon.project)
        self.assertNotEqual(0, said.returncode)
        text = said.stdout + said.stderr
        self.assertRegex(text, r"freshet.yaml:6:\d+.*does not say to which a file belongs")
        self.assertRegex(text, r"freshet.yaml:8:\d+.*\{date\} says the partition, and the asset has none")
        self.assertRegex(text, r"freshet.yaml:10:\d+.*endpoint is for files in a bucket")
        self.assertRegex(text, r"freshet.yaml:12:\d+.*path holds a password")
        self.assertNotIn("secret", text)

    def test_a_test_shows_what_would_be_told(self):
        daemon = self.daemon(DAILY % "", {"landing/2026-01-31/a.csv": "1\n", "landing/latest/a.csv": "1\n"})
        said = freshet("source", "test", "raw", daemon.project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(r"partitions +1$.*refused +1 name$.*would tell +2026-01-31, data version files:1:", said.stdout)
        self.assertIn("would refuse   latest/a.csv: partition", said.stdout)

    def test_a_test_says_which_windows_have_not_ended_and_obeys_no_name(self):
        daemon = self.daemon(DAILY.replace(', end: "2026-03-01"', "") % "", {"landing/2999-01-31/a.csv": "1\n", "landing/\x1b[31mred/a.csv": "1\n"})
        said = freshet("source", "test", "raw", daemon.project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertIn('would refuse   partition "2999-01-31" is a time window that has not ended: not before 2999-02-01', said.stdout)
        self.assertIn(r"would refuse   \x1b[31mred/a.csv: partition", said.stdout)
        self.assertNotIn("\x1b", said.stdout)
        daemon.start()
        until("the name to be refused", lambda: daemon.get("/events?rejected=1")["items"])
        listed = freshet("events", "--rejected", "--url", daemon.url, "--token", daemon.token)
        self.assertIn(r"\x1b[31mred/a.csv: partition", listed.stdout)
        self.assertNotIn("\x1b", listed.stdout)

    def test_of_ten_thousand_files_the_complete_ones_count(self):
        """Half of them are renamed into place, a tenth is never finished: what does not rest is left out."""
        daemon = self.serve(WHOLE % "500ms")
        until("the folder to be missed", lambda: "no such file yet" in self.source(daemon)["detail"])
        landing = daemon.project / "landing"
        folders = [landing / f"{i:02}" for i in range(20)]
        for folder in folders:
            folder.mkdir(parents=True)
        growing = [open(folders[i % 20] / f"growing{i}.csv", "w") for i in range(20)]
        ends = threading.Event()

        def write_for_ever():
            while not ends.wait(0.05):
                for file in growing:
                    file.write("x")
                    file.flush()

        writer = threading.Thread(target=write_for_ever)
        writer.start()
        try:
            for i in range(10_000):
                folder, name = folders[i % 20], f"{i}.csv"
                if i % 10 == 0:
                    (folder / (name + ".part")).write_text("half")
                elif i % 2:
                    (folder / (name + ".tmp")).write_text(str(i))
                    os.rename(folder / (name + ".tmp"), folder / name)
                else:
                    (folder / name).write_text(str(i))
            until("9,000 complete files",
                  lambda: "9000 files; being written: " in self.source(daemon)["detail"])
        finally:
            ends.set()
            writer.join()
            for file in growing:
                file.close()
        until("the others as well", lambda: "9020 files" in self.source(daemon)["detail"])

        def told():
            versions = [e["data_version"] for e in daemon.items("/assets/raw/events")]
            return versions if versions[0].startswith("files:9020:") else None

        versions = until("the last of them to be told", told)
        self.assertEqual(len(versions), len(set(versions)))


if __name__ == "__main__":
    main()
