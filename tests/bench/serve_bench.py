#!/usr/bin/env python3
"""Measures a running daemon: what an event, a start, a step and a stored result cost.

  serve_bench.py [--bin DIR] [--repeat N] [--only NAME,...] [--scratch DIR]

--bin is the folder of freshet and freshet-step (build/release/bin).  NAME is one of: event, memory,
steps, bytes.  JSON goes to stdout, a table to stderr; README.md says what each figure means.
"""
import argparse
import atexit
import http.client
import json
import os
import platform
import random
import select
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAN_IN = 3
ASSETS_PER_FILE = 10_000
EVENTS = 500
EVENTS_PER_POST = 100
STEPS = 400
SLOTS = 10
MATERIALIZATIONS = 5_000
IDLE_S = 20
GOALS = {"event_process_p50_ms": 3, "event_process_p99_ms": 15, "start_100000_ms": 1_000,
         "rss_100_mb": 30, "rss_10000_mb": 60, "rss_100000_mb": 300, "idle_cpu_percent": 0.1,
         "steps_per_second": 1_000, "bytes_per_event": 500, "bytes_per_step": 500}


def generate(folder, size, fifo=None):
    """A project of `size` assets without automation, each of three any before it, and a source whose one
    eager asset writes into `fifo` first thing."""
    os.makedirs(os.path.join(folder, "parts"))
    draw = random.Random(1)
    for first in range(0, size, ASSETS_PER_FILE):
        with open(os.path.join(folder, "parts", f"{first:07}.yaml"), "w", encoding="utf-8") as file:
            file.write("assets:\n")
            for i in range(first, min(first + ASSETS_PER_FILE, size)):
                deps = sorted({f"layer/asset_{draw.randrange(i)}" for _ in range(FAN_IN)}) if i else ["outside"]
                file.write(f"  - {{key: layer/asset_{i}, deps: [{', '.join(deps)}], command: ['true']}}\n")
    with open(os.path.join(folder, "freshet.yaml"), "w", encoding="utf-8") as file:
        file.write("project: bench\ninclude: [parts/*.yaml]\nsources:\n"
                   "  - {asset: outside, webhook: {}}\n  - {asset: bell, webhook: {}}\n")
        if fifo:
            file.write(f"assets:\n  - {{key: ring, deps: [bell], automation: eager,"
                       f" command: [sh, -c, 'echo > {fifo}']}}\n")


def generate_steps(folder, size):
    """`size` assets that depend on nothing and are made by `true`."""
    os.makedirs(folder)
    with open(os.path.join(folder, "freshet.yaml"), "w", encoding="utf-8") as file:
        file.write("project: bench\nassets:\n")
        for i in range(size):
            file.write(f"  - {{key: step_{i}, command: ['true']}}\n")


