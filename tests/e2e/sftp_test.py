#!/usr/bin/env python3
"""Files on a server that speaks SFTP as a source: OpenSSH's.

FRESHET_SFTP is the folder of a server that tests/services/sftp/run started; without it one is started here.
"""
import getpass
import itertools
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from daemon import ROOT, DaemonTest, freshet, main, until

SERVICE = ROOT / "tests/services/sftp/run"
DEFINITIONS = """
project: servers
sources:
  - asset: raw
    file:
      path: "sftp://%(user)s@%(address)s%(files)s/**/*.csv"
      known_hosts: "%(server)s/%(known_hosts)s"
      key_file: "%(server)s/%(key)s"
      poll: 300ms
      settle: 300ms
assets:
  - key: copy
    deps: [raw]
    command: [sh, -c, 'echo run >>runs; cat %(files)s/*/*.csv >copied']
    automation: eager
"""
numbers = itertools.count(1)


class Sftp(DaemonTest):
    @classmethod
    def setUpClass(cls):
        own = os.environ.get("FRESHET_SFTP")
        cls.temporary = None if own else tempfile.TemporaryDirectory(prefix="freshet-sftp-")
        cls.server = pathlib.Path(own or cls.temporary.name + "/sftp")
        cls.address = subprocess.run([SERVICE, "start", cls.server], stdout=subprocess.PIPE, text=True,
                                     check=True).stdout.strip()

    @classmethod
    def tearDownClass(cls):
        if cls.temporary:
            subprocess.run([SERVICE, "clean", cls.server], check=True)
            cls.temporary.cleanup()

    def setUp(self):
        super().setUp()
        self.files = self.server / "files" / f"{next(numbers)}-{os.getpid()}"
        (self.files / "in").mkdir(parents=True)

    def definitions(self, **what):
        return DEFINITIONS % ({"user": getpass.getuser(), "address": self.address, "files": self.files,
                               "server": self.server, "known_hosts": "known_hosts", "key": "client_key"} | what)

    def source(self, daemon):
        return next(s for s in daemon.get("/sources")["items"] if s["asset"] == "raw")

    def error_of(self, **what):
        daemon = self.serve(self.definitions(**what))
        return until("an error", lambda: (s := self.source(daemon))["state"] == "error" and s)["detail"]

    def test_a_changed_file_leads_to_a_run(self):
        (self.files / "in/a.csv").write_text("one\n")
        daemon = self.serve(self.definitions())
        until("the first copy", lambda: daemon.read("copied") == "one\n")
        (self.files / "in/b.csv").write_text("two\n")
        until("the second copy", lambda: daemon.read("copied") == "one\ntwo\n")
        (self.files / "in/a.csv").unlink()
        until("the third copy", lambda: daemon.read("copied") == "two\n")
        daemon.rest()
        runs = len(daemon.lines("runs"))
        daemon.restart()
        until("the files to have been looked at", lambda: self.source(daemon)["messages"] == 1)
        daemon.rest()
        self.assertEqual(runs, len(daemon.lines("runs")))

    def test_a_file_counts_once_it_has_stopped_growing(self):
        daemon = self.serve(self.definitions())
        until("the folder to be empty", lambda: "no such file yet" in self.source(daemon)["detail"])
        ends = threading.Event()

        def grow():
            with open(self.files / "in/a.csv", "w") as file:
                for _ in range(40):
                    file.write("x")
                    file.flush()
                    ends.wait(0.05)
                file.write("\n")

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            until("a copy", lambda: daemon.read("copied"))
            self.assertEqual("x" * 40 + "\n", daemon.read("copied"))
        finally:
            ends.set()
            writer.join()

    def test_a_server_that_is_not_known_is_not_talked_to(self):
        said = self.error_of(known_hosts="nothing")
        self.assertRegex(said, r"it is not in .*/nothing; its key is SHA256:\S+: if that is right, run ssh-keyscan -p \d+")
        said = self.error_of(known_hosts="wrong_hosts")
        self.assertRegex(said, r"it shows another key than the one in .*/wrong_hosts")

    def test_what_is_wrong_is_said_with_what_to_do(self):
        self.assertIn("it does not take the key", self.error_of(key="stranger_key"))
        self.assertIn("cannot be read as a private key", self.error_of(key="nothing"))
        self.assertIn("connect to 127.0.0.1:1: Connection refused", self.error_of(address="127.0.0.1:1"))
        self.assertIn("resolve no.such.host.invalid", self.error_of(address="no.such.host.invalid"))

    def test_a_server_that_hangs_does_not_hold_up_the_end(self):
        (self.files / "in/a.csv").write_text("one\n")
        daemon = self.serve(self.definitions())
        until("the first copy", lambda: daemon.read("copied") == "one\n")
        listener = int((self.server / "pid").read_text())
        os.kill(listener, signal.SIGSTOP)
        try:
            self.hanging(daemon)
            begun = time.monotonic()
            self.assertEqual(0, daemon.stop())
            self.assertLess(time.monotonic() - begun, 15, "it would wait for an answer for 30 s")
        finally:
            os.kill(listener, signal.SIGCONT)

    def hanging(self, daemon):
        """Once a look has been connected for a second without an end; it takes some milliseconds otherwise."""
        port, since = f":{int(self.address.rsplit(':', 1)[1]):04X}", {}

        def is_hanging():
            own = {os.readlink(e) for e in os.scandir(f"/proc/{daemon.process.pid}/fd") if os.path.islink(e)}
            rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
            open_now = {row[9] for row in rows if row[2].endswith(port) and row[3] == "01" and f"socket:[{row[9]}]" in own}
            for inode in set(since) - open_now:
                del since[inode]
            return any(time.monotonic() - since.setdefault(inode, time.monotonic()) > 1 for inode in open_now)
        until("a look to hang", is_hanging)

    def test_a_test_shows_what_would_be_told(self):
        (self.files / "in/a.csv").write_text("one\n")
        said = freshet("source", "test", "raw", self.daemon(self.definitions()).project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(r"path +sftp://.*files +1$.*would tell +data version files:1:", said.stdout)
        refused = freshet("source", "test", "raw", self.daemon(self.definitions(known_hosts="nothing")).project)
        self.assertIn("it is not in", refused.stderr)


if __name__ == "__main__":
    main()
