#!/usr/bin/python3
"""Tables that keep their own snapshots, in buckets and with their catalog on a server.

Their real writers write them: Delta and Iceberg tables into a folder that is then copied into a bucket of a real server
of S3, DuckLakes into a real PostgreSQL.  FRESHET_TABLES, FRESHET_S3 and FRESHET_POSTGRES are the folders that
tests/services/*/run were started with; those that are not given are made here.
"""
import contextlib
import itertools
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import psycopg2

import s3
from daemon import ROOT, DaemonTest, freshet, main, until

BUCKET = """
project: lake
sources:
  - asset: orders
    table: {format: %(format)s, path: "s3://%(bucket)s/the lake/orders", endpoint: "%(url)s", access_key: "test:tester",
            secret_key: "%(secret)s", poll: %(poll)s}
assets:
  - {key: mart, deps: [orders], automation: eager, command: [sh, -c, 'echo run >>runs']}
"""
CATALOG = """
project: lake
sources:
  - {asset: orders, table: {format: ducklake, path: "%(url)s", table: orders, poll: %(poll)s}}
assets:
  - {key: mart, deps: [orders], automation: eager, command: [sh, -c, 'echo run >>runs']}
"""
WRITE = pathlib.Path(__file__).with_name("write_table.py")
numbers = itertools.count(1)


def service(name, command, folder):
    return subprocess.run([ROOT / f"tests/services/{name}/run", command, folder], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


class Elsewhere(DaemonTest):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="freshet-tables-")
        cls.addClassCleanup(temporary.cleanup)
        cls.own = pathlib.Path(temporary.name)
        cls.python = service("tables", "start", os.environ.get("FRESHET_TABLES") or cls.own / "tables")

    def setUp(self):
        super().setUp()
        self.folder = self.own / str(next(numbers))
        self.folder.mkdir()

    def write(self, kind, *more):
        subprocess.run([self.python, WRITE, kind, self.folder, *more], check=True)

    def source(self, daemon):
        return daemon.get("/sources")["items"][0]

    def runs(self, daemon, count):
        until(f"{count} runs", lambda: len(daemon.lines("runs")) >= count)
        daemon.rest()
        self.assertEqual(count, len(daemon.lines("runs")))

    def error_of(self, definitions, **options):
        daemon = self.serve(definitions, **options)
        return until("an error", lambda: (s := self.source(daemon))["state"] == "error" and s)["detail"]


