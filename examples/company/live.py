"""Delivers to sources of the running company now and then, so that something goes on.

  live.py PROJECT [--count N] [--every SECONDS]

FRESHET_URL and FRESHET_TOKEN_FILE say which daemon; without --count for as long as that runs.
"""
import argparse
import json
import os
import pathlib
import random
import sys
import time
import urllib.parse
import urllib.request


def call(path, body=None):
    token = pathlib.Path(os.environ["FRESHET_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
    request = urllib.request.Request(os.environ["FRESHET_URL"] + "/api/v1/" + path,
                                     headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
                                     data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def sources():
    path = "assets?" + urllib.parse.urlencode({"select": "kind:source and partitions:none", "limit": 500})
    page = call(path)
    return [(asset["key"], "file" in asset["kinds"]) for asset in page["items"]]


def deliver(project, key, is_file, lot):
    if is_file:
        name = f"{key.replace('/', '.')}-{lot}.csv"
        (project / "inbox" / name).write_text(f"id,lot\n1,{lot}\n", encoding="utf-8")
    else:
        rows = random.randrange(100, 50_000)
        call("events", [{"kind": "observation", "asset": key, "data_version": lot, "metadata": {"rows": rows}}])
    print(f"delivered to {key}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--every", type=float, default=45, metavar="SECONDS")
    wanted = parser.parse_args()
    try:
        go_on(wanted)
    except OSError as error:
        if wanted.count:
            sys.exit(f"live.py: {error}")


def go_on(wanted):
    number = 0
    while not wanted.count or number < wanted.count:
        if number:
            time.sleep(random.expovariate(1 / wanted.every))
        key, is_file = random.choice(sources())
        deliver(wanted.project, key, is_file, f"{time.time():.0f}-{number}")
        number += 1


if __name__ == "__main__":
    main()
