"""A daemon under test: the real binary on a project of its own, asked over HTTP, ended as one likes.

FRESHET_BIN names the folder of `freshet` and `freshet-step`; build/dev/bin by default.  Nothing here waits for a
fixed time: every wait names what it waits for, and fails after a deadline with what was there instead.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FRESHET_BIN") or ROOT / "build/dev/bin").absolute()
FRESHET = BIN / "freshet"
PATIENCE = 60.0  # seconds; generous, because sanitizers and other tests share the machine
ACTIVE = "queued,starting,running"
SANITIZER = re.compile(r"^.*(?:ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer).*$", re.M)


def until(what, ask, seconds=PATIENCE, pause=0.03):
    """The first true answer of `ask()`; an AssertionError that says `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}; the last answer was {answer!r}")
        time.sleep(pause)


def start_ticks(pid):
    """When a process started, as /proc tells it; None if there is none (or only its remains)."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def processes_of(folder):
    """Pids of all that was started from within a folder: it stands in their arguments or environment."""
    needle = os.fsencode(folder)
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                if needle in pathlib.Path(entry.path, name).read_bytes():
                    if start_ticks(entry.name) is not None:
                        found.append(int(entry.name))
                    break
    return found


def command_line(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


class Answer:
    """What came back: `status`, `headers` (case-insensitive), `body` as bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


class Events:
    """A server-sent event stream, read one event at a time."""

    def __init__(self, connection, response):
        self.connection, self.response = connection, response
        self.status, self.headers = response.status, response.headers

    def next(self):
        """The next event as {"id", "event", "data"}; None at the end."""
        event = {}
        while True:
            line = self.response.readline().decode()
            if not line:
                return None
            line = line.rstrip("\n")
            if not line:
                if "data" in event:
                    event["data"] = json.loads(event["data"])
                    return event
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value

    def until(self, wanted):
        """All events up to and with the first for which `wanted(event)`."""
        seen = []
        while True:
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended before what was waited for came; it had {seen}")
            seen.append(event)
            if wanted(event):
                return seen

    def rest(self):
        """All events to the end of the stream."""
        events = list(iter(self.next, None))
        self.close()
        return events

    def close(self):
        self.response.close()
        self.connection.close()


class Daemon:
    """`freshet serve` on a temporary project, with a temporary state.  `close` ends all that came of it."""

    def __init__(self, definitions="", files=None, binary=FRESHET, environment=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="freshet-e2e-"))
        self.project, self.state = self.folder / "project", self.folder / "state"
        self.binary, self.environment = pathlib.Path(binary), dict(environment or {})
        self.process, self.url, self.ticket_url = None, None, None
        self.stderr_path = self.folder / "stderr"
        self.project.mkdir()
        if definitions:
            self.write("freshet.yaml", definitions)
        for name, text in (files or {}).items():
            self.write(name, text)

    # --- Files of the project.

    def write(self, name, text):
        """Writes a file of the project, whole or not at all."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(path.with_name(path.name + ".new"), mode) as file:
            file.write(text)
        os.replace(path.with_name(path.name + ".new"), path)
        return path

    def read(self, name):
        """A file of the project; "" if it is not there."""
        with contextlib.suppress(FileNotFoundError):
            return (self.project / name).read_text()
        return ""

    def lines(self, name):
        return self.read(name).splitlines()

    def said(self):
        """All that the daemon and its predecessors on this state wrote to stderr."""
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    # --- Start and end.

    def command(self, *arguments, listen="127.0.0.1:0"):
        return [str(self.binary), "serve", str(self.project), "--state", str(self.state), "--listen", listen,
                *arguments]

    def launch(self, *arguments, failpoint=None, environment=None, **options):
        """Starts it, and returns its exit code if it ended before it was open, else None."""
        if self.process and self.process.poll() is None:
            raise AssertionError("the daemon runs already")
        surroundings = {**os.environ, **self.environment, **(environment or {})}
        for name in ("FRESHET_FAILPOINT", "FRESHET_STEP_FAILPOINT", "FRESHET_URL", "FRESHET_TOKEN"):
            if name not in (environment or {}):
                surroundings.pop(name, None)
        if failpoint:
            surroundings["FRESHET_FAILPOINT"] = failpoint
        if self.process:
            self.process.stdout.close()
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(self.command(*arguments, **options), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=stderr, env=surroundings,
                                            cwd=self.folder)
        line = self._first_line()
        found = re.match(r"Freshet is open at (http://\S+?)/\?ticket=(\S+)$", line)
        if not found:
            return self.process.wait(PATIENCE)
        self.url, self.ticket_url = found[1], f"{found[1]}/?ticket={found[2]}"
        return None

    def _first_line(self):
        deadline, line = time.monotonic() + PATIENCE, b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                self.process.kill()
                raise AssertionError(f"the daemon said nothing for {PATIENCE} s; its stderr:\n{self.said()}")
            piece = os.read(self.process.stdout.fileno(), 1)
            if not piece:
                break
            line += piece
        return line.decode().rstrip()

    def start(self, *arguments, **options):
        """Starts it, and waits until it is ready."""
        code = self.launch(*arguments, **options)
        if code is not None:
            raise AssertionError(f"the daemon ended at its start with {code}; its stderr:\n{self.said()}")
        until("/readyz to be 200", lambda: self.request("GET", "/readyz", token=False).status == 200)
        return self

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, signal_number=signal.SIGTERM):
        """Asks it to end; its exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(PATIENCE)

    def kill(self):
        """kill -9, of the daemon alone."""
        self.process.kill()
        return self.process.wait(PATIENCE)

    def restart(self, *arguments, **options):
        if self.alive():
            self.kill()
        return self.start(*arguments, **options)

    def leftovers(self):
        """Processes of steps and their supervisors that are there now."""
        own = self.process.pid if self.alive() else 0
        return [pid for pid in processes_of(self.folder) if pid != own]

    def close(self):
        if self.process:
            if self.alive():
                self.kill()
            self.process.stdout.close()
        deadline = time.monotonic() + PATIENCE
        while (left := self.leftovers()) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- Requests.

    @property
    def token(self):
        return (self.state / "token").read_text().strip()

    @property
    def address(self):
        parts = urllib.parse.urlsplit(self.url)
        return parts.hostname, parts.port

    def _send(self, method, path, body, headers, token, timeout):
        headers = {k: v for k, v in (headers or {}).items()}
        if token is True:
            headers["Authorization"] = "Bearer " + self.token
        elif token:
            headers["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        connection = http.client.HTTPConnection(*self.address, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def request(self, method, path, body=None, headers=None, token=True, timeout=PATIENCE):
        """One request on a connection of its own.  Raises OSError or HTTPException if the daemon is gone."""
        connection, response = self._send(method, path, body, headers, token, timeout)
        with contextlib.closing(connection):
            return Answer(response.status, response.headers, response.read())

    def get(self, path, want=200, **options):
        """The JSON under /api/v1."""
        return self.ask("GET", path, None, want, **options)

    def post(self, path, body=None, want=200, **options):
        return self.ask("POST", path, {} if body is None else body, want, **options)

    def ask(self, method, path, body, want, **options):
        answer = self.request(method, "/api/v1" + path, body, **options)
        if answer.status != want:
            raise AssertionError(f"{method} {path}: wanted {want}, got {answer}")
        return answer.json

    def events(self, path, headers=None, timeout=PATIENCE):
        """Opens an event stream under /api/v1; the timeout is that of each read."""
        connection, response = self._send("GET", "/api/v1" + path, None, headers, True, timeout)
        return Events(connection, response)

    def talk(self, data, timeout=PATIENCE):
        """Sends bytes as they are, and returns all that comes until the daemon closes."""
        with socket.create_connection(self.address, timeout=timeout) as connection:
            received = b""
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
                while piece := connection.recv(65536):
                    received += piece
            return received

    # --- What there is, in the words of the tests.

    def report(self, asset, version, event_id=None, want=202):
        """A plain observation or materialization of an asset."""
        body = {"asset": asset, "data_version": version, "kind": "observation"}
        return self.post("/events", body | ({"id": event_id} if event_id else {}), want)

    def report_partition(self, asset, partition, version):
        return self.post("/events", {"kind": "materialization", "asset": asset, "partition": partition,
                                     "data_version": version}, want=202)

    def materialize(self, select, **more):
        """Asks for a run; its id."""
        return self.post("/runs", {"select": select, **more}, 201)["id"]

    def run(self, run, wait=None):
        return self.get(f"/runs/{run}" + (f"?wait={wait}" if wait else ""))

    def finished(self, run, seconds=PATIENCE):
        """A run after its end."""
        return until(f"run {run} to end",
                     lambda: (r := self.run(run, wait=20))["status"] not in ACTIVE.split(",") and r, seconds)

    def step(self, run, asset, check=None):
        """A run's step of an asset (or of a check of it)."""
        steps = [s for s in self.run(run)["steps"] if s["asset"] == asset and s["check"] == check]
        return steps[0] if steps else None

    def running(self, run, asset):
        """Waits until a step's process is there; the step."""
        return until(f"the step of {asset} to run",
                     lambda: (s := self.step(run, asset)) and s["status"] == "running" and s)

    def runs(self, query=""):
        """All runs, newest first."""
        return self.items("/runs", query)

    def items(self, path, query=""):
        """All items of a list, page by page."""
        found, cursor = [], None
        while True:
            more = [q for q in (query, cursor and "cursor=" + urllib.parse.quote(cursor)) if q]
            page = self.get(path + ("?" + "&".join(more) if more else ""))
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    def run_of(self, asset, seconds=PATIENCE):
        """Waits for a run with a step of this asset, and returns the newest one's id."""
        path = "asset=" + urllib.parse.quote(asset)
        return until(f"a run of {asset}", lambda: self.runs(path), seconds)[0]["id"]

    def rest(self, seconds=PATIENCE):
        """Waits until nothing is active."""
        until("all runs to end", lambda: not self.runs("status=" + ACTIVE), seconds)

    def asset(self, key):
        return self.get("/assets/" + urllib.parse.quote(key))

    def log(self, run, step, **query):
        path = f"/api/v1/runs/{run}/logs/{step}"
        return self.request("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def cli(self, *arguments, timeout=PATIENCE, state=True, cwd=None, environment=None):
        """Runs `freshet ARGUMENT...` against this daemon's state; the finished process."""
        where = ["--state", str(self.state)] if state else []
        return freshet(*arguments, *where, timeout=timeout, cwd=cwd or self.folder, environment=environment)


def freshet(*arguments, timeout=PATIENCE, cwd=None, environment=None):
    """Runs the binary; the finished process with its output as text."""
    surroundings = {**os.environ, **(environment or {})}
    for name in ("FRESHET_URL", "FRESHET_TOKEN", "FRESHET_FAILPOINT"):
        if name not in (environment or {}):
            surroundings.pop(name, None)
    return subprocess.run([str(FRESHET), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, cwd=cwd, env=surroundings, check=False)


class DaemonTest(unittest.TestCase):
    """A test case that cleans its daemons up, and shows what they said if it fails."""

    maxDiff = None
    longMessage = True

    def daemon(self, definitions="", files=None, **options):
        """A daemon that is not started yet."""
        daemon = Daemon(definitions, files, **options)
        self._daemons.append(daemon)
        self.addCleanup(self._end, daemon)
        return daemon

    def serve(self, definitions, files=None, *arguments, **options):
        """A daemon that is ready."""
        return self.daemon(definitions, files, **options).start(*arguments)

    def setUp(self):
        self._daemons, self._said = [], []

    def _end(self, daemon):
        if daemon.process and daemon.alive():
            daemon.process.terminate()  # so that the leak checker has its say, too
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.process.wait(PATIENCE)
        said = daemon.said()
        self._said.append(said)
        daemon.close()
        self.assertFalse(SANITIZER.findall(said), "a sanitizer found something")

    def run(self, result=None):
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            for said in self._said:
                lines = said.splitlines()
                shown = lines[:40] + ["..."] + lines[-80:] if len(lines) > 120 else lines
                print(f"--- stderr of the daemon of {self.id()}:", *shown, "---", sep="\n", file=sys.stderr)
        return result

    def assertText(self, pattern, text):
        self.assertRegex(text, re.compile(pattern, re.S | re.M))


def main():
    if not FRESHET.exists():
        sys.exit(f"{FRESHET} is not there: build it, or set FRESHET_BIN")
    unittest.main(verbosity=2)
