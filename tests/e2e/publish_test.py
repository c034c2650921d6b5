#!/usr/bin/python3
"""What happens is told to others: none of it lost, whoever is killed or slow meanwhile, and what is told twice has one id.

FRESHET_SWEEP=all kills the daemon at 40 points instead of 6.
"""
import collections
import contextlib
import http.client
import http.server
import json
import os
import random
import threading

from confluent_kafka import Consumer, TopicPartition

from daemon import DaemonTest, main, until
from kafka_broker import TopicTest

KILLS = 40 if os.environ.get("FRESHET_SWEEP") == "all" else 6
TOKEN, USER = "token-that-nobody-knows", "user:password"
ASSETS = """
sources: [{asset: raw/orders}]
assets:
  - {key: staged, deps: [raw/orders], command: [sh, -c, "test ! -e bad"], automation: eager, checks: [{name: sane}]}
  - {key: other/one, command: ["true"], tags: [other]}
"""


class Receiver:
    """Takes POSTs, and answers as `answer(request)` says (200 by default)."""

    def __init__(self, port=0):
        self.requests, self.answer, receiver = [], lambda request: 200, self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = {"path": self.path, "headers": self.headers, "json": json.loads(body)}
                request["status"] = receiver.answer(request)
                receiver.requests.append(request)
                with contextlib.suppress(OSError):
                    self.send_response(request["status"])
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

            def handle_error(self, *_):  # whoever is killed ends its connections
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://{USER}@127.0.0.1:{self.port}/lineage"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def taken(self):
        return [r["json"] for r in self.requests if r["status"] == 200]


