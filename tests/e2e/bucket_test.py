#!/usr/bin/env python3
"""Objects in a bucket as a source, on a real server that checks signatures.

FRESHET_S3 is the folder of a server that tests/services/s3/run started; without it one is started here.
"""
import http.server
import itertools
import pathlib
import re
import tempfile
import threading

import s3
from daemon import DaemonTest, freshet, main, until

DEFINITIONS = """
project: buckets
sources:
  - asset: raw
    partitions: {daily: {start: "2026-01-01", end: "2026-03-01"}}
    file:
      path: "s3://%(bucket)s/landing/{date}/*.csv"
      endpoint: "%(url)s"
      access_key: "test:tester"
      secret_key: "%(secret)s"
      poll: %(poll)s
%(more)s
assets:
  - key: clean
    deps: [raw]
    partitions: {daily: {start: "2026-01-01", end: "2026-03-01"}}
    command: [sh, -c, 'echo "$FRESHET_PARTITION" >>runs']
    automation: eager("60d")
"""
numbers = itertools.count(1)


class Bucket(DaemonTest):
    @classmethod
    def setUpClass(cls):
        own = s3.folder()
        cls.temporary = None if own else tempfile.TemporaryDirectory(prefix="freshet-s3-")
        cls.store = s3.Store(own or str(pathlib.Path(cls.temporary.name) / "s3"))

    @classmethod
    def tearDownClass(cls):
        if cls.temporary:
            cls.store.end()
            cls.temporary.cleanup()

    def setUp(self):
        super().setUp()
        self.bucket = self.store.make(f"landing{next(numbers)}-{id(self)}")

    def put(self, key, text="1"):
        self.store.put(self.bucket, "landing/" + key, text)

    def definitions(self, poll="500ms", secret=s3.SECRET_KEY, bucket=None, url=None, more=""):
        return DEFINITIONS % {"bucket": bucket or self.bucket, "url": url or self.store.url, "secret": secret,
                              "poll": poll, "more": more}

    def source(self, daemon):
        return next(s for s in daemon.get("/sources")["items"] if s["asset"] == "raw")

    def runs_of(self, daemon, *partitions):
        until(f"runs of {partitions}", lambda: sorted(daemon.lines("runs")) == sorted(partitions))
        daemon.rest()

    def error_of(self, **what):
        daemon = self.serve(self.definitions(**what))
        source = until("an error", lambda: (s := self.source(daemon))["state"] == "error" and s)
        self.assertNotIn(s3.SECRET_KEY, daemon.said())
        return source["detail"]

    def test_only_partitions_with_changed_objects_are_told(self):
        self.put("2026-01-30/a.csv")
        self.put("2026-01-31/a b+c&ü.csv")
        self.put("2026-01-31/.hidden.csv")
        self.put("2026-01-31/deeper/x.csv")
        self.put("2026-01-31.csv")
        daemon = self.serve(self.definitions())
        self.runs_of(daemon, "2026-01-30", "2026-01-31")
        self.assertIn("2 files in 2 partitions", self.source(daemon)["detail"])
        self.put("2026-01-31/b.csv")
        self.runs_of(daemon, "2026-01-30", "2026-01-31", "2026-01-31")
        self.put("2026-01-30/a.csv", "2")
        self.runs_of(daemon, "2026-01-30", "2026-01-31", "2026-01-31", "2026-01-30")
        self.store.delete(self.bucket, "landing/2026-01-31/b.csv")
        until("the deletion to be told", lambda: len(daemon.lines("runs")) == 5)
        event = daemon.items("/assets/raw/events")[0]
        self.assertEqual({"files": 1, "bytes": 1}, {k: event["metadata"][k] for k in ("files", "bytes")})
        # After a restart nothing is told that was told before.
        daemon.restart()
        until("the bucket to have been listed", lambda: self.source(daemon)["messages"] == 2)
        daemon.rest()
        self.assertEqual(5, len(daemon.lines("runs")))

    def test_a_listing_of_several_pages_is_one(self):
        for i in range(1_050):
            self.put(f"2026-01-{i % 2 + 1:02}/{i}.csv", "")
        daemon = self.serve(self.definitions())
        self.runs_of(daemon, "2026-01-01", "2026-01-02")
        self.assertIn("1050 files in 2 partitions", self.source(daemon)["detail"])

    def test_a_notification_calls_for_a_look_at_once(self):
        self.put("2026-01-30/a.csv")
        daemon = self.serve(self.definitions(poll="1h"))
        self.runs_of(daemon, "2026-01-30")
        self.put("2026-01-31/a.csv")
        news = {"Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": "landing/2026-01-31/a.csv"}}}]}
        self.assertEqual(401, daemon.request("POST", "/api/v1/hooks/raw", news, token=False).status)
        self.assertTrue(daemon.post("/hooks/raw", news, want=202)["looks"])
        self.runs_of(daemon, "2026-01-30", "2026-01-31")

    def test_a_marker_is_waited_for(self):
        self.put("2026-01-31/a.csv")
        daemon = self.serve(self.definitions(more="      done: _SUCCESS"))
        until("the file to wait", lambda: "1 file without _SUCCESS" in self.source(daemon)["detail"])
        self.put("2026-01-31/_SUCCESS", "")
        self.runs_of(daemon, "2026-01-31")

    def test_a_server_that_is_away_for_a_while_costs_nothing(self):
        self.put("2026-01-31/a.csv")
        daemon = self.serve(self.definitions())
        self.runs_of(daemon, "2026-01-31")
        self.store.end("kill")
        until("it to be missed", lambda: self.source(daemon)["state"] == "error")
        self.store.start()
        self.put("2026-02-01/a.csv")
        self.runs_of(daemon, "2026-01-31", "2026-02-01")

    def test_what_is_wrong_is_said_with_what_to_do(self):
        self.assertIn("the secret key is not that of the access key (HTTP 403, SignatureDoesNotMatch)",
                      self.error_of(secret="wrong"))
        self.assertIn("there is no such bucket (HTTP 404, NoSuchBucket)", self.error_of(bucket="nowhere"))
        self.assertIn("Could not resolve host", self.error_of(url="http://no.such.host.invalid"))
        self.assertIn("Failed to connect", self.error_of(url="http://127.0.0.1:1"))

    def test_a_test_shows_what_would_be_told(self):
        self.put("2026-01-31/a.csv")
        said = freshet("source", "test", "raw", self.daemon(self.definitions()).project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(r"files +1$.*would tell +2026-01-31, data version files:1:", said.stdout)
        refused = freshet("source", "test", "raw", self.daemon(self.definitions(secret="wrong")).project)
        self.assertEqual(1, refused.returncode)
        self.assertIn("the secret key is not that", refused.stderr)


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers that nothing is there, and keeps what was asked in its server's `asked`."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.server.asked.append((path, query, {name.lower(): value for name, value in self.headers.items()}))
        body = b"<ListBucketResult/>" if query else b"<Error><Code>NoSuchKey</Code></Error>"
        self.send_response(200 if query else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class TemporaryKeys(DaemonTest):
    KEYS = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a/secret+key",
            "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEBYaDH+/of=="}

    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        self.server.asked = []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (self.server.shutdown(), thread.join(), self.server.server_close()))

    def asked(self, source):
        """What a look asks for, all of it signed."""
        daemon = self.daemon(f"project: p\nsources:\n  - {{asset: raw, {source}}}\n")
        said = freshet("source", "test", "raw", daemon.project,
                       environment={**self.KEYS, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:%d" % self.server.server_port})
        for secret in (self.KEYS["AWS_SECRET_ACCESS_KEY"], self.KEYS["AWS_SESSION_TOKEN"]):
            self.assertNotIn(secret, said.stdout + said.stderr)
        for path, query, headers in self.server.asked:
            scope, names, given = re.fullmatch("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/(.*), SignedHeaders=(.*), "
                                               "Signature=(.*)", headers["authorization"]).groups()
            self.assertEqual(s3.signature("GET", path, query, headers, names, scope, self.KEYS["AWS_SECRET_ACCESS_KEY"]),
                             given, f"{path}?{query}")
            self.assertEqual(self.KEYS["AWS_SESSION_TOKEN"], headers.get("x-amz-security-token"))
            self.assertLessEqual({"host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"},
                                 set(names.split(";")))
        return [path for path, *_ in self.server.asked]

    def test_their_token_is_sent_and_signed(self):
        self.assertEqual(["/landing/"], self.asked('file: {path: "s3://landing/a b+c/*.csv"}'))

    def test_their_token_is_signed_with_objects(self):
        log = "/lake/a%20b%2Bc/%C3%BC/_delta_log/_last_checkpoint"
        self.assertEqual([log, "/lake/"], self.asked('table: {format: delta, path: "s3://lake/a b+c/ü"}'))

    def test_those_of_a_definition_may_be_temporary_too(self):
        self.assertEqual(["/landing/"], self.asked('file: {path: "s3://landing/*", access_key: "${AWS_ACCESS_KEY_ID}", '
                                                   'secret_key: "${AWS_SECRET_ACCESS_KEY}"}'))


if __name__ == "__main__":
    main()
