#!/usr/bin/env python3
"""A step's log reads the same while it runs, after it was packed, and after any kill -9; what it ran in is gone by then."""
from daemon import PATIENCE, DaemonTest, main, until

DEFINITIONS = """
project: logs
assets:
  - key: talk
    command: [sh, talk.sh]
  - key: silent
    command: ["true"]
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
