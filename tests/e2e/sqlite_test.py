#!/usr/bin/python3
"""A SQLite file as a source: every commit is heard of, and nothing else is an update."""
import contextlib
import os
import sqlite3

from daemon import DaemonTest, main, until


class SqliteTest(DaemonTest):
    def serve(self, journal="wal", database="", state="watching", source=""):
        it = self.daemon(f"""
project: shop
sources:
  - asset: raw/orders
    database: {{url: "sqlite:data/shop.db", settle: 20ms, {database}}}
    {source}
assets:
  - {{key: staged, deps: [raw/orders], command: ["true"], automation: eager}}
""")
        (it.project / "data").mkdir()
        self.path = it.project / "data/shop.db"
        self.db = self.open(journal)
        self.db.execute("create table orders (id integer primary key, at text)")
        it.start()
        if state:
            self.wait_state(it, state)
            self.wait_updates(it, 1)
        return it

    def open(self, journal="wal"):
        db = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(db.close)
        db.execute(f"pragma journal_mode={journal}")
        return db

    def source(self, it):
        return it.get("/sources")["items"][0]

    def wait_state(self, it, state):
        return until(f"the source to be {state}", lambda: (s := self.source(it))["state"] == state and s)

    def updates(self, it):
        return list(reversed(it.items("/assets/raw/orders/events")))

    def wait_updates(self, it, count):
        return until(f"{count} updates", lambda: len(u := self.updates(it)) >= count and u)

    def commits_are_updates(self, journal):
        it = self.serve(journal)
        for number in range(2, 5):
            self.db.execute("insert into orders values (?, 'x')", (number,))
            self.wait_updates(it, number)
        until("runs", lambda: len(it.runs("asset=staged&status=succeeded")) >= 2)
        looks = self.source(it)["messages"]
        with contextlib.closing(self.open(journal)) as other:
            other.execute("begin immediate")
            other.execute("insert into orders values (99, 'x')")
            other.execute("rollback")
        if journal == "wal":
            self.db.execute("pragma wal_checkpoint(passive)")
            until("a look", lambda: self.source(it)["messages"] > looks)
        self.assertEqual(len(self.updates(it)), 4, "a checkpoint changes no data")
        return it

    def test_each_commit_to_its_log_is_an_update(self):
        it = self.commits_are_updates("wal")
        it.restart()
        self.wait_state(it, "watching")
        self.db.execute("insert into orders values (100, 'x')")
        until("the next", lambda: len(self.updates(it)) >= 5)

    def test_each_commit_to_the_file_is_an_update(self):
        it = self.commits_are_updates("delete")
        it.restart()
        self.wait_state(it, "watching")
        self.assertEqual(len(self.updates(it)), 4, "nothing happened meanwhile")

    def test_a_query_says_what_of_it_counts(self):
        it = self.serve(database='query: "select count(*) from orders"')
        self.db.execute("create table others as select 1")
        self.db.execute("insert into orders values (1, 'x')")
        self.assertEqual([u["data_version"] for u in self.wait_updates(it, 2)], ["0", "1"])

    def test_rows_in_no_partition_are_refused_once_and_spoil_nothing(self):
        it = self.serve(database='query: "select at, count(*) from orders group by at", partition: at', state=None,
                        source="partitions: {daily: {start: '2026-01-01'}}")
        self.db.execute("insert into orders (at) values (null), ('soon'), ('2025-12-31'), ('2026-01-05')")
        self.assertEqual([("2026-01-05", "1")], [(u["partition"], u["data_version"]) for u in self.wait_updates(it, 1)])
        refused = until("three to be refused", lambda: len(r := it.items("/events", "rejected=1")) == 3 and r)
        self.assertIn("lies before the start of the partitions", " ".join(r["reason"] for r in refused))
        self.db.execute("insert into orders (at) values ('2025-12-31'), ('2026-01-06')")
        self.wait_updates(it, 2)
        it.restart()
        self.wait_state(it, "watching")
        self.db.execute("insert into orders (at) values ('2025-12-31'), ('2026-01-07')")
        self.wait_updates(it, 3)
        self.assertEqual(3, len(it.items("/events", "rejected=1")))
        found = it.cli("source", "test", "raw/orders", str(it.project), state=False)
        self.assertIn('would refuse   partition: "2025-12-31" lies before the start', found.stdout)

    def test_a_file_that_comes_later_or_is_replaced_is_opened(self):
        it = self.serve()
        self.db.close()
        os.rename(self.path, self.path.with_suffix(".old"))
        self.assertIn("no such file", until("an error", lambda: (s := self.source(it))["state"] == "error" and "no such" in s["detail"] and s["detail"]))
        self.db = self.open()
        self.db.execute("create table orders (id integer primary key, at text)")
        self.wait_state(it, "watching")
        count = len(self.wait_updates(it, 2))
        self.db.execute("insert into orders values (1, 'x')")
        self.wait_updates(it, count + 1)

    def test_nothing_is_written_and_what_is_wrong_is_said(self):
        it = self.serve(database='query: "delete from orders returning id"', state=None)
        self.assertIn("would write", self.wait_state(it, "error")["detail"])
        found = it.cli("source", "test", "raw/orders", str(it.project), state=False)
        self.assertIn("would write", found.stderr)


if __name__ == "__main__":
    main()
