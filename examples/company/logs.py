"""Writes what the latest steps of a simulated history would have printed, so that there are logs to look at.

  logs.py STATE

Of the last day: all that failed, and the latest others.  A simulation runs no process, so their folders are free; the
daemon finds them when it starts, as if processes had left them.
"""
import pathlib
import random
import sqlite3
import struct
import sys
import time

QUEUED, SUCCEEDED, FAILED = 0, 3, 4  # as steps hold their status
DAY_US = 86_400 * 10**6
OTHERS = 400
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def run_text(run):
    return "".join(DIGITS[run >> shift & 31] for shift in range(60, -1, -5))


def recent_steps(state):
    database = sqlite3.connect(f"file:{state / 'freshet.db'}?mode=ro", uri=True)
    last = database.execute("SELECT max(ended_at) FROM steps").fetchone()[0] or 0
    columns = ("SELECT step_run, step_number, attempt, key, check_name, status, started_at, ended_at, text "
               "FROM steps JOIN assets ON asset = member_asset WHERE attempt > 0 AND ")
    yield from database.execute(columns + "status = ? AND ended_at > ?", (FAILED, last - DAY_US))
    yield from database.execute(columns + "status = ? ORDER BY ended_at DESC LIMIT ?", (SUCCEEDED, OTHERS))


class Output:
    """The two streams of an attempt, and how far they had grown when."""

    def __init__(self):
        self.streams = {"stdout": bytearray(), "stderr": bytearray()}
        self.index = bytearray()

    def write(self, stream, line, at_us):
        self.streams[stream] += line.encode()
        self.index += struct.pack("=qQQ", int(at_us), len(self.streams["stdout"]), len(self.streams["stderr"]))

    def say(self, at_us, level, sentence):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_us / 1e6))
        self.write("stdout", f"{stamp} {level:<5} {sentence}\n", at_us)


def output_of(step):
    run, number, attempt, key, check, status, started, ended, text = step
    draw = random.Random(f"{run} {number}")
    out = Output()
    moments = iter([started + (ended - started) * place / 30 for place in range(31)])
    out.say(next(moments), "INFO", f"{'check ' + check + ' of ' if check else ''}{key}: attempt {attempt}")
    out.say(next(moments), "INFO", "connected to warehouse as etl_writer, session 0x%08x" % draw.getrandbits(32))
    if check:
        out.say(next(moments), "INFO", "1 query, 0.4 s")
        return out
    rows = draw.randrange(1_000, 2_000_000)
    parts = 20 if status == SUCCEEDED else draw.randrange(3, 20)
    for part in range(parts):
        at = next(moments)
        bar = "#" * (part + 1) + "." * (19 - part)
        out.write("stderr", f"\r[{bar}] {5 * (part + 1):3d} % {rows * (part + 1) // 20:>9} rows", at)
        if draw.random() < 0.12:
            out.say(at, draw.choice(("WARN", "INFO", "DEBUG")),
                    draw.choice((f"{draw.randrange(2, 90)} rows have no country, \"unknown\" is used",
                                 f"part {part + 1} of 20 in {draw.uniform(0.2, 9):.1f} s",
                                 "slow query: waited for a lock on staging.orders")))
    out.write("stderr", "\n", next(moments))
    if status == SUCCEEDED:
        out.say(ended, "INFO", f"{rows} rows written")
        return out
    out.say(ended, "ERROR", f"part {parts + 1} of 20 could not be written")
    for line in ("Traceback (most recent call last):", '  File "/srv/company/step.py", line 214, in <module>',
                 "    main()", '  File "/srv/company/step.py", line 187, in main', "    write(part, rows)",
                 '  File "/srv/company/warehouse.py", line 92, in write', "    cursor.execute(statement)", text):
        out.write("stderr", line + "\n", ended)
    return out


def main():
    state = pathlib.Path(sys.argv[1])
    for step in recent_steps(state):
        folder = state / "runs" / run_text(step[0]) / f"{step[1]}.{step[2]}"
        folder.mkdir(parents=True, exist_ok=True)
        out = output_of(step)
        for stream, content in out.streams.items():
            (folder / stream).write_bytes(content)
        (folder / "index").write_bytes(out.index)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
