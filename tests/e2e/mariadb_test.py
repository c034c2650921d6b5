#!/usr/bin/python3
"""A real MariaDB as a source: its query is asked again and again.

FRESHET_MARIADB is the folder of a server that tests/services/mariadb/run started; without it one is started here.
"""
import contextlib
import itertools
import os
import pathlib
import subprocess
import tempfile

import pymysql

from daemon import ROOT, DaemonTest, main, until

SERVICE = ROOT / "tests/services/mariadb/run"


class MariaDbTest(DaemonTest):
    numbers = itertools.count(1)

    @classmethod
    def run_service(cls, command):
        return subprocess.run([SERVICE, command, cls.folder], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    @classmethod
    def setUpClass(cls):
        given = os.environ.get("FRESHET_MARIADB")
        own = None if given else tempfile.TemporaryDirectory(prefix="freshet-mariadb-")
        cls.folder = pathlib.Path(given) if given else pathlib.Path(own.name, "server")
        cls.address = cls.run_service("start")
        if own:
            cls.addClassCleanup(own.cleanup)
            cls.addClassCleanup(cls.run_service, "clean")

    def connect(self, database=None):
        host, port = self.address.split(":")
        return pymysql.connect(host=host, port=int(port), user="root", database=database, autocommit=True)

    def setUp(self):
        super().setUp()
        self.run_service("start")
        self.name = f"shop_{os.getpid()}_{next(self.numbers)}"
        self.sql(f"create database {self.name}", database=None)
        self.addCleanup(self.drop)
        self.sql("create table orders (id int primary key, day date, seen timestamp(6) default now(6))")

    def drop(self):
        self.run_service("start")
        self.sql(f"drop database {self.name}", database=None)

    def sql(self, text, database=""):
        with contextlib.closing(self.connect(self.name if database == "" else database)) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()

    def serve(self, database, source="", user="root", state=None):
        it = self.daemon(f"""
project: shop
sources:
  - asset: raw/orders
    database: {{url: "mysql://{user}@{self.address}/{self.name}", poll: 50ms, {database}}}
    {source}
assets:
  - {{key: staged, deps: [raw/orders], command: ["true"], automation: eager}}
""").start()
        if state:
            self.wait_state(it, state)
        return it

    def wait_state(self, it, state):
        return until(f"the source to be {state}", lambda: (s := it.get("/sources")["items"][0])["state"] == state and s)

    def updates(self, it):
        return list(reversed(it.items("/assets/raw/orders/events")))

    def test_another_answer_is_an_update_that_something_is_made_of(self):
        it = self.serve('query: "select count(*), max(id) from orders"', state="polling")
        self.sql("insert into orders (id) values (1), (2)")
        until("the answer", lambda: (u := self.updates(it)) and u[-1]["data_version"] == '["2","2"]')
        until("a run", lambda: it.runs("asset=staged&status=succeeded"))

    def test_each_row_is_a_partition(self):
        it = self.serve('query: "select day, count(*) n from orders group by day", partition: day',
                        source="partitions: {daily: {start: '2026-01-01', timezone: UTC}}", state="polling")
        self.sql("insert into orders (id, day) values (1, '2026-01-05'), (2, '2026-01-06')")
        until("two partitions", lambda: {(u["partition"], u["data_version"]) for u in self.updates(it)} == {("2026-01-05", "1"), ("2026-01-06", "1")})

    def test_a_server_that_is_started_anew_is_asked_again(self):
        it = self.serve('query: "select count(*) from orders"', state="polling")
        for command in ("stop", "kill"):
            self.run_service(command)
            self.wait_state(it, "error")
            self.run_service("start")
            self.wait_state(it, "polling")
        self.sql("insert into orders (id) values (1)")
        until("the answer", lambda: self.updates(it)[-1]["data_version"] == "1")
        self.assertEqual(len(self.updates(it)), 2)

    def test_what_is_wrong_is_said_and_nothing_is_written(self):
        it = self.serve('query: "select count(*) from nowhere"')
        self.assertIn("nowhere' doesn't exist", self.wait_state(it, "error")["detail"])
        it = self.serve('query: "insert into orders (id) values (9)"')
        self.assertIn("READ ONLY transaction", self.wait_state(it, "error")["detail"])
        self.assertFalse(self.sql("select * from orders"))
        it = self.serve('query: "select 1"', user="nobody:s3cret%21")
        self.assertIn("Access denied", self.wait_state(it, "error")["detail"])
        found = it.cli("source", "test", "raw/orders", str(it.project), state=False)
        self.assertNotIn("s3cret", it.said() + str(it.get("/sources")) + found.stdout + found.stderr)
        self.assertIn("Access denied", found.stderr)

    def test_a_look_says_what_it_found(self):
        it = self.serve('query: "select count(*) from orders"')
        found = it.cli("source", "test", "raw/orders", str(it.project), state=False)
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn("MariaDB", found.stdout)
        self.assertRegex(found.stdout, r"watermark\W+0")


if __name__ == "__main__":
    main()