class InABucket(Elsewhere):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        given = s3.folder()
        cls.store = s3.Store(given or str(cls.own / "s3"))
        if not given:
            cls.addClassCleanup(cls.store.end)

    def setUp(self):
        super().setUp()
        self.bucket = self.store.make(f"lake{next(numbers)}-{id(self)}")
        self.copied = set()

    def write(self, kind, *more):
        """A row more; what is new goes into the bucket, the table's log or metadata last."""
        super().write(kind, *more)
        files = [path for path in self.folder.rglob("*") if path.is_file() and path not in self.copied]
        for path in sorted(files, key=lambda path: (path.parent.name in ("_delta_log", "metadata"), path.suffix == ".json")):
            self.store.put(self.bucket, f"the lake/orders/{path.relative_to(self.folder)}", path.read_bytes())
        self.copied.update(files)

    def definitions(self, kind, poll="500ms", secret=s3.SECRET_KEY, url=None, bucket=None):
        return BUCKET % {"format": kind, "bucket": bucket or self.bucket, "url": url or self.store.url, "secret": secret,
                         "poll": poll}

    def test_each_commit_to_a_delta_table_is_told(self):
        daemon = self.serve(self.definitions("delta"))
        until("the table to be missed", lambda: "no snapshot yet" in self.source(daemon)["detail"])
        self.write("delta")
        self.runs(daemon, 1)
        self.assertEqual("polling", self.source(daemon)["state"])
        self.write("delta")
        self.runs(daemon, 2)
        event = daemon.items("/assets/orders/events")[0]
        self.assertRegex(event["data_version"], "^1-[0-9a-f]{8}$")
        self.assertEqual((1, 2, "WRITE"), tuple(event["metadata"][k] for k in ("version", "rows_added", "operation")))
        # The same table is the same in a folder here.
        local = freshet("source", "test", "orders", self.daemon(
            f"project: p\nsources: [{{asset: orders, table: {{format: delta, path: {self.folder}}}}}]").project)
        self.assertIn(event["data_version"], local.stdout)
        # After a restart nothing is told that was told before.
        daemon.restart()
        until("the table to have been looked at", lambda: self.source(daemon)["messages"] == 1)
        self.runs(daemon, 2)

    def test_a_hook_calls_for_a_look_at_an_iceberg_table_at_once(self):
        self.write("iceberg")
        daemon = self.serve(self.definitions("iceberg", poll="1h"))
        self.runs(daemon, 1)
        self.write("iceberg")
        self.assertTrue(daemon.post("/hooks/orders", {"Records": []}, want=202)["looks"])
        self.runs(daemon, 2)
        event = daemon.items("/assets/orders/events")[0]
        self.assertEqual((4, 2, "append"), tuple(event["metadata"][k] for k in ("rows", "rows_added", "operation")))

    def test_a_server_that_is_away_for_a_while_costs_nothing(self):
        self.write("delta")
        daemon = self.serve(self.definitions("delta"))
        self.runs(daemon, 1)
        self.store.end("kill")
        until("it to be missed", lambda: self.source(daemon)["state"] == "error")
        self.store.start()
        self.write("delta")
        self.runs(daemon, 2)

    def test_what_is_wrong_is_said_with_the_place(self):
        self.assertRegex(self.error_of(self.definitions("delta", secret="wrong")),
                         f"read s3://{self.bucket}/the lake/orders/_delta_log.*: the secret key is not that of the access")
        self.assertIn("s3://nowhere/the lake/orders/metadata/version-hint.text: there is no such bucket",
                      self.error_of(self.definitions("iceberg", bucket="nowhere")))
        self.assertIn("Failed to connect", self.error_of(self.definitions("delta", url="http://127.0.0.1:1")))

    def test_a_server_that_does_not_answer_holds_up_no_end(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            daemon = self.serve(self.definitions("delta", url="http://127.0.0.1:%d" % silent.getsockname()[1]))
            asking, _ = silent.accept()
            with asking:
                asking.recv(1)
                begun = time.monotonic()
                daemon.stop()
                self.assertLess(time.monotonic() - begun, 15)  # and not until its 30 s are over

    def test_a_test_shows_what_would_be_told(self):
        self.write("iceberg")
        said = freshet("source", "test", "orders", self.daemon(self.definitions("iceberg")).project)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(f"table +s3://{self.bucket}/the lake/orders$.*would tell +data version [0-9]+", said.stdout)


class WithACatalogOnAServer(Elsewhere):
    PASSWORD = "geheim-77"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        given = os.environ.get("FRESHET_POSTGRES")
        cls.place = given or cls.own / "postgres"
        cls.address = service("postgres", "start", cls.place)
        if not given:
            cls.addClassCleanup(service, "postgres", "clean", cls.place)

    def setUp(self):
        super().setUp()
        self.name = f"lake_{os.getpid()}_{next(numbers)}"
        self.sql("postgres", f"create database {self.name}", f"create role {self.name} login password '{self.PASSWORD}'")
        self.sql(self.name, f"alter default privileges grant select on tables to {self.name}")
        self.addCleanup(self.sql, "postgres", f"drop database {self.name} with (force)", f"drop role {self.name}")
        self.url = f"postgresql://{self.name}:${{LAKE_PASSWORD}}@{self.address}/{self.name}"
        self.environment = {"LAKE_PASSWORD": self.PASSWORD}

    def sql(self, database, *statements):
        service("postgres", "start", self.place)  # in case that a test has ended it
        host, port = self.address.split(":")
        with contextlib.closing(psycopg2.connect(host=host, port=port, dbname=database, user="postgres")) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.cursor().execute(statement)

    def write(self, table):
        host, port = self.address.split(":")
        super().write("ducklake", table, f"postgres:host={host} port={port} dbname={self.name} user=postgres")

    def definitions(self, url=None, poll="300ms"):
        return CATALOG % {"url": url or self.url, "poll": poll}

    def test_only_snapshots_that_changed_the_table_are_told(self):
        daemon = self.serve(self.definitions(), environment=self.environment)
        detail = until("the catalog to be missed", lambda: (s := self.source(daemon))["state"] == "error" and s["detail"])
        self.assertText("no DuckLake is there, or its tables are in another schema", detail)
        self.write("orders")
        self.runs(daemon, 1)
        version = daemon.items("/assets/orders/events")[0]["data_version"]
        self.write("others")
        self.write("orders")
        self.runs(daemon, 2)
        event = daemon.items("/assets/orders/events")[0]
        (before, table), (after, same) = (text.split("-") for text in (version, event["data_version"]))
        self.assertEqual((int(before) + 2, table), (int(after), same))
        self.assertEqual(2, len(daemon.items("/assets/orders/events")))
        # A server that is started anew is asked again.
        service("postgres", "kill", self.place)
        self.write_after_start("orders")
        self.runs(daemon, 3)
        self.assertNotIn(self.PASSWORD, daemon.said())
        self.assertNotIn(self.PASSWORD, daemon.request("GET", "/api/v1/sources").text)
        self.assertNotIn(self.PASSWORD, daemon.request("GET", "/api/v1/assets/orders").text)

    def write_after_start(self, table):
        service("postgres", "start", self.place)
        self.write(table)

    def test_a_hook_calls_for_a_look_at_once(self):
        self.write("orders")
        daemon = self.serve(self.definitions(poll="1h"), environment=self.environment)
        self.runs(daemon, 1)
        self.write("orders")
        self.assertTrue(daemon.post("/hooks/orders", {}, want=202)["looks"])
        self.runs(daemon, 2)

    def test_what_is_wrong_is_said_without_secrets(self):
        detail = self.error_of(self.definitions(), environment={"LAKE_PASSWORD": "wrong-88"})
        self.assertIn(f"read catalog: connect to postgresql://{self.name}@{self.address}/{self.name}: ", detail)
        self.assertNotIn("wrong-88", detail)

    def test_a_test_shows_what_would_be_told(self):
        self.write("orders")
        said = freshet("source", "test", "orders", self.daemon(self.definitions()).project, environment=self.environment)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertText(f"table +postgresql://{self.name}@{self.address}/{self.name}, orders$.*"
                        "would tell +data version [0-9]+", said.stdout)
        self.assertNotIn(self.PASSWORD, said.stdout + said.stderr)


if __name__ == "__main__":
    main()
