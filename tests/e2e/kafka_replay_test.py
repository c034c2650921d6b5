#!/usr/bin/python3
"""What could not be used is kept, and taken in once when it can be; what was told before makes nothing run again."""
import json
import sqlite3

from confluent_kafka import Consumer, Producer, TopicPartition

from daemon import main, until
from kafka_broker import TopicTest


class ReplayTest(TopicTest):
    def rejected(self, it, count):
        """Oldest first."""
        found = until(f"{count} dead events", lambda: len(items := it.items("/events", "rejected=1")) == count and items)
        return list(reversed(found))

    def replay(self, it, event, want=202):
        return it.post(f"/events/{event['id']}/replay", want=want)

    def change(self, it, old, new):
        it.write("freshet.yaml", it.read("freshet.yaml").replace(old, new))
        it.post("/reload")
        self.reading(it)

    # --- Dead events.

    def test_a_message_is_replayed_by_the_rules_that_are_in_force(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 20ms, partition: "$.country"', source="partitions: {static: [at, de]}")
        large = {"land": "de", "text": "x" * 100_000}
        self.broker.send(topic, [{"land": "at"}, large, "{no json", {"country": "fr"}])
        by_place = {e["reason"].split(": ")[0]: e for e in self.rejected(it, 4)}
        small, long, poison, unknown = (by_place[place] for place in ("0:0", "0:1", "0:2", "raw/orders"))
        self.assertIn("partition $.country is not in the message", self.replay(it, small, want=422)["detail"])
        self.change(it, "$.country", "$.land")
        taken = self.replay(it, small)["events"][0]
        self.assertEqual((taken["asset"], taken["duplicate"]), ("raw/orders", False))
        self.assertEqual(self.replay(it, small)["events"][0], {**taken, "duplicate": True}, "a second time counts for nothing")
        self.assertFalse(self.replay(it, long)["events"][0]["duplicate"], "read again from its topic")
        self.assertIn("the message is not JSON", self.replay(it, poison, want=422)["detail"])
        self.change(it, "[at, de]", "[at, de, fr]")
        said = it.cli("events", "replay", unknown["id"])
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("raw/orders has it now", said.stdout)
        events = {e["partition"]: e["data_version"] for e in it.items("/assets/raw/orders/events")}
        self.assertEqual(events, {"at": "0:0", "de": "0:1", "fr": "0:3"})
        when = {e["id"]: e["replayed_at"] for e in it.items("/events", "rejected=1")}
        self.assertEqual([bool(when[e["id"]]) for e in (small, long, poison, unknown)], [True, True, False, True])
        listed = it.cli("events", "--rejected").stdout
        self.assertIn(poison["id"], listed)
        self.assertIn("(replayed ", listed)

    def test_of_a_flood_the_places_are_enough(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 300ms, max_wait: 5s, partition: "$.country"', source="partitions: {static: [at, de]}")
        self.broker.send(topic, [{"land": "at"}] * 200 + [{"country": "at"}] + [{"land": "de"}] * 50)
        until("all to be read", lambda: self.source(it)["position"] == "0:251")
        flood = until("the flood", lambda: [e for e in it.items("/events", "rejected=1") if "more that cannot be read" in e["reason"]])
        self.assertIn("messages cannot be read, the first at", self.replay(it, flood[0], want=422)["detail"])
        self.change(it, "$.country", "$.land")
        self.assertEqual([e["duplicate"] for e in self.replay(it, flood[0])["events"]], [False, False])
        told = {e["partition"]: e["metadata"]["messages"] for e in it.items("/assets/raw/orders/events")[:2]}
        self.assertEqual(told, {"at": 100, "de": 50}, "all but the hundred that were kept one by one")

    def test_a_long_message_that_is_gone_is_said_to_be(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 20ms, partition: "$.country"', source="partitions: {static: [at]}")
        self.broker.send(topic, [{"land": "at", "text": "x" * 100_000}])
        event = self.rejected(it, 1)[0]
        self.broker.drop(topic)
        self.broker.topic(topic)
        answer = it.post(f"/events/{event['id']}/replay", want=404)
        self.assertIn(f"the message at 0:0 of topic {topic} was too long to be kept, and is not there any more", answer["detail"])

    def test_a_report_is_replayed_once_its_asset_is_defined(self):
        it = self.daemon("project: shop\nassets: [{key: staged, deps: [raw/later], command: ['true'], automation: eager}]\n"
                         "sources: [{asset: raw/later, webhook: {}}]\n").start()
        it.post("/events", {"asset": "raw/new", "data_version": "v1", "id": "e1"}, want=422)
        event = self.rejected(it, 1)[0]
        it.write("freshet.yaml", it.read("freshet.yaml").replace("raw/later", "raw/new"))
        it.post("/reload")
        self.assertFalse(self.replay(it, event)["events"][0]["duplicate"])
        it.finished(it.run_of("staged"))
        # Its sender has the same idea.
        again = it.post("/events", {"asset": "raw/new", "data_version": "v1", "id": "e1"}, want=202)
        self.assertTrue(again["events"][0]["duplicate"])

    # --- Topics that are read again.

    def runs(self, it):
        return len(it.runs())

    def test_a_group_that_is_reset_and_a_start_that_is_moved_change_nothing(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)
        it.finished(it.run_of("staged"))
        it.rest()
        before = self.runs(it)
        it.stop()
        group = Consumer({"bootstrap.servers": self.broker.address, "group.id": "freshet", "enable.auto.commit": False})
        group.commit(offsets=[TopicPartition(topic, 0, 0)], asynchronous=False)
        group.close()
        it.write("freshet.yaml", it.read("freshet.yaml").replace("settle: 20ms", "settle: 20ms, from: 2020-01-01T00:00:00Z"))
        it.start()
        self.reading(it)
        self.broker.send(topic, ["b"])
        self.counted_once(it, 6)
        it.rest()
        self.assertEqual(self.runs(it), before + 1, "of the sixth message")

    def test_what_was_told_before_makes_nothing_run_when_all_is_read_again(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 500ms, partition: "$.day", data_version: "$.revision"', source="partitions: {static: [mon, tue]}",
                        assets='- {key: daily, deps: [raw/orders], command: ["true"], automation: eager, partitions: {static: [mon, tue]}}')
        self.broker.send(topic, [{"day": day, "revision": n} for n in range(20) for day in ("mon", "tue")])
        until("all to be read", lambda: self.source(it)["position"] == "0:40")
        it.finished(it.run_of("daily"))
        it.rest()
        before, events = self.runs(it), len(it.items("/assets/raw/orders/events"))
        # All of it is sent again, as a replay of its producer; then how far it was read is lost as well.
        self.broker.send(topic, [{"day": day, "revision": n} for n in range(20) for day in ("mon", "tue")])
        until("all to be read", lambda: self.source(it)["position"] == "0:80")
        it.stop()
        with sqlite3.connect(next(it.state.glob("*.db"))) as store:
            lost = store.execute("DELETE FROM cursors").rowcount
        store.close()
        self.assertEqual(lost, 1)
        it.start()
        until("all to be read again", lambda: (s := self.source(it))["messages"] == 80 and s["position"] == "0:80")
        until("that to be stored", lambda: self.stored(it) == 80)
        it.rest()
        self.assertEqual((self.runs(it), len(it.items("/assets/raw/orders/events"))), (before, events))

    def stored(self, it):
        with sqlite3.connect(next(it.state.glob("*.db"))) as store:
            row = store.execute("SELECT cursor FROM cursors").fetchone()
        store.close()
        return json.loads(row[0])["next"]["0"] if row else 0


if __name__ == "__main__":
    main()
