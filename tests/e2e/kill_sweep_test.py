#!/usr/bin/env python3
"""The daemon is killed at each of its durable steps in turn, and started again: nothing acknowledged is lost, and
nothing is done twice.

By default about 40 kills, spread over all points; FRESHET_SWEEP=all kills at every passage of every point.
"""
import collections
import concurrent.futures
import http.client
import json
import os
import re

from daemon import ACTIVE, Daemon, DaemonTest, main, start_ticks, until

POINTS = ("before_commit", "after_commit", "before_effects", "after_start", "after_reply", "before_outcome")
KILLS = 40
BEYOND = 2  # passages without a death after which a point is taken to be exhausted

# A diamond (a, b → left, right → join), a chain below it, a slow step beside it, and one that reports by Pipes.
DEFINITIONS = """
project: sweep
sources:
  - {asset: a, webhook: {}}
  - {asset: b, webhook: {}}
  - {asset: c, webhook: {}}
defaults: {automation: eager}
assets:
  - {key: left, deps: [a], command: [sh, step.sh, left, data/a]}
  - {key: right, deps: [a, b], command: [sh, step.sh, right, data/a, data/b]}
  - key: join
    deps: [left, right]
    command: [sh, step.sh, join, out/left, out/right]
    checks:
      - {name: whole, command: [sh, check.sh, out/join], blocking: true}
  - {key: tail, deps: [join, c], command: [sh, step.sh, tail, out/join, data/c]}
  - {key: slow, deps: [c], command: [sh, step.sh, slow, data/c], environment: {PAUSE: "0.4"}}
  - {key: report, deps: [tail], command: [python3, report.py]}
"""
# Each attempt leaves "start RUN ASSET CHECK ATTEMPT PID TICKS" and, with its work done, "done RUN ASSET CHECK ATTEMPT".
COMMON = """
set -e
me="$FRESHET_RUN_ID $FRESHET_ASSET ${FRESHET_CHECK:--} $FRESHET_ATTEMPT"
echo "start $me $$ $(cut -d' ' -f22 /proc/$$/stat)" >>steps
"""
FILES = {
    "step.sh": COMMON + """
name=$1 text="$1("
shift
for input; do text="$text$(cat "$input");"; done
sleep "${PAUSE:-0.02}"
echo "$text)" >"out/$name.$$"
mv "out/$name.$$" "out/$name"
echo "done $me" >>steps
""",
    "check.sh": COMMON + """
grep -q "^join(left(.*);right(.*);)$" "$1"
echo "done $me" >>steps
""",
    "report.py": """
import base64, hashlib, json, os, zlib

me = " ".join((os.environ["FRESHET_RUN_ID"], os.environ["FRESHET_ASSET"], "-", os.environ["FRESHET_ATTEMPT"]))
def note(text):
    with open("steps", "a") as file:
        file.write(text + "\\n")
note(f"start {me} {os.getpid()} {open('/proc/self/stat').read().rpartition(')')[2].split()[19]}")
text = "report(" + open("out/tail").read().strip() + ";)\\n"
with open(f"out/report.{os.getpid()}", "w") as file:
    file.write(text)
os.replace(f"out/report.{os.getpid()}", "out/report")
path = json.loads(zlib.decompress(base64.b64decode(os.environ["DAGSTER_PIPES_MESSAGES"])))["path"]
with open(path, "a") as messages:
    for method, params in (("log", {"message": "written", "level": "INFO"}),
                           ("report_asset_materialization", {
                               "asset_key": "report", "data_version": hashlib.sha256(text.encode()).hexdigest()[:12],
                               "metadata": {"size": {"type": "int", "raw_value": len(text)}}})):
        messages.write(json.dumps({"__dagster_pipes_version": "0.1", "method": method, "params": params}) + "\\n")
note(f"done {me}")
""",
    "out/.keep": "",
}
# What comes, in this order; at None all is let come to rest first.
SCRIPT = [("a", 1), ("b", 1), ("c", 1), None, ("a", 2), ("c", 2), ("b", 2), None, "run", ("a", 3), ("a", 4), None]


def final_content(version):
    """What lies in out/ when everything is up to date."""
    left, right = f"left(a{version['a']};)", f"right(a{version['a']};b{version['b']};)"
    join = f"join({left};{right};)"
    tail = f"tail({join};c{version['c']};)"
    return {"left": left, "right": right, "join": join, "tail": tail, "slow": f"slow(c{version['c']};)",
            "report": f"report({tail};)"}