class Daemon:
    def __init__(self, bin_folder, project, state):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.state = state
        self.log = open(state + ".log", "ab")
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [os.path.join(bin_folder, "freshet"), "serve", project, "--state", state, "--listen",
             f"127.0.0.1:{self.port}", "--slots", str(SLOTS), "--log-level", "warn"],
            stdout=self.log, stderr=self.log)
        atexit.register(self.process.kill)  # does nothing to one that has been waited for
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit(f"the daemon ended at once: see {state}.log")
            time.sleep(0.002)
        self.start_ms = (time.monotonic() - begin) * 1e3
        with open(os.path.join(state, "token"), encoding="utf-8") as file:
            self.headers = {"Authorization": "Bearer " + file.read().strip(),
                            "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        self.connection.connect()

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def send(self, method, path, body=None):
        self.connection.request(method, "/api/v1/" + path, json.dumps(body) if body is not None else None,
                                self.headers)

    def answer(self):
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300:
            sys.exit(f"{response.status}: {text.decode()}")
        return json.loads(text)

    def ask(self, method, path, body=None):
        self.send(method, path, body)
        return self.answer()

    def wait_for(self, run):
        while True:
            answer = self.ask("GET", f"runs/{run}?wait=30&until=terminal")
            if answer["status"] in ("succeeded", "failed", "canceled"):
                return answer

    def rss_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def cpu_ns(self):
        folder = f"/proc/{self.process.pid}/task"
        total = 0
        for thread in os.listdir(folder):
            with open(f"{folder}/{thread}/schedstat", encoding="utf-8") as file:
                total += int(file.read().split()[0])
        return total

    def stored_bytes(self):
        """Pages in use, those that are still in the log included."""
        base = sqlite3.connect(f"file:{self.state}/freshet.db?mode=ro", uri=True)
        try:
            value = [base.execute("PRAGMA " + name).fetchone()[0]
                     for name in ("page_count", "freelist_count", "page_size")]
        finally:
            base.close()
        return (value[0] - value[1]) * value[2]

    def stop(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def disk_bytes(folder):
    return sum(os.lstat(os.path.join(at, name)).st_blocks * 512
               for at, folders, files in os.walk(folder) for name in folders + files)


def measure_event(bench, scratch):
    """Events over one kept connection, one after the other, each when the run before has ended."""
    fifo = os.path.join(scratch, "fifo")
    os.mkfifo(fifo)
    bell = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    generate(os.path.join(scratch, "project"), 10_000, fifo)
    daemon = Daemon(bench.bin, os.path.join(scratch, "project"), os.path.join(scratch, "state"))
    answered, forked, ran = [], [], []
    for number in range(EVENTS + 20):  # the first ones warm up
        wall, begin = time.time(), time.perf_counter()
        daemon.send("POST", "events", {"asset": "bell", "data_version": str(number)})
        stamps = {}
        waiting = [bell, daemon.connection.sock]
        while waiting:
            for ready in select.select(waiting, [], [], 30)[0]:
                stamps[ready] = (time.perf_counter() - begin) * 1e3
                waiting.remove(ready)
        os.read(bell, 64)
        daemon.answer()
        while True:
            run = daemon.ask("GET", "runs?limit=1")["items"][0]["id"]
            if daemon.wait_for(run)["status"] != "succeeded":
                sys.exit("a run failed")
            with open(os.path.join(daemon.state, "runs", run, "0.1", "status"), encoding="utf-8") as file:
                started = int(file.read().split("started_us=")[1].split()[0]) / 1e6
            if started > wall:
                break
        if number < 20:
            continue
        answered.append(stamps[daemon.connection.sock])
        ran.append(stamps[bell])
        forked.append((started - wall) * 1e3)
    before = daemon.cpu_ns()
    time.sleep(IDLE_S)
    idle = (daemon.cpu_ns() - before) / IDLE_S / 1e7
    daemon.stop()
    os.close(bell)
    out = {"idle_cpu_percent": idle}
    for name, values in (("process", forked), ("answer", answered), ("command", ran)):
        out[f"event_{name}_p50_ms"] = percentile(values, 0.5)
        out[f"event_{name}_p99_ms"] = percentile(values, 0.99)
    return out


def measure_memory(bench, scratch):
    out = {}
    for size in (100, 10_000, 100_000):
        project, state = os.path.join(scratch, f"project{size}"), os.path.join(scratch, f"state{size}")
        generate(project, size)
        daemon = Daemon(bench.bin, project, state)
        out[f"first_start_{size}_ms"] = daemon.start_ms
        time.sleep(5)
        out[f"first_rss_{size}_mb"] = daemon.rss_mb()
        daemon.stop()
        daemon = Daemon(bench.bin, project, state)
        out[f"start_{size}_ms"] = daemon.start_ms
        time.sleep(5)
        out[f"rss_{size}_mb"] = daemon.rss_mb()
        daemon.stop()
    return out


def measure_steps(bench, scratch):
    generate_steps(os.path.join(scratch, "project"), STEPS)
    daemon = Daemon(bench.bin, os.path.join(scratch, "project"), os.path.join(scratch, "state"))
    begin = time.perf_counter()
    run = daemon.ask("POST", "runs", {"select": "*"})["id"]
    ended = daemon.wait_for(run)
    seconds = time.perf_counter() - begin
    daemon.stop()
    if ended["status"] != "succeeded":
        sys.exit("the run of `true` failed")
    return {"steps_run_ms": seconds * 1e3, "steps_per_second": STEPS / seconds}


def measure_bytes(bench, scratch):
    """Growth of the database once every row is there: what repeats, and what a run leaves."""
    generate_steps(os.path.join(scratch, "project"), 1_000)
    daemon = Daemon(bench.bin, os.path.join(scratch, "project"), os.path.join(scratch, "state"))

    def post(count, version, with_id):
        for first in range(0, count, EVENTS_PER_POST):
            numbers = range(first, first + EVENTS_PER_POST)
            daemon.ask("POST", "events", [
                {"kind": "materialization", "asset": f"step_{n % 1_000}", "data_version": f"{version}-{n}"}
                | ({"id": f"{version}-{n}"} if with_id else {}) for n in numbers])

    out = {}
    post(20_000, "warm", False)  # until the versions that are remembered have reached their number
    for name, with_id in (("event", False), ("event_with_id", True)):
        before = daemon.stored_bytes()
        begin = time.perf_counter()
        post(MATERIALIZATIONS, name, with_id)
        out[f"{name}s_per_second"] = MATERIALIZATIONS / (time.perf_counter() - begin)
        out[f"bytes_per_{name}"] = (daemon.stored_bytes() - before) / MATERIALIZATIONS
    before = daemon.stored_bytes()
    for _ in range(MATERIALIZATIONS // 1_000):
        daemon.wait_for(daemon.ask("POST", "runs", {"select": "*"})["id"])
    out["bytes_per_step"] = (daemon.stored_bytes() - before) / MATERIALIZATIONS
    out["folder_bytes_per_step"] = disk_bytes(os.path.join(daemon.state, "runs")) / MATERIALIZATIONS
    daemon.stop()
    return out


MEASURES = {"event": measure_event, "memory": measure_memory, "steps": measure_steps, "bytes": measure_bytes}


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build/release/bin"))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--scratch", help="where projects and stores go; a real disk")
    options = parser.parse_args()
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True,
                            text=True, check=False).stdout.strip()
    found, loads = {}, {}
    for name in options.only.split(","):
        for _ in range(options.repeat):
            scratch = tempfile.mkdtemp(prefix="freshet_bench.", dir=options.scratch)
            load = os.getloadavg()[0]
            for key, value in MEASURES[name](options, scratch).items():
                found.setdefault(key, []).append(value)
                loads.setdefault(key, []).append(round(max(load, os.getloadavg()[0]), 1))
            shutil.rmtree(scratch)
    figures = {key: {"median": round(statistics.median(values), 3), "goal": GOALS.get(key),
                     "values": [round(value, 3) for value in values], "load_average": loads[key]}
               for key, values in found.items()}
    print(json.dumps({"machine": {"processor": processor(), "processors": os.cpu_count(),
                                  "system": platform.platform()}, "commit": commit, "figures": figures},
                     indent=1))
    for key, figure in figures.items():
        goal = "" if figure["goal"] is None else f"goal {figure['goal']}"
        print(f"{key:28} {figure['median']:12.3f}  {goal:12} load {max(figure['load_average'])}", file=sys.stderr)


if __name__ == "__main__":
    main()
