#!/usr/bin/env python3
"""A step's log reads the same while it runs, after it was packed, and after any kill -9; what it ran in is gone by then."""
from daemon import PATIENCE, DaemonTest, main, until

DEFINITIONS = """
project: logs
assets:
  - key: talk
    command: [sh, talk.sh]
  - key: turns
    command: [sh, turns.sh]
  - key: silent
    command: ["true"]
  - key: ping
    command: [sh, ping.sh]
  - key: pong
    command: [sh, pong.sh]
  - key: again
    command: [sh, -c, 'echo "attempt $FRESHET_ATTEMPT"; echo "to stderr" >&2; exit 1']
    retries: {max: 2, delay: 10ms}
"""
TALK = """
echo "line 1"
echo "complaint" >&2
while [ ! -e go ]; do sleep 0.05; done
echo "line 2"
printf "line 3, and no newline"
"""
# Each line waits until the one before has been noted with its time.
TURNS = """
index=$(dirname "$(readlink /proc/$$/fd/1)")/index
grown() { until [ "$(cat "$index" 2>/dev/null | wc -c)" -gt "$1" ]; do sleep 0.01; done; }
echo "INFO begins"
grown 0
echo "ERROR a mistake" >&2
grown 24
printf "10%%\\r50%%\\r100%%\\n"
grown 48
echo "last complaint" >&2
"""
# Two steps that speak by turns, each once the other's line has been noted.
NOTED = """
index=$(dirname "$(readlink /proc/$$/fd/1)")/index
said() { echo "$1"; until [ "$(cat "$index" 2>/dev/null | wc -c)" -gt "$2" ]; do sleep 0.01; done; touch "$1"; }
heard() { until [ -e "$1" ]; do sleep 0.01; done; }
"""
PING = NOTED + "said ping1 0; heard pong1; said ping2 24"
PONG = NOTED + "heard ping1; said pong1 0; heard ping2; said pong2 24"
BEGUN, WHOLE = "line 1\n", "line 1\nline 2\nline 3, and no newline"


