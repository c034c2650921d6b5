#!/usr/bin/env python3
"""How long a source of very many files takes, and how long one file: tests/bench/files.py [BIN_FOLDER] [FILES].

Prints JSON: the first look (start of the daemon to the observation), the look after one changed file (rename to the
observation), what the daemon holds (VmRSS) before and after; and, of one file, how long it takes from its close to the
start of the process that it causes, beyond the settle time (goal: 20 ms).
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
if len(sys.argv) > 1:
    os.environ["FRESHET_BIN"] = sys.argv[1]
from daemon import ROOT, Daemon, until  # noqa: E402 (it reads FRESHET_BIN)

FILES = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
DEFINITIONS = 'project: bench\nsources: [{asset: raw, file: {path: "landing/**/*.csv", settle: 100ms}}]\n'


def resident_mb(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def cpu_s(daemon):
    fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def observations(daemon):
    return next(s["events"] for s in daemon.get("/sources")["items"] if s["asset"] == "raw")


def close_to_process(count=200, settle_ms=50):
    """Median, p99 and worst in ms, as the process itself sees when it was started."""
    daemon = Daemon(f'''project: bench
sources: [{{asset: raw, file: {{path: "in/*.csv", settle: {settle_ms}ms}}}}]
assets: [{{key: staged, deps: [raw], command: [sh, -c, "date +%s%N >> started"], automation: eager}}]
''', files={"in/a.csv": "0\n"}).start()
    try:
        until("the first run", lambda: len(daemon.lines("started")) == 1)
        took = []
        for number in range(count):
            daemon.rest()
            (daemon.project / "in/a.csv").write_text(f"{number} again\n")
            closed = time.time()
            until("the process", lambda: len(daemon.lines("started")) == number + 2, pause=0.005)
            took.append((int(daemon.lines("started")[-1]) / 1e9 - closed) * 1000 - settle_ms)
        took.sort()
        return [round(t, 1) for t in (statistics.median(took), took[int(len(took) * 0.99)], took[-1])]
    finally:
        daemon.close()


def main():
    one_file = close_to_process()
    empty = Daemon(DEFINITIONS)
    daemon = Daemon(DEFINITIONS)
    try:
        for i in range(FILES):
            folder = daemon.project / f"landing/{i % 100:02}/{i // 100 % 10}"
            if i < 1_000:
                folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{i}.csv").write_text(f"row {i}\n")
        time.sleep(3)  # files that are younger are read again
        base = resident_mb(empty.start())
        begin = time.monotonic()
        daemon.start()
        until("the first look", lambda: observations(daemon) == 1, 600, 0.005)
        first, first_cpu = time.monotonic() - begin, cpu_s(daemon)
        looks = []
        for i in range(5):
            begin, cpu = time.monotonic(), cpu_s(daemon)
            daemon.write("landing/07/7/707.csv", f"changed {i}\n")
            until("the change", lambda: observations(daemon) == i + 2, 600, 0.005)
            looks.append((time.monotonic() - begin, cpu_s(daemon) - cpu))
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
        print(json.dumps({"close_to_process_beyond_settle_ms": one_file, "files": FILES, "commit": commit.stdout.strip(), "load": os.getloadavg()[0],
                          "first_look_s": round(first, 3), "first_look_cpu_s": first_cpu,
                          "one_change_s": [round(t, 3) for t, _ in looks],
                          "one_change_cpu_s": [round(c, 3) for _, c in looks],
                          "rss_mb": resident_mb(daemon), "rss_without_files_mb": base}, indent=1))
    finally:
        daemon.close()
        empty.close()


if __name__ == "__main__":
    main()