class Sweep:
    """One play of the script, with at most one death."""

    def __init__(self, failpoint=None):
        self.failpoint, self.daemon = failpoint, Daemon(DEFINITIONS, FILES)
        self.died, self.acknowledged, self.in_flight, self.requested = False, [], set(), None
        self.passages = None

    def play(self):
        """What went wrong, as a list of sentences."""
        self.daemon.launch(failpoint=self.failpoint)
        version = {}
        for number, item in enumerate(SCRIPT):
            if item is None:
                self.persist(self.rest)
            elif item == "run":
                self.persist(self.request_run)
            else:
                source, version[source] = item
                self.daemon.write(f"data/{source}", f"{source}{version[source]}\n")
                self.persist(lambda: self.deliver(f"event-{number}", source, version[source]))
        self.persist(self.rest)
        wrong = self.judge(version)
        if not self.died:
            self.passages = self.count()
            # Killed at rest, to be sure that it is all in the store.
            self.daemon.kill()
            self.daemon.start()
            wrong += self.judge(version)
        return wrong

    def persist(self, act):
        """Does something against the daemon until it is done, with a new daemon when this one has died."""
        def tried():
            if not self.daemon.alive():
                self.revive()
            try:
                act()
            except (OSError, http.client.HTTPException):  # it is starting, or dying
                return False
            return True

        until("the daemon to do what it is asked", tried)

    def revive(self):
        if self.died:
            raise AssertionError("the daemon died again, without a failpoint")
        self.died = True
        self.in_flight = self.unfinished()
        self.daemon.start()

    def deliver(self, identity, source, version):
        event = {"specversion": "1.0", "id": identity, "source": "/sweep", "type": "delivered", "subject": source,
                 "data": {"data_version": str(version)}}
        answer = self.daemon.request("POST", "/api/v1/events", json.dumps(event),
                                     {"Content-Type": "application/cloudevents+json"})
        self.accept(answer, 202)
        self.acknowledged.append(identity)

    def count(self):
        """About how often each point was passed; it varies with how commits are grouped."""
        lines = self.daemon.request("GET", "/metrics").text.splitlines()
        figures = {name.split("{")[0]: float(value) for name, _, value in (line.rpartition(" ") for line in lines)
                   if not name.startswith("#")}
        commits, starts = int(figures["freshet_commits_total"]), int(figures["freshet_steps_started_total"])
        return {"before_commit": commits, "after_commit": commits, "before_effects": commits, "after_start": starts,
                "after_reply": len(SCRIPT) - SCRIPT.count(None), "before_outcome": starts}

    def request_run(self):
        answer = self.daemon.request("POST", "/api/v1/runs", {"select": "slow", "reason": "asked for"},
                                     {"Idempotency-Key": "the-only-one"})
        self.accept(answer, 201)
        self.requested = answer.json["id"]

    @staticmethod
    def accept(answer, want):
        if answer.status == 503:
            raise ConnectionError("busy")
        if answer.status != want:
            raise AssertionError(f"wanted {want}, got {answer}")

    def rest(self):
        def at_rest():
            status = self.daemon.get("/status")
            return (not self.daemon.get("/runs?status=" + ACTIVE)["items"]
                    and all(data == "fresh" for data in status["data"]))

        until("everything to be fresh and nothing to run", at_rest, 120)

    def steps(self, word):
        """What the steps noted, as tuples of (run, asset, check, attempt)."""
        lines = [line.split() for line in self.daemon.lines("steps")]
        return [tuple(fields[1:5]) for fields in lines if fields[0] == word]

    def unfinished(self):
        """Attempts whose process lives without a daemon."""
        done = set(self.steps("done"))
        lines = [line.split() for line in self.daemon.lines("steps")]
        return {tuple(f[1:5]) for f in lines if f[0] == "start" and tuple(f[1:5]) not in done
                and start_ticks(f[5]) == int(f[6])}

    def judge(self, version):
        wrong = []

        def expect(holds, *text):
            if not holds:
                wrong.append(f"{self.failpoint}: " + " ".join(map(str, text)))

        daemon = self.daemon
        events = daemon.items("/events", "limit=200")
        seen = collections.Counter(e["event_id"] for e in events if e.get("event_id"))
        for identity in self.acknowledged:
            expect(seen[identity] == 1, "acknowledged event", identity, "is in the history", seen[identity], "times")
        rejected = daemon.items("/events", "rejected=1")
        expect(not rejected, "events were rejected:", rejected)

        starts, done = collections.Counter(self.steps("start")), collections.Counter(self.steps("done"))
        for attempt, count in starts.items():
            expect(count == 1, "started", count, "times:", attempt)
        for work, count in collections.Counter(d[:3] for d in done.elements()).items():
            expect(count == 1, "done", count, "times:", work)
        for attempt in self.in_flight:
            expect(done[attempt] == 1, "not re-attached:", attempt)

        runs = {run["id"]: daemon.run(run["id"]) for run in daemon.runs()}
        updates = collections.Counter((e["run"], e["step"]) for e in events if e["kind"] == "materialization")
        checks = collections.Counter((e["run"], e["step"]) for e in events if e["kind"] == "check")
        known = set()
        for run in runs.values():
            expect(run["status"] == "succeeded", "run", run["id"], "is", run["status"], run["steps"])
            for step in run["steps"]:
                attempt = (run["id"], step["asset"], step["check"] or "-", str(step["attempt"]))
                if step["status"] == "succeeded":
                    known.add(attempt)
                    expect(starts[attempt] == 1, "it says that it succeeded, but it ran", starts[attempt], "times:", attempt)
                    recorded = (checks if step["check"] else updates)[run["id"], step["step"]]
                    expect(recorded == 1, "its result is recorded", recorded, "times:", attempt)
        expect(set(done) <= known, "done, but not on record:", set(done) - known)
        asked = [run["id"] for run in runs.values() if run["cause"] == "person"]
        joined = self.requested in runs
        expect(len(asked) <= 1 and joined, "runs that a person asked for:", asked, "the answer said:", self.requested)
        logged = [f for run in runs for f in daemon.items(f"/runs/{run}/events", "limit=200") if f["type"] == "step_logged"]
        reports = [k for k in known if k[1] == "report"]
        expect(len(logged) == len(reports), len(logged), "lines logged by", len(reports), "reports")

        for name, content in final_content(version).items():
            expect(daemon.read("out/" + name) == content + "\n", name, "is", daemon.read("out/" + name))
        until("supervisors to be gone", lambda: not daemon.leftovers(), 10)
        return wrong


