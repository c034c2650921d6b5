"""What the examples ask of a running daemon, and print.

  api.py settle RUN ASSET...   waits until all of them are fresh and nothing runs; 1 if a run after RUN
                               (the id of one, or "") failed
  api.py after RUN ASSET...    waits until each of them was made in a run after RUN, and nothing runs
  api.py assets                a table of all assets
  api.py last_run              the id of the newest run, or nothing
  api.py made [RUN] [SINCE]    what became of the assets in the runs after RUN; with SINCE (seconds since
                               the epoch) also how many milliseconds later
  api.py first [RUN]           waits for the first step that automation brings to an end after RUN

FRESHET_URL and FRESHET_TOKEN_FILE say whom to ask.
"""
import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ENDED = ("succeeded", "failed", "canceled")
PATIENCE_S = 60


def get(path):
    with open(os.environ["FRESHET_TOKEN_FILE"], encoding="utf-8") as file:
        token = file.read().strip()
    request = urllib.request.Request(os.environ["FRESHET_URL"] + "/api/v1/" + path,
                                     headers={"Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"GET {path}: {error.code} {error.read().decode(errors='replace')}")
    except OSError as error:
        sys.exit(f"GET {path}: {error}")


def items(path):
    """All items of a list, page by page."""
    cursor = ""
    while True:
        page = get(path + ("?cursor=" + urllib.parse.quote(cursor) if cursor else ""))
        yield from page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return


def runs_after(last):
    """Whole runs, oldest first; ids sort by time."""
    return [get("runs/" + run) for run in sorted(run["id"] for run in items("runs") if run["id"] > last)]


def settle(last, *wanted):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assets = {asset["key"]: asset for asset in items("assets")}
        runs = list(items("runs"))
        failed = [run["id"] for run in runs if run["id"] > last and run["status"] in ("failed", "canceled")]
        if failed:
            sys.exit(f"run {failed[0]} failed:\n" + json.dumps(get("runs/" + failed[0]), indent=2))
        if (all(assets[key]["data"] == "fresh" for key in wanted)
                and all(run["status"] in ENDED for run in runs)):
            return
        if time.monotonic() > deadline:
            sys.exit(f"not settled after {PATIENCE_S} s:\n" + json.dumps(assets, indent=2))
        time.sleep(0.02)


def after(last, *wanted):
    """As settle, of what is made anew though it is fresh."""
    deadline, missing = time.monotonic() + PATIENCE_S, set(wanted)
    while missing:
        missing -= {step["asset"] for run in runs_after(last) for step in run["steps"] if step["status"] == "succeeded"}
        if missing and time.monotonic() > deadline:
            sys.exit(f"after {PATIENCE_S} s nothing has made {', '.join(sorted(missing))}:\n" + json.dumps(runs_after(last), indent=2))
        time.sleep(0.02)
    settle(last, *wanted)


def table(head, rows):
    rows = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def assets():
    rows = [(asset["key"], asset["data"], asset["work"],
             f'{asset["checks_passed"]} passed, {asset["checks_failed"]} failed',
             asset["latest"]["at"] if asset["latest"] else "never")
            for asset in items("assets")]
    table(("asset", "data", "work", "checks", "latest"), rows)


def seconds(instant):
    return datetime.datetime.fromisoformat(instant).timestamp()


def last_run():
    print(max((run["id"] for run in items("runs")), default=""))


def made(last="", since=""):
    rows = []
    for run in runs_after(last):
        for step in run["steps"]:
            row = [step["asset"], step["check"] or "", step["status"], run["id"]]
            if since:
                ended = step["ended_at"]  # null for one that ended without having run
                row.append(f"{(seconds(ended) - float(since)) * 1000:.0f} ms" if ended else "")
            rows.append(row)
    if rows:
        table(("asset", "check", "outcome", "run") + (("after",) if since else ()), rows)
    else:
        print("  nothing")


def first(last=""):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for run in runs_after(last):
            for step in run["steps"] if run["cause"] == "automation" else ():
                if step["ended_at"]:
                    return table(("asset", "check", "outcome", "run"),
                                 [(step["asset"], step["check"] or "", step["status"], run["id"])])
        time.sleep(0.1)
    sys.exit(f"automation made nothing in {PATIENCE_S} s")


COMMANDS = {"settle": settle, "after": after, "assets": assets, "last_run": last_run, "made": made, "first": first}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
