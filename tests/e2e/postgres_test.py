#!/usr/bin/python3
"""Databases of a real PostgreSQL as sources: every commit counts once, whatever is killed or started anew meanwhile.

FRESHET_POSTGRES is the folder of a server that tests/services/postgres/run started; without it one is started here.
FRESHET_SWEEP=all kills the daemon at 50 points instead of 5.
"""
import contextlib
import itertools
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import psycopg2

from daemon import ROOT, DaemonTest, main, until

SERVICE = ROOT / "tests/services/postgres/run"
KILLS = 50 if os.environ.get("FRESHET_SWEEP") == "all" else 5
TABLE = "create table customers (id int primary key, name text, day date, seen timestamptz default now())"


class Server:
    """A server in a folder."""

    def __init__(self, folder):
        self.folder, self.address = folder, None

    def run(self, command):
        return subprocess.run([SERVICE, command, self.folder], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def start(self):
        self.address = self.run("start")
        return self

    def connect(self, database="postgres", user="postgres", password=None):
        host, port = self.address.split(":")
        connection = psycopg2.connect(host=host, port=port, dbname=database, user=user, password=password)
        connection.autocommit = True
        return connection


def sql(connection, text, *values):
    """Runs it; its rows, if there are any."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []


class Proxy:
    """An address behind which servers can change."""

    def __init__(self, target):
        self.target, self.sockets, self.is_closed = target, [], False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "%s:%d" % self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                host, port = self.target.split(":")
                try:
                    far = socket.create_connection((host, int(port)))
                except OSError:
                    near.close()
                    continue
                self.sockets += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self.pump, args=ends, daemon=True).start()

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Ends all connections."""
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()
        self.cut()


class PostgresTest(DaemonTest):
    numbers = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        given = os.environ.get("FRESHET_POSTGRES")
        cls.own = None if given else tempfile.TemporaryDirectory(prefix="freshet-postgres-")
        cls.server = Server(pathlib.Path(given) if given else pathlib.Path(cls.own.name, "server")).start()
        if cls.own:
            cls.addClassCleanup(cls.own.cleanup)
            cls.addClassCleanup(cls.server.run, "clean")

    def setUp(self):
        super().setUp()
        self.server.start()  # in case that a test has ended it
        self.name = f"crm_{os.getpid()}_{next(self.numbers)}"
        self.admin = self.server.connect()
        sql(self.admin, f"create database {self.name}")
        self.addCleanup(self.drop)
        self.db = self.server.connect(self.name)
        self.addCleanup(lambda: self.db.close())
        sql(self.db, TABLE)

    def drop(self):
        """After the daemon: its slot keeps the database from being dropped."""
        self.server.start()
        with contextlib.closing(self.server.connect()) as admin:
            for (slot,) in sql(admin, "select slot_name from pg_replication_slots where database = %s", self.name):
                def dropped(slot=slot):
                    with contextlib.suppress(psycopg2.Error):
                        sql(admin, "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = %s", slot)
                        sql(admin, "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s", slot)
                        return True
                until(f"slot {slot} to be dropped", dropped)
            sql(admin, f"drop database if exists {self.name} with (force)")

    def url(self, user="postgres", password="", address=None):
        return f"postgresql://{user}{password and ':' + password}@{address or self.server.address}/{self.name}"

    def role(self):
        """A user of the database's name, who may read its log."""
        sql(self.admin, f"create role {self.name} login replication password 'pass-{self.name}'")
        self.addCleanup(lambda: sql(self.server.connect(), f"drop role {self.name}"))
        # Before the role, but after the daemon.
        self.addCleanup(self.drop)
        return self.url(self.name, "pass-" + self.name)

    def definitions(self, database, source="", url=None):
        return f"""
project: shop
sources:
  - asset: crm/customers
    database: {{url: "{url or self.url()}", {database}}}
    {source}
assets:
  - {{key: marts/customers, deps: [crm/customers], command: ["true"], automation: eager}}
"""

    def serve(self, database, source="", state=None, **more):
        it = self.daemon(self.definitions(database, source, **more)).start()
        if state:
            self.wait_state(it, state)
        return it

    def source(self, it):
        return next(s for s in it.get("/sources")["items"] if s["asset"] == "crm/customers")

    def wait_state(self, it, *states):
        return until(f"the source to be {states}", lambda: (s := self.source(it))["state"] in states and s)

    def wait_error(self, it):
        return self.wait_state(it, "error")["detail"]

    def updates(self, it):
        """Oldest first."""
        return list(reversed(it.items("/assets/crm/customers/events")))

    def wait_updates(self, it, count):
        return until(f"{count} updates", lambda: len(u := self.updates(it)) >= count and u)

    def wait_commits(self, it, commits):
        """Waits until so many commits have been told, and that they were told once each; all updates."""
        def told():
            updates = self.updates(it)
            return sum(u["metadata"]["commits"] for u in updates) >= commits and updates
        updates = until(f"{commits} commits to be told", told)
        self.assertEqual(sum(u["metadata"]["commits"] for u in updates), commits)
        return updates

    def insert(self, first, last=None):
        for number in range(first, (last or first) + 1):
            sql(self.db, "insert into customers values (%s, %s, '2026-01-05')", number, f"c{number}")


class Asking(PostgresTest):
    """By queries and notifications."""

    def test_a_notification_is_an_update_that_something_is_made_of(self):
        it = self.serve("notify: customers_changed", state="watching")
        self.wait_updates(it, 1)
        it.finished(it.run_of("marts/customers"))
        sql(self.db, "notify customers_changed, 'c17'")
        last = self.wait_updates(it, 2)[-1]
        self.assertEqual((last["metadata"]["notifications"], last["metadata"]["payload"]), (1, "c17"))
        until("a second run", lambda: len(it.runs("asset=marts%2Fcustomers")) == 2)
        sql(self.db, "notify another_channel")
        sql(self.db, "notify customers_changed")
        self.assertEqual(self.wait_updates(it, 3)[-1]["metadata"]["notifications"], 1)

    def test_a_storm_of_notifications_is_few_updates_and_the_last_is_never_lost(self):
        it = self.serve("notify: customers_changed, settle: 50ms", state="watching")
        self.wait_updates(it, 1)
        with contextlib.closing(self.server.connect(self.name)) as writer:
            for _ in range(20):
                sql(writer, "begin; " + "".join(f"notify customers_changed, '{n}';" for n in range(500)) + "commit")
        sql(self.db, "notify customers_changed, 'last'")

        def heard():
            updates = self.updates(it)[1:]
            return sum(u["metadata"].get("notifications", 0) for u in updates) == 10_001 and updates
        updates = until("all to be heard", heard)
        self.assertLess(len(updates), 20)
        self.assertEqual([u["metadata"]["payload"] for u in updates if "payload" in u["metadata"]][-1], "last")

    def test_a_notification_that_comes_while_it_is_asked_is_not_lost(self):
        """The answer, begun before, lacks what was committed meanwhile."""
        it = self.serve('query: "select count(*), pg_sleep(0.5) from customers", data_version: count, notify: customers_changed, settle: 0s', state="watching")
        self.wait_updates(it, 1)
        sql(self.db, "notify customers_changed")
        until("it to be asked", lambda: sql(self.admin, "select 1 from pg_stat_activity where datname = %s and wait_event = 'PgSleep'", self.name))
        sql(self.db, "insert into customers values (1); notify customers_changed")
        self.assertEqual(self.wait_updates(it, 2)[-1]["data_version"], "1")

    def test_a_commit_that_began_before_the_last_look_is_seen(self):
        """Its number is lower than what the last look saw as the next one."""
        it = self.serve("notify: customers_changed", state="watching")
        self.wait_updates(it, 1)
        with contextlib.closing(self.server.connect(self.name)) as slow:
            slow.autocommit = False
            sql(slow, "insert into customers values (1)")
            sql(self.db, "insert into customers values (2); notify customers_changed")
            self.wait_updates(it, 2)
            sql(slow, "notify customers_changed")
            slow.commit()
            self.wait_updates(it, 3)

    def test_notifications_that_were_missed_are_made_up_for(self):
        it = self.serve("notify: customers_changed", state="watching")
        self.wait_updates(it, 1)
        it.kill()
        sql(self.db, "notify customers_changed")
        it.start()
        self.wait_updates(it, 2)
        self.server.run("stop")
        self.wait_error(it)
        self.server.start()
        with contextlib.closing(self.server.connect(self.name)) as db:
            sql(db, "insert into customers values (3); notify customers_changed")
        self.wait_state(it, "watching")
        self.wait_updates(it, 3)

    def test_another_answer_is_an_update_and_the_same_is_none(self):
        it = self.serve('query: "select max(id), count(*) from customers", poll: 50ms', state="polling")
        self.assertEqual(self.wait_updates(it, 1)[0]["data_version"], '[null,"0"]')
        self.insert(1, 3)
        until("the answer", lambda: self.updates(it)[-1]["data_version"] == '["3","3"]')
        told, looks = len(self.updates(it)), self.source(it)["messages"]
        until("further looks", lambda: self.source(it)["messages"] > looks + 5)
        self.assertEqual(len(self.updates(it)), told)
        it.restart()
        self.wait_state(it, "polling")
        self.insert(4)
        until("the next answer", lambda: self.updates(it)[-1]["data_version"] == '["4","4"]')
        self.assertEqual(len(self.updates(it)), told + 1, "the same answer after a restart is no update")

    def test_a_notification_calls_for_the_query_at_once(self):
        it = self.serve('query: "select count(*) from customers", notify: customers_changed, settle: 0s', state="watching")
        self.insert(1)  # says nothing
        sql(self.db, "notify customers_changed")
        self.assertEqual(self.wait_updates(it, 2)[-1]["data_version"], "1")

    def test_each_row_is_a_partition(self):
        it = self.serve('query: "select day, count(*) n, max(seen) seen from customers group by 1", partition: day, data_version: n, poll: 50ms',
                        source="partitions: {daily: {start: '2026-01-01', timezone: Europe/Vienna}}", state="polling")
        sql(self.db, "insert into customers values (1, 'a', '2026-01-05'), (2, 'b', '2026-01-06'), (3, 'c', current_date + 1)")
        self.assertEqual({(u["partition"], u["data_version"]) for u in self.wait_updates(it, 2)}, {("2026-01-05", "1"), ("2026-01-06", "1")})
        self.insert(4)
        last = self.wait_updates(it, 3)[-1]
        self.assertEqual((last["partition"], last["data_version"]), ("2026-01-05", "2"))
        self.assertFalse(it.items("/events", "rejected=1"), "a day that has not ended is waited for")

    def test_what_is_wrong_is_said_and_mended(self):
        it = self.serve('query: "select count(*) from orders", poll: 50ms')
        self.assertIn('relation "orders" does not exist', self.wait_error(it))
        sql(self.db, "create table orders (id int)")
        self.wait_state(it, "polling")
        it = self.serve('query: "insert into orders values (1) returning id", poll: 50ms')
        self.assertIn("read-only transaction", self.wait_error(it))
        it = self.serve('query: "select 1; drop table orders"')
        self.assertIn("cannot insert multiple commands", self.wait_error(it))
        it = self.serve('query: "select 1 as n", data_version: m')
        self.assertIn('data_version: the query has no column "m"', self.wait_error(it))

    def test_that_nobody_answers_is_said_on_one_line(self):
        it = self.serve("notify: changed", url="postgresql://nobody@127.0.0.1:9/crm")
        self.assertRegex(self.wait_error(it), "Connection refused; Is the server running on that host [^\t\n]*$")

    def test_a_wrong_password_is_said_but_not_quoted(self):
        sql(self.admin, f"create role {self.name} login password 'right'")
        self.addCleanup(lambda: sql(self.server.connect(), f"drop role {self.name}"))
        it = self.serve("notify: changed", url=self.url(self.name, "s3cret%21"))
        self.assertIn("password authentication failed", self.wait_error(it))
        tested = it.cli("source", "test", "crm/customers", str(it.project), state=False)
        self.assertIn("password authentication failed", tested.stderr)
        for text in (it.said(), str(it.get("/sources")), tested.stdout + tested.stderr, str(it.get("/catalog"))):
            self.assertNotIn("s3cret", text)
        sql(self.admin, f"alter role {self.name} password 's3cret!'")
        self.wait_state(it, "watching")


class Following(PostgresTest):
    """By commits."""

    def test_a_commit_is_an_update_that_something_is_made_of(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        first = self.wait_updates(it, 1)[0]["metadata"]
        self.assertEqual((first["reason"], first["commits"]), ("first look", 0))
        sql(self.db, "insert into customers values (1), (2), (3)")
        last = self.wait_commits(it, 1)[-1]
        self.assertEqual(last["metadata"]["rows"], 3)
        self.assertRegex(last["data_version"], "^[0-9A-F]+/[0-9A-F]+$")
        until("a second run", lambda: len(it.runs("asset=marts%2Fcustomers&status=succeeded")) == 2)
        self.db.autocommit = False
        sql(self.db, "insert into customers values (4)")
        self.db.rollback()
        self.db.autocommit = True
        sql(self.db, "create table others (id int); insert into others values (1)")
        sql(self.db, "update customers set name = 'x' where id = 1")
        sql(self.db, "delete from customers where id = 1")
        sql(self.db, "truncate customers")
        self.assertEqual([u["metadata"]["rows"] for u in self.wait_commits(it, 4)[1:]], [3, 1, 1, 1])

    def test_commits_that_come_together_are_one_update(self):
        it = self.serve("tables: [public.customers], settle: 300ms, max_wait: 10s", state="reading")
        self.wait_updates(it, 1)
        self.insert(1, 20)
        self.assertEqual(len(self.wait_commits(it, 20)), 2)

    def test_only_columns_that_count_count(self):
        it = self.serve("table: customers, columns: [name], settle: 0s", state="reading")
        self.insert(1)
        sql(self.db, "update customers set seen = now()")
        self.wait_commits(it, 2)
        self.assertIn("each update of public.customers counts", self.source(it)["detail"])
        sql(self.db, "alter table customers replica identity full")
        sql(self.db, "update customers set seen = now()")
        sql(self.db, "update customers set name = 'y'")
        self.wait_commits(it, 3)

    def test_a_row_says_which_partitions_it_was_in_and_is_in(self):
        sql(self.db, "alter table customers replica identity full")
        self.insert(1)
        it = self.serve("table: customers, partition: day, settle: 0s",
                        source="partitions: {daily: {start: '2026-01-01', timezone: Europe/Vienna}}", state="reading")
        self.assertEqual([u["partition"] for u in self.wait_updates(it, 1)], ["2026-01-05"])
        sql(self.db, "update customers set day = '2026-01-07'")
        self.assertEqual({u["partition"] for u in self.wait_updates(it, 3)[1:]}, {"2026-01-05", "2026-01-07"})
        sql(self.db, "delete from customers")
        self.assertEqual(self.wait_updates(it, 4)[3]["partition"], "2026-01-07")
        sql(self.db, "insert into customers values (7, 'x', null), (8, 'y', '2026-01-09')")
        self.assertEqual(self.wait_updates(it, 5)[4]["partition"], "2026-01-09")
        rejected = until("a dead event", lambda: it.items("/events", "rejected=1"))
        self.assertIn('has NULL as "day"', rejected[0]["reason"])
        it.kill()
        sql(self.db, "insert into customers values (9, 'z', (now() at time zone 'Europe/Vienna')::date + 1)")  # a day that has not begun
        it.start()
        until("the commit to be read", lambda: self.source(it)["messages"] == 1)
        self.assertEqual(len(self.updates(it)), 5)
        self.assertEqual(len(it.items("/events", "rejected=1")), 1)

    def test_rows_that_lie_before_the_start_are_refused_once(self):
        sql(self.db, "alter table customers replica identity full")
        sql(self.db, "insert into customers values (1, 'x', '2025-12-31')")
        it = self.serve("table: customers, partition: day, settle: 0s",
                        source="partitions: {daily: {start: '2026-01-01', timezone: Europe/Vienna}}", state="reading")
        sql(self.db, "insert into customers values (2, 'x', '2025-12-31')")
        sql(self.db, "insert into customers values (3, 'x', '2025-12-31'), (4, 'x', '2026-01-05')")
        self.assertEqual([u["partition"] for u in self.wait_updates(it, 1)], ["2026-01-05"])
        it.restart()
        self.wait_state(it, "reading")
        sql(self.db, "insert into customers values (5, 'x', '2025-12-31'), (6, 'x', '2026-01-06')")
        self.wait_updates(it, 2)
        rejected = it.items("/events", "rejected=1")
        self.assertEqual(1, len(rejected), rejected)
        self.assertIn("lies before the start of the partitions", rejected[0]["reason"])

    def test_a_truncate_counts_for_every_partition_that_was_told_of(self):
        sql(self.db, "alter table customers replica identity full")
        it = self.serve("table: customers, partition: day, settle: 0s",
                        source="partitions: {daily: {start: '2026-01-01', timezone: Europe/Vienna}}", state="reading")
        sql(self.db, "insert into customers values (1, 'x', '2026-01-05'), (2, 'y', '2026-01-07')")
        self.wait_updates(it, 2)
        it.rest()
        made = len(it.runs("asset=marts%2Fcustomers&status=succeeded"))
        sql(self.db, "truncate customers")
        told = self.wait_updates(it, 3)[2]
        self.assertEqual((told["range"], told["metadata"]["reason"]), (2, "truncate of public.customers"))
        until("what reads them to be made anew", lambda: len(it.runs("asset=marts%2Fcustomers&status=succeeded")) > made)
        self.assertFalse(it.items("/events", "rejected=1"))

    def test_tables_of_several_parts_are_one(self):
        sql(self.db, "create table events (id int primary key) partition by range (id)")
        sql(self.db, "create table events_low partition of events for values from (0) to (100)")
        it = self.serve("table: events, settle: 0s", state="reading")
        sql(self.db, "insert into events values (1)")
        sql(self.db, "create table events_high partition of events for values from (100) to (200)")
        sql(self.db, "insert into events values (101)")
        self.wait_commits(it, 2)

    def test_what_is_missing_is_said_with_what_to_do(self):
        for database, error in (
                ("table: orders", "table public.orders is not there"),
                ("table: keyless", 'has no primary key.*ALTER TABLE "public"."keyless" REPLICA IDENTITY FULL'),
                ("table: customers, columns: [nmae]", '"nmae" is a column of none'),
                ("publication: nobodys", 'publication "nobodys" is not there: CREATE PUBLICATION')):
            sql(self.db, "create table if not exists keyless (id int)")
            it = self.serve(database)
            self.assertRegex(self.wait_error(it), error)
            it.stop()
        it = self.serve("table: customers, partition: day", source="partitions: {static: [a]}")
        self.assertIn('"day" is not in the key of public.customers', self.wait_error(it))
        self.assertFalse(sql(self.db, "select 1 from pg_publication union select 1 from pg_replication_slots where database = current_database()"),
                         "nothing is made before all is right")
        sql(self.db, "insert into keyless values (1); update keyless set id = 2")

    def test_rights_that_are_missing_are_said_with_what_to_do(self):
        sql(self.admin, f"create role {self.name} login password 'p'")
        self.addCleanup(lambda: sql(self.server.connect(), f"drop owned by {self.name}; drop role {self.name}"))
        it = self.serve("table: customers", url=self.url(self.name, "p"))
        self.assertRegex(self.wait_error(it), f'ALTER ROLE "{self.name}" REPLICATION')
        looked = it.cli("source", "test", "crm/customers", str(it.project), state=False)
        self.assertIn(f'ALTER ROLE "{self.name}" REPLICATION', looked.stderr)
        sql(self.admin, f"alter role {self.name} replication")
        until("the publication to be missed", lambda: "CREATE PUBLICATION" in self.source(it)["detail"])
        self.assertIn("GRANT CREATE ON DATABASE", self.source(it)["detail"])
        looked = it.cli("source", "test", "crm/customers", str(it.project), state=False)
        self.assertIn("CREATE PUBLICATION", looked.stderr)
        it.stop()
        sql(self.db, "create publication made_by_admin for table customers")
        it = self.serve("publication: made_by_admin", url=self.url(self.name, "p"), state="reading")
        self.insert(1)
        self.wait_commits(it, 1)

    # --- Who is killed.

    def test_every_commit_counts_once_whenever_the_daemon_is_killed(self):
        it = self.serve("table: customers, settle: 10ms", state="reading")
        done, written = threading.Event(), 0

        def write():
            nonlocal written
            with contextlib.closing(self.server.connect(self.name)) as db:
                while not done.is_set():
                    written += 1
                    sql(db, "insert into customers values (%s)", written)
                    done.wait(0.002)
        writer = threading.Thread(target=write)
        writer.start()
        try:
            dice = random.Random(1)
            for kill in range(KILLS):
                seen = len(self.updates(it))
                until("something new", lambda: len(self.updates(it)) > seen)
                failpoint = dice.choice([None, "before_commit", "after_commit", "before_effects"])
                it.kill()
                if failpoint:
                    it.launch(failpoint=failpoint)
                    until("the failpoint", lambda: not it.alive())
                it.start()
        finally:
            done.set()
            writer.join()
        self.wait_commits(it, written)
        self.assertEqual([u["metadata"].get("reason") for u in self.updates(it)][1:], [None] * (len(self.updates(it)) - 1))

    def test_a_server_that_is_killed_or_started_anew_costs_nothing(self):
        it = self.serve("table: customers, settle: 10ms", state="reading")
        total = 0
        for command in ("stop", "kill"):
            self.insert(total + 1, total + 5)
            self.db.close()
            self.server.run(command)
            self.wait_error(it)
            self.server.start()
            self.db = self.server.connect(self.name)
            self.insert(total + 6, total + 10)
            total += 10
            self.wait_commits(it, total)

    def test_what_was_committed_while_it_was_paused_is_taken_in_when_it_goes_on(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        it.post("/automation/pause", {"select": "crm/customers", "reason": "migration"})
        self.wait_state(it, "paused")
        self.insert(1, 3)
        it.post("/automation/resume", {"select": "crm/customers", "reason": "done"})
        self.wait_commits(it, 3)
        self.assertEqual([u["metadata"].get("reason") for u in self.updates(it)], ["first look", None, None, None])

    def test_a_slot_is_read_by_one_daemon_at_a_time(self):
        first = self.serve("table: customers, settle: 0s", state="reading")
        second = self.serve("table: customers, settle: 0s")
        self.assertRegex(self.wait_error(second), "slot .* is read by the server's process .* name another slot")
        self.insert(1)
        self.wait_commits(first, 1)
        second.write("freshet.yaml", self.definitions("table: customers, settle: 0s, slot: another_" + self.name))
        second.post("/reload")
        self.wait_state(second, "reading")
        self.insert(2)
        self.wait_commits(second, 1)
        self.wait_commits(first, 2)

    # --- What is kept for us.

    def slot(self):
        found = sql(self.db, "select slot_name, confirmed_flush_lsn - '0/0', wal_status, active from pg_replication_slots where database = current_database()")
        return found[0] if found else None

    def is_let_go(self, lsn, db=None):
        (passed,), = sql(db or self.db, "select confirmed_flush_lsn >= %s from pg_replication_slots where database = current_database()", lsn)
        return passed

    def test_only_what_is_durable_here_may_be_forgotten_there(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        with contextlib.closing(sqlite3.connect(it.state / "freshet.db", isolation_level=None)) as store:
            store.execute("begin immediate")  # nothing becomes durable now
            self.insert(1)
            until("the commit to be told", lambda: self.source(it)["messages"] == 1)
            told = self.source(it)["position"]
            ends = time.monotonic() + 1
            until("a while", lambda: self.assertFalse(self.is_let_go(told)) or time.monotonic() > ends)
            store.execute("rollback")
        until("the commit to be let go", lambda: self.is_let_go(told))
        self.wait_commits(it, 1)
        (end,), = sql(self.db, "select pg_current_wal_lsn() - '0/0'")
        sql(self.db, "create table others as select generate_series(1, 1000)")
        until("the log of others to be let go, too", lambda: self.slot()[1] > end)

    def test_how_far_it_is_behind_is_told_in_bytes_of_the_log(self):
        def lag():
            source = self.source(it)
            self.assertEqual(source["lag_unit"], "bytes")
            return source["lag"]
        it = self.serve("table: customers, settle: 0s", state="reading")
        until("it to be up to date", lambda: lag() == 0)
        (sender,), = sql(self.db, "select active_pid from pg_replication_slots where database = current_database()")
        os.kill(sender, signal.SIGSTOP)  # nothing comes any more, also not how much there is
        try:
            sql(self.db, "insert into customers select n, repeat('x', 1000) from generate_series(1, 1000) n")
            self.assertLess(until("it to be behind", lambda: (n := lag()) > 1_000_000 and n), 10_000_000)
            metrics = it.request("GET", "/metrics").text
            self.assertRegex(metrics, r'freshet_source_lag_bytes\{asset="crm/customers",kind="database"\} \d{7}')
        finally:
            os.kill(sender, signal.SIGCONT)
        self.wait_commits(it, 1)
        until("it to be up to date again", lambda: lag() == 0)

    def test_a_slot_that_was_dropped_is_made_anew_and_all_counts_as_changed(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        it.kill()
        until("the slot to be free", lambda: not self.slot()[3])
        sql(self.db, "select pg_drop_replication_slot(%s)", self.slot()[0])
        self.insert(1)
        it.start()
        self.assertIn("was dropped", self.wait_updates(it, 2)[-1]["metadata"]["reason"])
        self.insert(2)
        self.wait_commits(it, 1)
        self.assertIn("was dropped: everything counted as changed", self.source(it)["detail"])

    def folder(self):
        made = tempfile.TemporaryDirectory(prefix="freshet-postgres-")
        self.addCleanup(made.cleanup)
        return made.name

    def end(self, it):
        """Kills it, and waits until nobody reads its slot."""
        it.kill()
        until("the slot to be free", lambda: not self.slot() or not self.slot()[3])

    def reasons(self, it):
        return [u["metadata"]["reason"] for u in self.updates(it) if "reason" in u["metadata"]]

    def wait_reason(self, it, reason):
        until(f"all to count as changed: {reason}", lambda: reason in (self.reasons(it) or [""])[-1])

    def test_a_slot_that_was_made_anew_is_not_taken_for_the_old_one_if_something_fails_then(self):
        sql(self.db, "alter table customers replica identity full; create publication by_admin for table customers")
        url = self.role()
        sql(self.db, f"grant select on customers to {self.name}")
        self.insert(1)
        it = self.serve("publication: by_admin, tables: [customers], partition: day, settle: 0s",
                        source="partitions: {daily: {start: '2026-01-01', timezone: Europe/Vienna}}", url=url, state="reading")
        self.wait_updates(it, 1)
        self.end(it)
        sql(self.db, "select pg_drop_replication_slot(%s)", self.slot()[0])
        sql(self.db, f"revoke select on customers from {self.name}; insert into customers values (2, 'b', '2026-01-06')")
        it.start()
        self.assertIn("permission denied for table customers", self.wait_error(it))
        self.assertTrue(self.slot(), "it has been made")
        self.end(it)
        it.start()
        self.wait_error(it)
        sql(self.db, f"grant select on customers to {self.name}")
        self.assertEqual({u["partition"] for u in self.wait_updates(it, 3)[1:]}, {"2026-01-05", "2026-01-06"})
        self.assertEqual(["was dropped" in reason for reason in self.reasons(it)], [False, True, True])

    def test_a_table_that_is_replaced_counts_as_changed_and_is_followed(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        sql(self.db, "create table newer (like customers including all); alter table customers rename to older; alter table newer rename to customers")
        self.insert(1)
        self.wait_reason(it, "a table was replaced")
        self.wait_state(it, "reading")
        self.insert(2)
        self.wait_commits(it, 1)
        self.end(it)
        sql(self.db, "drop table customers; " + TABLE)
        self.insert(1)
        it.start()
        until("all to count as changed again", lambda: len(self.reasons(it)) == 3)
        self.assertIn("a table was replaced", self.reasons(it)[-1])
        self.wait_state(it, "reading")
        self.insert(2)
        self.wait_commits(it, 2)

    def test_a_publication_that_was_dropped_is_mended(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        self.end(it)
        sql(self.db, f"drop publication {self.slot()[0]}")  # of the same name
        self.insert(1)
        it.start()
        self.wait_reason(it, "its publication was dropped")
        self.wait_state(it, "reading")
        self.insert(2)
        self.wait_commits(it, 1)

    def test_a_publication_that_others_made_anew_is_followed(self):
        sql(self.db, "create publication by_admin for table customers")
        it = self.serve("publication: by_admin, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        sql(self.db, "drop publication by_admin")
        self.insert(1)
        self.assertIn("by_admin", self.wait_error(it))
        sql(self.db, "create publication by_admin for table customers")
        self.wait_reason(it, "its publication was made anew")
        self.wait_state(it, "reading")
        self.insert(2)
        self.wait_commits(it, 1)

    def test_a_slot_that_is_older_than_its_publication_is_made_anew(self):
        sql(self.db, f"select pg_create_logical_replication_slot('{self.name}', 'pgoutput')")
        for text in ("create publication by_admin for table customers", "drop publication by_admin",
                     "insert into customers values (1)", "create publication by_admin for table customers"):
            sql(self.db, text)
        it = self.serve(f"publication: by_admin, slot: {self.name}, settle: 0s")
        self.wait_reason(it, "its publication was made anew")
        self.wait_state(it, "reading")
        self.insert(2)
        self.wait_commits(it, 1)

    def test_another_server_at_the_same_address_is_told_nothing_of_the_old_ones_log(self):
        """Of which it would believe that all before it is known here."""
        other = Server(pathlib.Path(self.folder(), "other")).start()
        self.addCleanup(other.run, "clean")
        with contextlib.closing(other.connect()) as admin:
            sql(admin, f"create database {self.name}")
        restored = other.connect(self.name)
        self.addCleanup(restored.close)
        sql(restored, TABLE)
        proxy = Proxy(self.server.address)
        self.addCleanup(proxy.close)
        sql(self.db, "insert into customers values (1)")
        for _ in range(4):
            sql(self.admin, "select pg_switch_wal(), pg_logical_emit_message(false, 'x', 'x')")
        it = self.serve("table: customers, settle: 0s", url=self.url(address=proxy.address), state="reading")
        self.wait_updates(it, 1)
        (end,), = sql(self.db, "select pg_current_wal_lsn()")
        self.assertEqual(sql(restored, "select pg_current_wal_lsn() < %s", end), [(True,)])
        sql(self.db, "create table others as select generate_series(1, 1000)")
        until("it to be idle behind the log of others", lambda: self.is_let_go(end))
        proxy.target = other.address
        proxy.cut()
        self.wait_reason(it, "another one")
        sql(restored, "insert into customers values (1)")
        self.wait_commits(it, 1)
        told = self.source(it)["position"]
        until("the commit to be let go", lambda: self.is_let_go(told, restored))
        self.assertEqual(sql(restored, "select confirmed_flush_lsn <= pg_current_wal_lsn() from pg_replication_slots"), [(True,)])
        proxy.cut()
        sql(restored, "insert into customers values (2)")
        self.wait_commits(it, 2)

    # --- Who is not there.

    def test_a_server_that_is_silent_is_passed_over(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
            hosts = "%s:%d,%s" % (*silent.getsockname(), self.server.address)
            it = self.serve("table: customers, settle: 0s", url=self.url(address=hosts) + "?connect_timeout=1", state="reading")
            self.insert(1)
            self.wait_commits(it, 1)

    def test_a_server_that_is_gone_without_a_word_is_noticed_soon(self):
        for options, seconds in (("", 30), ("?keepalives_idle=77", 77)):
            it = self.serve("table: customers, slot: s%d_%s" % (seconds, self.name), url=self.url() + options, state="reading")
            until(f"a keepalive within {seconds} s", lambda: any(seconds - 15 < left <= seconds + 1 for left in self.keepalives()))
            it.stop()

    def keepalives(self):
        """Seconds until the kernel asks the server whether it is there; it does so after some of silence."""
        port = "%04X" % int(self.server.address.split(":")[1])
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, state, _, timer, *_ = line.split()
            if remote.endswith(":" + port) and state == "01" and timer.startswith("02:"):
                yield int(timer[3:], 16) / 100

    def test_a_slot_that_fell_behind_is_made_anew_and_all_counts_as_changed(self):
        it = self.serve("table: customers, settle: 0s", state="reading")
        self.wait_updates(it, 1)
        it.kill()
        sql(self.admin, "alter system set max_slot_wal_keep_size = '1MB'")
        sql(self.admin, "select pg_reload_conf()")
        self.addCleanup(lambda: [sql(self.admin, text) for text in ("alter system reset max_slot_wal_keep_size", "select pg_reload_conf()")])
        until("the slot to be free", lambda: not self.slot()[3])
        for _ in range(30):
            if self.slot()[2] == "lost":
                break
            sql(self.admin, "select pg_switch_wal(), pg_logical_emit_message(false, 'x', repeat('x', 1000))")
            sql(self.admin, "checkpoint")
        self.assertEqual(self.slot()[2], "lost")
        it.start()
        self.assertIn("it fell behind", self.wait_updates(it, 2)[-1]["metadata"]["reason"])
        self.insert(1)
        self.wait_commits(it, 1)

    def test_a_table_that_is_added_counts_as_changed_and_is_followed(self):
        sql(self.db, "create table orders (id int primary key)")
        it = self.serve("tables: [customers], settle: 0s", state="reading")
        self.wait_updates(it, 1)
        it.write("freshet.yaml", self.definitions("tables: [customers, orders], settle: 0s"))
        it.post("/reload")
        self.assertEqual(self.wait_updates(it, 2)[-1]["metadata"]["reason"], "other tables are followed")
        sql(self.db, "insert into orders values (1)")
        self.wait_commits(it, 1)

    # --- Beforehand.

    def test_a_look_says_what_it_found_and_makes_nothing(self):
        it = self.daemon(self.definitions("table: customers, columns: [name]"))
        found = it.cli("source", "test", "crm/customers", str(it.project), state=False)
        self.assertEqual(found.returncode, 0, found.stderr)
        for text in ("PostgreSQL 1", "logical", "each update counts", "(will be created)"):
            self.assertIn(text, found.stdout)
        self.assertIsNone(self.slot())
        self.assertFalse(sql(self.db, "select 1 from pg_publication"))
        it.write("freshet.yaml", self.definitions('query: "select count(*) from customers"'))
        found = it.cli("source", "test", "crm/customers", str(it.project), state=False)
        self.assertRegex(found.stdout, r"watermark\W+0")


del PostgresTest  # it has no tests of its own

if __name__ == "__main__":
    main()