class Logs(DaemonTest):
    def begin(self, **options):
        daemon = self.daemon(DEFINITIONS, {"talk.sh": TALK}).start(**options)
        run = daemon.materialize("talk")
        daemon.running(run, "talk")
        until("the step's first line", lambda: daemon.log(run, 0).text == BEGUN)
        return daemon, run

    @staticmethod
    def folder(daemon, run):
        return daemon.state / "runs" / run

    def packed(self, daemon, *runs):
        until("the folders to be gone", lambda: not any(self.folder(daemon, run).exists() for run in runs))

    @staticmethod
    def segments(daemon):
        return sorted(daemon.state.glob("logs/*.segment"))

    def assert_whole(self, daemon, run):
        """Every way to read it gives the same, wherever it is."""
        path = f"/api/v1/runs/{run}/logs/0"
        self.assertEqual(WHOLE, daemon.log(run, 0).text)
        self.assertEqual("complaint\n", daemon.log(run, 0, stream="stderr").text)
        part = daemon.request("GET", path, headers={"Range": "bytes=2-8"})
        self.assertEqual((206, WHOLE[2:9]), (part.status, part.text))
        self.assertEqual(f"bytes 2-8/{len(WHOLE)}", part.headers["Content-Range"])
        self.assertEqual("newline", daemon.request("GET", path, headers={"Range": "bytes=-7"}).text)
        self.assertEqual(416, daemon.request("GET", path, headers={"Range": f"bytes={len(WHOLE)}-"}).status)
        self.assertEqual("line 2\nline 3, and no newline", daemon.log(run, 0, from_line=2).text)
        found = daemon.get(f"/runs/{run}/logs/0/search?q=line%20")["items"]
        self.assertEqual([1, 2, 3], [f["line"] for f in found])
        events = daemon.events(f"/runs/{run}/logs/0?follow=1").rest()
        self.assertEqual([WHOLE.split("\n")], [e["data"]["lines"] for e in events[:-1]])
        self.assertEqual("succeeded", events[-1]["data"]["status"])

    def test_a_log_is_read_while_its_step_runs_when_it_is_packed_and_after_a_kill(self):
        daemon, run = self.begin()
        follower = daemon.events(f"/runs/{run}/logs/0?follow=1")
        seen = follower.until(lambda e: e["event"] == "lines")
        daemon.restart()
        self.assertEqual(BEGUN, daemon.log(run, 0).text, "it runs, and its folder is left alone")
        self.assertTrue((self.folder(daemon, run) / "0.1" / "claim").exists())
        follower.close()
        follower = daemon.events(f"/runs/{run}/logs/0?follow=1", {"Last-Event-ID": seen[-1]["id"]})
        daemon.write("go", "")
        daemon.finished(run)
        seen += follower.rest()
        lines = [line for event in seen if event["event"] == "lines" for line in event["data"]["lines"]]
        self.assertEqual(WHOLE.split("\n"), lines, "each line once")
        self.packed(daemon, run)
        self.assertEqual(1, len(self.segments(daemon)))
        self.assert_whole(daemon, run)
        daemon.restart()
        self.assert_whole(daemon, run)
        self.assertFalse(self.folder(daemon, run).exists())

    def assert_turns(self, daemon, run):
        """Both streams in one order, with times: in the folder and in a segment."""
        page = daemon.get(f"/runs/{run}/logs/0/lines")
        items = page["items"]
        self.assertEqual(["INFO begins", "ERROR a mistake", "100%", "last complaint"], [i["text"] for i in items])
        self.assertEqual(["out", "err", "out", "err"], [i["stream"] for i in items])
        self.assertEqual(["info", "error", None, None], [i["level"] for i in items])
        self.assertTrue(items[2]["collapsed"])
        times = [i["at"] for i in items]
        self.assertEqual(sorted(set(times)), times, "each has its own")
        step = daemon.get(f"/runs/{run}")["steps"][0]
        self.assertLess(step["started_at"], times[0])
        self.assertEqual((5, 4, True), (page["next"], page["total"], page["complete"]))
        last = daemon.get(f"/runs/{run}/logs/0/lines?from_line=-1&stream=stderr")["items"]
        self.assertEqual([(2, "last complaint", times[3])], [(i["line"], i["text"], i["at"]) for i in last])
        found = daemon.get(f"/runs/{run}/logs/0/search?level=error&limit=1&stream=both")
        self.assertEqual([2], [i["line"] for i in found["items"]])
        self.assertEqual({"value": 1, "relation": "eq"}, found["total"])
        bad = daemon.request("GET", f"/api/v1/runs/{run}/logs/0/search?q=a(b&regex=1")
        self.assertEqual(400, bad.status)
        self.assertIn("position 2", bad.json["detail"])

    def test_lines_have_times_and_both_streams_one_order(self):
        daemon = self.daemon(DEFINITIONS, {"turns.sh": TURNS}).start()
        run = daemon.materialize("turns")
        self.assertEqual("succeeded", daemon.finished(run)["status"])
        self.packed(daemon, run)
        self.assert_turns(daemon, run)
        daemon.restart()
        self.assert_turns(daemon, run)

    def test_the_log_of_a_run_has_the_lines_of_all_its_steps_by_time(self):
        daemon = self.daemon(DEFINITIONS, {"ping.sh": PING, "pong.sh": PONG}).start()
        run = daemon.materialize("ping or pong")
        self.assertEqual("succeeded", daemon.finished(run)["status"])
        self.packed(daemon, run)
        page = daemon.get(f"/runs/{run}/logs/all/lines")
        self.assertEqual(["ping1", "pong1", "ping2", "pong2"], [i["text"] for i in page["items"]])
        steps = [s["asset"] for s in daemon.run(run)["steps"]]
        self.assertEqual(["ping", "pong", "ping", "pong"], [steps[i["step"]] for i in page["items"]])
        self.assertEqual([1, 1, 2, 2], [i["step_line"] for i in page["items"]])
        self.assertTrue(page["complete"])
        self.assertEqual(page["items"][2:], daemon.get(f"/runs/{run}/logs/all/lines?from_line=3")["items"])

    def test_lines_come_while_the_step_runs(self):
        daemon, run = self.begin()
        page = until("both lines", lambda: (lambda p: p if len(p["items"]) == 2 else None)(
            daemon.get(f"/runs/{run}/logs/0/lines")))
        self.assertEqual({"line 1", "complaint"}, {i["text"] for i in page["items"]})
        self.assertFalse(page["complete"])
        daemon.write("go", "")
        daemon.finished(run)
        rest = daemon.get(f"/runs/{run}/logs/0/lines?from_line={page['next']}")
        self.assertEqual(["line 2", "line 3, and no newline"], [i["text"] for i in rest["items"]])
        self.assertTrue(rest["complete"])

    def test_the_system_tells_of_itself_and_what_it_logged(self):
        daemon = self.serve(DEFINITIONS)
        run = daemon.materialize("silent")
        daemon.finished(run)
        system = daemon.get("/system")
        self.assertEqual(["logs"], [p["name"] for p in system["projects"]])
        self.assertTrue(system["projects"][0]["valid"])
        self.assertEqual(6, system["projects"][0]["assets"])
        self.assertGreater(system["store"]["database_bytes"], 0)
        self.assertGreater(system["engine"]["facts"], 0)
        config = {c["name"]: c for c in system["config"]}
        self.assertEqual("option", config["projects"]["origin"])
        self.assertEqual(("10", "default"), (config["slots"]["value"], config["slots"]["origin"]))
        log = daemon.get("/system/log?limit=100")["items"]
        self.assertTrue(any(line["text"].startswith(f"run ended run={run}") for line in log), log)
        self.assertEqual({"info"}, {line["level"] for line in log if line["text"].startswith("serving")})
        daemon.write("freshet.yaml", "project: [")
        daemon.post("/reload", {})
        project = daemon.get("/system")["projects"][0]
        self.assertFalse(project["valid"])
        self.assertEqual(("logs", 6), (project["name"], project["assets"]))
        self.assertEqual(system["projects"][0]["loaded_at"], project["loaded_at"])
        self.assertEqual("error", project["diagnostics"][0]["severity"])

    def test_every_attempt_keeps_its_log_and_silence_takes_no_room(self):
        daemon = self.serve(DEFINITIONS)
        silent = daemon.finished(daemon.materialize("silent"))["id"]
        self.packed(daemon, silent)
        self.assertEqual([], self.segments(daemon))
        self.assertEqual((200, ""), (daemon.log(silent, 0).status, daemon.log(silent, 0).text))
        again = daemon.finished(daemon.materialize("again"))["id"]
        self.packed(daemon, again)
        for attempt in (1, 2, 3):
            self.assertEqual(f"attempt {attempt}\n", daemon.log(again, 0, attempt=attempt).text)
            self.assertEqual("to stderr\n", daemon.log(again, 0, attempt=attempt, stream="stderr").text)
        self.assertEqual("attempt 3\n", daemon.log(again, 0).text)

    def test_a_kill_while_it_is_packed_loses_nothing(self):
        for point in ("before_log_commit", "after_log_commit", "after_log_rename"):
            with self.subTest(failpoint=point):
                daemon, run = self.begin(failpoint=point)
                daemon.write("go", "")
                daemon.process.wait(PATIENCE)
                daemon.start()
                self.assertEqual("succeeded", daemon.finished(run)["status"])
                self.packed(daemon, run)
                self.assert_whole(daemon, run)
                second = daemon.materialize("talk")
                self.assertEqual("succeeded", daemon.finished(second)["status"])
                self.packed(daemon, second)
                self.assert_whole(daemon, second)
                self.assert_whole(daemon, run)
                self.assertEqual([], list((daemon.state / "runs").iterdir()))

    def test_a_log_that_cannot_be_packed_stays_where_it_is(self):
        daemon, run = self.begin()
        (daemon.state / "logs").write_text("in the way")
        daemon.write("go", "")
        daemon.finished(run)
        until("a warning", lambda: "logs not packed" in daemon.said())
        again = daemon.finished(daemon.materialize("again"))["id"]
        self.assert_whole(daemon, run)
        self.assertEqual("attempt 3\n", daemon.log(again, 0).text)
        self.assertEqual(1, daemon.said().count("logs not packed"), "it is said once")
        (daemon.state / "logs").unlink()
        daemon.restart()
        self.packed(daemon, run, again)
        self.assert_whole(daemon, run)
        self.assertEqual("attempt 2\n", daemon.log(again, 0, attempt=2).text)

    def test_days_that_are_old_are_deleted_at_the_start(self):
        daemon, run = self.begin()
        daemon.write("go", "")
        daemon.finished(run)
        self.packed(daemon, run)
        daemon.stop()
        for path in (daemon.state / "logs").iterdir():
            path.rename(path.with_name("2020-02-29" + path.suffix))
        daemon.start()
        until("the old day to be gone", lambda: not list((daemon.state / "logs").iterdir()))
        self.assertEqual((200, ""), (daemon.log(run, 0).status, daemon.log(run, 0).text))


if __name__ == "__main__":
    main()
