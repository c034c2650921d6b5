#!/usr/bin/env python3
"""Steps survive the daemon: killed, it finds them again; ended politely, it leaves them alone; what died with it is
lost, and tried again."""
import os
import signal

from daemon import DaemonTest, main, start_ticks, until

DEFINITIONS = """
project: reattach
assets:
  - key: long
    command: [sh, long.sh]
"""
# Says when it begins, waits until it is let go, and says when it ends.
LONG = """
echo "$FRESHET_ATTEMPT $$" >>started
echo "first words of attempt $FRESHET_ATTEMPT"
echo "complaint" >&2
while [ ! -e go ]; do sleep 0.05; done
echo "last words of attempt $FRESHET_ATTEMPT"
"""


class StepsSurviveTheDaemon(DaemonTest):
    def begin(self):
        daemon = self.serve(DEFINITIONS, {"long.sh": LONG})
        run = daemon.materialize("long")
        daemon.running(run, "long")
        until("the step's first words", lambda: "first words" in daemon.log(run, 0).text)
        return daemon, run, int(daemon.lines("started")[0].split()[1])

    def assert_one_whole_attempt(self, daemon, run):
        daemon.write("go", "")
        ended = daemon.finished(run)
        step = ended["steps"][0]
        self.assertEqual(("succeeded", "succeeded", 1, 0),
                         (ended["status"], step["status"], step["attempt"], step["exit_code"]), step)
        self.assertEqual(1, len(daemon.lines("started")), "it was started once")
        self.assertEqual("first words of attempt 1\nlast words of attempt 1\n", daemon.log(run, 0).text)
        self.assertEqual("complaint\n", daemon.log(run, 0, stream="stderr").text)
        until("its processes to be gone", lambda: not daemon.leftovers())

    def test_a_step_outlives_a_kill_of_the_daemon_and_is_found_again(self):
        daemon, run, pid = self.begin()
        daemon.kill()
        self.assertIsNotNone(start_ticks(pid), "the step goes on without the daemon")
        daemon.start()
        self.assertEqual("running", daemon.step(run, "long")["status"])
        self.assert_one_whole_attempt(daemon, run)

    def test_a_step_that_ends_while_no_daemon_is_there_has_succeeded(self):
        daemon, run, pid = self.begin()
        daemon.kill()
        daemon.write("go", "")
        until("the step to end", lambda: not daemon.leftovers())
        daemon.start()
        self.assert_one_whole_attempt(daemon, run)

    def test_a_daemon_that_is_asked_to_end_leaves_its_steps_running(self):
        daemon, run, pid = self.begin()
        self.assertEqual(0, daemon.stop(signal.SIGTERM))
        self.assertIsNotNone(start_ticks(pid), "the step goes on without the daemon")
        daemon.start()
        self.assert_one_whole_attempt(daemon, run)

    def test_a_step_can_be_canceled_by_the_next_daemon(self):
        daemon, run, pid = self.begin()
        daemon.restart()
        daemon.post(f"/runs/{run}/cancel", want=202)
        ended = daemon.finished(run)
        self.assertEqual("canceled", ended["status"])
        self.assertEqual("canceled", ended["steps"][0]["status"])
        until("its processes to be gone", lambda: not daemon.leftovers())

    def test_a_step_whose_supervisor_died_with_the_daemon_is_lost_and_tried_again(self):
        daemon, run, pid = self.begin()
        supervisors = [p for p in daemon.leftovers() if p != pid and os.getpgid(p) != os.getpgid(pid)]
        self.assertEqual(1, len(supervisors))
        daemon.kill()
        os.kill(supervisors[0], signal.SIGKILL)
        until("the step to die with its supervisor", lambda: start_ticks(pid) is None)
        daemon.start()
        until("a second attempt", lambda: len(daemon.lines("started")) == 2)
        lost = [f for f in daemon.items(f"/runs/{run}/events") if f["type"] == "attempt_ended"]
        self.assertEqual([(1, "lost")], [(f["attempt"], f["reason"]["code"]) for f in lost])
        daemon.write("go", "")
        ended = daemon.finished(run)
        self.assertEqual(("succeeded", 2), (ended["status"], ended["steps"][0]["attempt"]))
        self.assertEqual("first words of attempt 2\nlast words of attempt 2\n", daemon.log(run, 0).text)
        self.assertEqual("first words of attempt 1\n", daemon.log(run, 0, attempt=1).text)
        self.assertEqual(["1", "2"], [line.split()[0] for line in daemon.lines("started")])

    def test_a_supervisor_that_dies_at_any_point_of_its_protocol_is_found_out(self):
        points = ("after_claim", "after_flock", "after_claim_written", "after_spawn", "before_status", "after_status_tmp",
                  "after_rename")
        daemon = self.serve("project: points\nassets:\n" + "".join(
            f"  - {{key: {p}, command: [sh, -c, 'echo {p} $FRESHET_ATTEMPT >>started'],"
            f" environment: {{FRESHET_STEP_FAILPOINT: {p}}}}}\n" for p in points))
        runs = {p: daemon.materialize(p) for p in points}
        for point, run in runs.items():
            with self.subTest(point=point):
                step = daemon.finished(run)["steps"][0]
                if point == "after_rename":  # its status was there already
                    self.assertEqual(("succeeded", 1), (step["status"], step["attempt"]), step)
                else:  # tried again twice, then given up
                    self.assertEqual(("lost", "lost", 3), (step["status"], step["reason"]["code"], step["attempt"]), step)
        started = daemon.lines("started")
        self.assertEqual(sorted(set(started)), sorted(started), "no attempt was started twice")
        until("all processes to be gone", lambda: not daemon.leftovers())


if __name__ == "__main__":
    main()
