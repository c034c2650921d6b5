#!/usr/bin/python3
"""How long from a commit in PostgreSQL to the start of a process, by logical decoding and by NOTIFY.

tests/bench/postgres.py [BIN_FOLDER]    build/release/bin by default; brings a server of its own
"""
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["FRESHET_BIN"] = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin").absolute())
sys.path.insert(0, str(ROOT / "tests/e2e"))
from daemon import Daemon, until  # noqa: E402
from postgres_test import Server, sql  # noqa: E402


def latency(server, what, database, state, statement, count=300):
    """One commit after the other; each is an update and a run of its own, whose process writes down when it was started."""
    it = Daemon(f"""
project: bench
sources:
  - asset: raw/orders
    database: {{url: "postgresql://postgres@{server.address}/postgres", settle: 0s, {database}}}
assets:
  - {{key: staged, deps: [raw/orders], command: ["sh", "-c", "date +%s%N >> started"], automation: eager}}
""").start()
    try:
        until("the source to be read", lambda: it.get("/sources")["items"][0]["state"] == state)
        until("the first look's run", lambda: len(it.lines("started")) == 1)
        took = []
        with contextlib.closing(server.connect()) as db:
            for number in range(count):
                it.rest()
                sql(db, statement.format(number=number))
                committed = time.time()
                until("the process", lambda: len(it.lines("started")) == number + 2, pause=0.005)
                took.append((int(it.lines("started")[-1]) / 1e9 - committed) * 1000)
        took.sort()
        print(f"{what}, commit to process: median {statistics.median(took):.1f} ms  p99 {took[int(len(took) * 0.99)]:.1f}  "
              f"worst {took[-1]:.1f}  goal p99 20  samples {len(took)}")
    finally:
        it.close()


def main():
    with tempfile.TemporaryDirectory(prefix="freshet-postgres-") as folder:
        server = Server(pathlib.Path(folder, "server")).start()
        try:
            with contextlib.closing(server.connect()) as db:
                sql(db, "create table orders (id int primary key)")
            latency(server, "logical decoding", "table: orders", "reading", "insert into orders values ({number})")
            latency(server, "NOTIFY", "notify: orders", "watching", "notify orders, '{number}'")
        finally:
            server.run("clean")


if __name__ == "__main__":
    main()