def one(failpoint):
    sweep = Sweep(failpoint)
    try:
        wrong = sweep.play()
        code = sweep.daemon.stop()
        if code != 0:
            wrong.append(f"{failpoint}: the daemon ended with {code}")
        if left := sweep.daemon.leftovers():
            wrong.append(f"{failpoint}: orphans {left}")
        return {"died": sweep.died, "wrong": wrong, "events": len(sweep.acknowledged),
                "starts": len(sweep.steps("start")), "re-attached": len(sweep.in_flight),
                "passages": sweep.passages}
    except Exception as error:  # a case of its own; the others go on
        return {"died": sweep.died, "wrong": [f"{failpoint}: {error!r}\n{sweep.daemon.said()[-3000:]}"], "events": 0,
                "starts": 0, "re-attached": 0}
    finally:
        sweep.daemon.close()


class KillSweep(DaemonTest):
    def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(self):
        undisturbed = one(None)
        self.assertEqual([], undisturbed["wrong"], "without any kill")
        counts = undisturbed["passages"]
        print("passages without a kill:", counts, flush=True)
        if os.environ.get("FRESHET_SWEEP") == "all":
            outcomes = self.every_passage()
        else:
            cases = []
            for point, count in counts.items():
                share = KILLS // len(counts) + (point in ("after_commit", "before_outcome")) * 2
                cases += sorted({f"{point}:{max(1, round((i + 0.5) * count / share))}" for i in range(share)})
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
                outcomes = list(workers.map(one, cases))
        kills = sum(o["died"] for o in outcomes)
        wrong = [text for o in outcomes for text in o["wrong"]]
        total = {name: sum(o[name] for o in outcomes) for name in ("events", "starts", "re-attached")}
        times = [int(found[1]) for text in wrong if (found := re.search(r"(\d+) times", text))]
        lost, double = times.count(0), sum(count > 1 for count in times)
        print(f"kills {kills}, events {total['events']}, starts {total['starts']}, lost {lost}, double {double}, "
              f"re-attached {total['re-attached']}", flush=True)
        self.assertEqual([], wrong)
        self.assertGreater(kills, len(outcomes) * 3 // 4, "most points were reached")
        self.assertGreater(total["re-attached"], 0, "some steps were running when the daemon died")

    def every_passage(self):
        def all_of(point):
            outcomes, number, survived = [], 1, 0
            while survived < BEYOND:
                outcomes.append(one(f"{point}:{number}"))
                survived = 0 if outcomes[-1]["died"] else survived + 1
                number += 1
            return outcomes[:-survived]

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
            return [outcome for outcomes in workers.map(all_of, POINTS) for outcome in outcomes]


if __name__ == "__main__":
    main()
