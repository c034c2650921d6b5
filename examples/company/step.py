"""The step of any asset of the company: some seconds of pretended work, with a log to look at."""
import hashlib
import os
import random
import sys
import time

asset = os.environ["FRESHET_ASSET"]
what = os.environ.get("FRESHET_PARTITION") or os.environ.get("FRESHET_PARTITION_FIRST") or ""
# As long for an asset as the last time, give or take; what happens differs each time.
seconds = 1 + int(hashlib.sha256(asset.encode()).hexdigest()[:4], 16) / 65536 * 5
draw = random.Random()
seconds *= draw.uniform(0.8, 1.2)
rows = draw.randrange(1_000, 2_000_000)


def say(level, sentence):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    print(f"{stamp} {level:<5} {sentence}", flush=True)


say("INFO", f"{asset}{'[' + what + ']' if what else ''}: attempt {os.environ.get('FRESHET_ATTEMPT', '1')}")
say("INFO", "connected to warehouse as etl_writer")
parts = 20
fails_at = draw.randrange(parts) if draw.random() < 0.02 else None
for part in range(parts):
    time.sleep(seconds / parts)
    bar = "#" * (part + 1) + "." * (parts - part - 1)
    print(f"\r[{bar}] {100 * (part + 1) // parts:3d} % {rows * (part + 1) // parts:>9} rows", end="",
          file=sys.stderr, flush=True)
    if part == parts // 2 and draw.random() < 0.3:
        print(file=sys.stderr)
        say("WARN", f"{draw.randrange(2, 90)} rows have no country, \"unknown\" is used")
    if part == fails_at:
        print(file=sys.stderr)
        say("ERROR", "the warehouse closed the connection")
        sys.exit("psycopg2.OperationalError: server closed the connection unexpectedly")
print(file=sys.stderr)
say("INFO", f"{rows} rows written in {seconds:.1f} s")