class Publish(DaemonTest):
    def receiver(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        return receiver

    def begin(self, publish, **options):
        it = self.daemon(f"project: shop\npublish:\n{publish}\n{ASSETS}", environment={"TOKEN": TOKEN})
        return it.start(**options)

    def publication(self, it, name="out"):
        return next(p for p in it.get("/publications")["items"] if p["name"] == name)

    def settled(self, it, name="out"):
        """Waits until all that has happened has been told."""
        until("all to be told", lambda: (p := self.publication(it, name))["state"] == "idle" and not p["waiting"] and not p["more"])

    def starts(self, it):
        """How often steps began, by what is on record."""
        return sum(step["attempt"] for run in it.runs() for step in it.run(run["id"])["steps"])

    def test_cloudevents_tell_what_came_of_it(self):
        receiver = self.receiver()
        it = self.begin(f"""  - {{name: out, format: cloudevents, to: {{http: {{url: "{receiver.url}", token: "${{TOKEN}}"}}}}}}""")
        it.report("raw/orders", "v1")
        it.finished(it.run_of("staged"))
        it.post("/events", {"kind": "check", "asset": "staged", "name": "sane", "passed": False}, 202)
        it.write("bad", "")
        it.finished(it.materialize("staged"))
        until("4 events", lambda: len(receiver.taken()) >= 4)
        events = receiver.taken()
        self.assertEqual(["freshet.asset.observed", "freshet.asset.materialized", "freshet.check.failed", "freshet.step.failed"],
                         [e["type"] for e in events])
        self.assertEqual(["raw/orders", "staged", "staged", "staged"], [e["subject"] for e in events])
        for event in events:
            self.assertEqual(("1.0", "freshet://shop"), (event["specversion"], event["source"]))
        self.assertEqual("v1", events[0]["data"]["data_version"])
        self.assertEqual("exit_code", events[3]["data"]["reason"])
        self.assertEqual(len(events), len({e["id"] for e in events}))
        request = receiver.requests[0]
        self.assertEqual(f"Bearer {TOKEN}", request["headers"]["Authorization"])
        self.assertEqual("application/cloudevents+json", request["headers"]["Content-Type"])
        self.assertEqual(request["json"]["id"], request["headers"]["Idempotency-Key"])
        self.settled(it)
        status = self.publication(it)
        self.assertEqual((4, None, f"http://127.0.0.1:{receiver.port}"), (status["delivered"], status["error"], status["target"]))

    def test_a_receiver_that_is_down_is_told_later_and_keeps_nobody_waiting(self):
        down, up = self.receiver(), self.receiver()
        down.answer = lambda request: 503
        it = self.begin(f"""  - {{name: out, to: {{http: {{url: "{down.url}", token: "${{TOKEN}}"}}}}}}
  - {{name: well, to: {{http: {{url: "{up.url}"}}}}}}""")
        for version in range(3):
            it.report("raw/orders", f"v{version}")
            it.finished(it.run_of("staged"))
            it.rest()
        until("the other to have all", lambda: len(up.taken()) >= 6)
        # As of the latest attempt.
        status = until("all to wait", lambda: (p := self.publication(it))["waiting"] == 6 and p["attempts"] > 1 and p)
        self.assertEqual("HTTP 503", status["error"])
        self.assertGreater(status["behind"], 0)
        for secret in (TOKEN, USER):
            self.assertNotIn(secret, it.said() + json.dumps(it.get("/publications")))
        down.answer = lambda request: 200
        until("the first to have all", lambda: len(down.taken()) >= 6)
        self.assertEqual(up.taken(), down.taken())
        self.assertEqual(["START", "COMPLETE"] * 3, [e["eventType"] for e in down.taken()])

    def test_what_is_refused_again_and_again_is_given_up(self):
        receiver = self.receiver()
        receiver.answer = lambda request: 422 if request["json"]["eventType"] == "START" else 200
        it = self.begin(f"""  - {{name: out, to: {{http: {{url: "{receiver.url}"}}}}}}""")
        it.report("raw/orders", "v1")
        until("the end to be told", lambda: len(receiver.taken()) == 1)
        self.assertEqual("COMPLETE", receiver.taken()[0]["eventType"])
        self.assertEqual(5, len(receiver.requests) - 1)
        self.settled(it)
        self.assertEqual(1, self.publication(it)["given_up"])
        self.assertText("event given up publication=out", it.said())

    def test_a_file_gets_a_line_each_also_after_it_was_moved_away(self):
        it = self.begin("""  - {name: out, to: {file: events.jsonl}, select: "tag:other"}""")
        it.finished(it.materialize("other/one"))
        it.finished(it.materialize("staged"))
        until("2 lines", lambda: len(it.lines("events.jsonl")) == 2)
        os.rename(it.project / "events.jsonl", it.project / "events.1")
        it.finished(it.materialize("other/one"))
        until("2 more lines", lambda: len(it.lines("events.jsonl")) == 2)
        names = {json.loads(line)["job"]["name"] for name in ("events.1", "events.jsonl") for line in it.lines(name)}
        self.assertEqual({"other/one"}, names)

    def test_a_publication_that_is_new_is_told_of_what_comes(self):
        receiver = self.receiver()
        it = self.begin("  []")
        it.finished(it.materialize("other/one"))
        it.write("freshet.yaml", f"""
project: shop
publish: [{{name: out, to: {{http: {{url: "{receiver.url}"}}}}}}]
{ASSETS}""")
        it.post("/reload")
        it.finished(it.materialize("staged"))
        until("2 events", lambda: len(receiver.taken()) >= 2)
        self.assertEqual({"staged"}, {e["job"]["name"] for e in receiver.taken()})
        # One that changes goes on where it was.
        it.write("freshet.yaml", f"""
project: shop
publish: [{{name: out, to: {{http: {{url: "{receiver.url}/moved"}}}}}}]
{ASSETS}""")
        it.post("/reload")
        it.finished(it.materialize("other/one"))
        until("2 more events", lambda: len(receiver.taken()) >= 4)
        self.assertEqual(["/lineage"] * 2 + ["/lineage/moved"] * 2, [r["path"] for r in receiver.requests])

    def test_one_that_changes_or_comes_back_is_told_nothing_twice(self):
        receiver = self.receiver()

        def define(url=None):
            publish = "[]" if url is None else f"""[{{name: out, format: cloudevents, to: {{http: {{url: "{url}"}}}}}}]"""
            it.write("freshet.yaml", f"project: shop\npublish: {publish}\n{ASSETS}")
            it.post("/reload")

        versions = lambda: [e["data"]["data_version"] for e in receiver.taken() if e["subject"] == "raw/orders"]
        it = self.begin(f"""  - {{name: out, format: cloudevents, to: {{http: {{url: "{receiver.url}"}}}}}}""")
        it.report("raw/orders", "v1")
        it.rest()
        self.settled(it)
        it.stop()
        receiver.answer = lambda request: 503
        it.start()
        it.report("raw/orders", "v2")
        until("an attempt", lambda: self.publication(it)["attempts"] > 0)
        define(f"{receiver.url}/moved")  # before it has been told anything by this daemon
        receiver.answer = lambda request: 200
        until("the second", lambda: "v2" in versions())
        it.rest()
        self.settled(it)
        define(None)
        it.report("raw/orders", "v3")
        define(receiver.url)
        until("the third", lambda: "v3" in versions())
        it.rest()
        self.settled(it)
        self.assertEqual(["v1", "v2", "v3"], versions())
        it.stop()
        it.start()
        it.report("raw/orders", "v4")
        until("the fourth", lambda: "v4" in versions())
        self.assertEqual(["v1", "v2", "v3", "v4"], versions())
        ids = [e["id"] for e in receiver.taken()]
        self.assertEqual(len(set(ids)), len(ids))

    def test_one_whose_selection_does_not_fit_tells_nothing_of_other_projects(self):
        it = self.begin("""  - {name: out, to: {file: events.jsonl}, select: "nobody"}""")
        it.finished(it.materialize("staged"))
        until("2 lines", lambda: len(it.lines("events.jsonl")) == 2)
        self.settled(it)
        self.assertIn("told of the assets of project shop", self.publication(it)["error"])
        self.assertIn("selects nothing", json.dumps(it.get("/system")["projects"]))

    def test_nothing_is_lost_when_the_daemon_is_killed(self):
        """Anywhere between two moments; repetitions have equal ids and are equal."""
        seed = int(os.environ.get("FRESHET_SEED", "7"))
        chance = random.Random(seed)
        receiver = self.receiver()
        publish = f"""  - {{name: out, to: {{http: {{url: "{receiver.url}"}}}}}}
  - {{name: log, format: cloudevents, to: {{file: events.jsonl}}}}"""
        it = self.begin(publish)
        for number in range(KILLS):
            point = chance.choice(["before_publish", "after_publish", "after_commit", "before_effects"])
            it.stop()
            with contextlib.suppress(OSError, http.client.HTTPException, AssertionError):
                it.start(failpoint=f"{point}:{chance.randint(2, 12)}")
                for version in range(3):
                    it.report("raw/orders", f"{number}.{version}")
            if it.alive() and number % 2:
                it.kill()
            elif it.alive():
                with contextlib.suppress(AssertionError):
                    until("the daemon to die", lambda: not it.alive(), 3)
            if it.alive():
                it.kill()
            it.process.wait()
            it.start()
        it.rest()
        started = self.starts(it)
        self.assertGreater(started, 0, "something ran")
        keys = lambda: {(e["run"]["runId"], e["eventType"]) for e in receiver.taken()}
        until(f"{started} starts to be told (seed {seed})", lambda: sum(kind == "START" for _, kind in keys()) >= started)
        counts = collections.Counter(kind for _, kind in keys())
        self.assertEqual(started, counts["START"], f"seed {seed}: {counts}")
        self.assertEqual(started, counts["COMPLETE"] + counts["FAIL"] + counts["ABORT"], f"seed {seed}: {counts}")
        by_key = {}
        for event in receiver.taken():
            key = (event["run"]["runId"], event["eventType"])
            self.assertEqual(by_key.setdefault(key, event), event, f"seed {seed}")
        wanted = sum(len(it.items(f"/assets/{key}/events")) for key in ("raw/orders", "staged"))
        outcomes = lambda: [e for e in self.whole(it.lines("events.jsonl")) if e["type"].startswith("freshet.asset.")]
        until(f"{wanted} outcomes (seed {seed})", lambda: len({e["id"] for e in outcomes()}) >= wanted)
        by_id = {e["id"]: e for e in outcomes()}
        self.assertEqual(wanted, len(by_id), f"seed {seed}")
        self.assertTrue(all(by_id[e["id"]] == e for e in outcomes()))

    def whole(self, lines):
        """Events; a line that a crash cut off is none, and comes again."""
        out = []
        for line in lines:
            with contextlib.suppress(ValueError):
                out.append(json.loads(line))
        self.assertLessEqual(len(lines) - len(out), 2 * KILLS, "only a crash cuts a line off")
        return out


class Topics(TopicTest):
    def read(self, topic):
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": f"test-{os.getpid()}", "enable.auto.commit": False})
        try:
            partition = TopicPartition(topic, 0, 0)
            _, end = consumer.get_watermark_offsets(partition, 30)
            consumer.assign([partition])
            out = []
            while len(out) < end:
                message = consumer.poll(30)
                assert message is not None and not message.error(), message and message.error()
                out.append((message.key().decode(), json.loads(message.value()), dict(message.headers())))
            return out
        finally:
            consumer.close()

    def test_a_topic_gets_each_event_also_after_the_broker_was_killed(self):
        topic = self.topic()
        it = self.daemon(f"""
project: shop
publish: [{{name: out, to: {{kafka: {{brokers: "{self.broker.address}", topic: {topic}}}}}}}]
{ASSETS}""").start()
        it.finished(it.materialize("other/one"))
        until("2 events", lambda: len(self.read(topic)) == 2)
        self.broker.run("kill")
        try:
            it.finished(it.materialize("other/one"))
            it.kill()
        finally:
            self.broker.start()
        it.start()
        it.finished(it.materialize("other/one"))
        until("6 events", lambda: len({(e["run"]["runId"], e["eventType"]) for _, e, _ in self.read(topic)}) == 6)
        messages = self.read(topic)
        for key, event, headers in messages:
            self.assertEqual(f"run:freshet://shop/{event['run']['runId']}", key)
            self.assertEqual(b"application/json", headers["content-type"])
        order = [e["eventType"] for _, e, _ in messages]
        self.assertEqual("START", order[0])
        self.assertEqual("COMPLETE", order[-1])


if __name__ == "__main__":
    main()
