#!/usr/bin/python3
"""Topics of a real broker as sources: every message counts once, whatever is killed or started anew meanwhile.

FRESHET_KAFKA is the folder of a broker that tests/services/kafka/run started; without it one is started here.  FRESHET_SWEEP=all
kills the daemon at 50 points instead of 6.
"""
import contextlib
import itertools
import json
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import unittest

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from daemon import ROOT, DaemonTest, main, until

SERVICE = ROOT / "tests/services/kafka/run"
KILLS = 50 if os.environ.get("FRESHET_SWEEP") == "all" else 6


class Broker:
    """A broker in a folder."""

    def __init__(self, folder):
        self.folder, self.address = folder, None

    def run(self, command):
        return subprocess.run([SERVICE, command, self.folder], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def start(self):
        self.address = self.run("start")
        return self

    def admin(self):
        return AdminClient({"bootstrap.servers": self.address})

    def topic(self, name, partitions=1):
        admin = self.admin()  # what it promises ends with it
        for future in admin.create_topics([NewTopic(name, partitions, 1)]).values():
            future.result(30)
        return name

    def grow(self, name, partitions):
        admin = self.admin()
        for future in admin.create_partitions([NewPartitions(name, partitions)]).values():
            future.result(30)

    def drop(self, name):
        admin = self.admin()
        for future in admin.delete_topics([name]).values():
            future.result(30)
        until(f"topic {name} to be gone", lambda: name not in admin.list_topics(timeout=10).topics)

    def send(self, topic, messages, partition=None):
        """Returns once all have been written."""
        producer = Producer({"bootstrap.servers": self.address, "acks": "all", "enable.idempotence": True})
        for message in messages:
            value = message if isinstance(message, (bytes, str)) else json.dumps(message)
            producer.produce(topic, value, **({} if partition is None else {"partition": partition}))
        left = producer.flush(60)
        assert left == 0, f"{left} messages were not written"


class KafkaTest(DaemonTest):
    numbers = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        given = os.environ.get("FRESHET_KAFKA")
        cls.own = None if given else tempfile.TemporaryDirectory(prefix="freshet-kafka-")
        cls.broker = Broker(pathlib.Path(given or cls.own.name) if given else pathlib.Path(cls.own.name, "broker")).start()
        if cls.own:
            cls.addClassCleanup(cls.own.cleanup)
            cls.addClassCleanup(cls.broker.run, "clean")

    def topic(self, partitions=1):
        return self.broker.topic(f"orders-{os.getpid()}-{next(self.numbers)}", partitions)

    def serve(self, topic, kafka="settle: 20ms", source="", assets=""):
        """A daemon that reads the topic, once it does."""
        it = self.daemon(f"""
project: shop
sources:
  - asset: raw/orders
    kafka: {{brokers: "{self.broker.address}", topic: {topic}, {kafka}}}
    {source}
assets:
  - {{key: staged, deps: [raw/orders], command: ["true"], automation: eager}}
  {assets}
""").start()
        self.reading(it)
        return it

    def source(self, it):
        return next(s for s in it.get("/sources")["items"] if s["asset"] == "raw/orders")

    def reading(self, it):
        until("the source to read", lambda: (s := self.source(it))["state"] == "reading" and s)

    def caught_up(self, it, messages):
        """Waits until so many messages have been told; all updates of the source, oldest first."""
        def told():
            events = it.items("/assets/raw/orders/events")
            return events if sum(e["metadata"]["messages"] for e in events) >= messages else None
        return list(reversed(until(f"{messages} messages to be told", told)))

    def counted_once(self, it, messages):
        """That the updates cover each offset once."""
        seen = {}
        for event in self.caught_up(it, messages):
            for partition, (first, last) in event["metadata"]["offsets"].items():
                self.assertEqual(seen.get(partition, -1) + 1, first, f"partition {partition} at {event}")
                seen[partition] = last
        self.assertEqual(sum(last + 1 for last in seen.values()), messages)

    # --- What messages come to.

    def test_messages_are_an_update_that_something_is_made_of(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, [{"id": n} for n in range(10)])
        run = it.finished(it.run_of("staged"))
        self.assertEqual(run["status"], "succeeded")
        self.counted_once(it, 10)
        source = self.source(it)
        self.assertEqual((source["position"], source["lag"], source["messages"]), ("0:10", 0, 10))

    def test_each_message_names_its_partition(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 20ms, partition: "$.country", match: {"$.type": order}', source="partitions: {static: [at, de]}")
        self.broker.send(topic, [{"type": "order", "country": "at"}, {"type": "ping"}, {"type": "order", "country": "de"},
                                 {"type": "order", "country": "at"}])
        events = self.caught_up(it, 3)
        self.assertEqual({e["partition"] for e in events}, {"at", "de"})
        self.assertEqual(self.source(it)["ignored"], 1)

    def test_a_poison_message_is_kept_with_its_reason_and_stops_nothing(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 20ms, partition: "$.country"', source="partitions: {static: [at, de]}")
        self.broker.send(topic, ["{not json", {"city": "Graz"}, {"country": "fr"}, {"country": "at"}])
        self.caught_up(it, 1)
        rejected = until("three dead events", lambda: len(found := it.items("/events", "rejected=1")) == 3 and found)
        reasons = " | ".join(sorted(e["reason"] for e in rejected))
        self.assertIn("0:0: the message is not JSON", reasons)
        self.assertIn("0:1: partition $.country is not in the message", reasons)
        self.assertIn("fr", reasons)
        unknown = next(e for e in rejected if "fr" in e["reason"])
        self.assertEqual(json.loads(unknown["body"])["offsets"], {"0": [2, 2]}, "where to find it")
        self.assertEqual(self.source(it)["position"], "0:4")

    def test_a_message_that_is_sent_again_counts_once(self):
        topic = self.topic()
        it = self.serve(topic, 'id: "$.id"')
        for _ in range(2):
            self.broker.send(topic, [{"id": f"o{n}"} for n in range(20)])
        until("all to be read", lambda: self.source(it)["position"] == "0:40")
        self.assertEqual(len(self.caught_up(it, 20)), 20)

    # --- What happens to topics.

    def test_a_topic_that_comes_later_is_waited_for(self):
        topic = f"later-{os.getpid()}"
        it = self.daemon(f"""
project: shop
sources:
  - {{asset: raw/orders, kafka: {{brokers: "{self.broker.address}", topic: {topic}, settle: 20ms}}}}
""").start()
        error = until("the topic to be missed", lambda: (s := self.source(it))["state"] == "error" and s)
        self.assertIn(topic, error["detail"])
        self.broker.topic(topic)
        self.broker.send(topic, ["a", "b"])
        self.counted_once(it, 2)

    def test_partitions_that_are_added_are_read_from_their_beginning(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 3, partition=0)
        self.counted_once(it, 3)
        self.broker.grow(topic, 3)
        self.broker.send(topic, ["b"] * 4, partition=2)
        self.counted_once(it, 7)

    def test_a_topic_that_is_made_anew_is_read_from_its_beginning(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)
        self.broker.drop(topic)
        self.broker.topic(topic)
        self.broker.send(topic, ["b"] * 2)
        events = self.caught_up(it, 7)
        self.assertEqual(events[-1]["metadata"]["offsets"], {"0": [0, 1]})

    def test_only_what_comes_after_the_start_is_read_from_the_latest(self):
        topic = self.topic()
        self.broker.send(topic, ["a"] * 5)
        it = self.serve(topic, "settle: 20ms, from: latest")
        self.broker.send(topic, ["b"] * 2)
        self.assertEqual(self.caught_up(it, 2)[0]["metadata"]["offsets"], {"0": [5, 6]})

    def test_a_second_source_of_a_topic_gets_all_of_it_and_takes_nothing_from_the_first(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, [{"id": n} for n in range(5)])
        self.counted_once(it, 5)
        more = f"""
  - asset: raw/more
    kafka: {{brokers: "{self.broker.address}", topic: {topic}, settle: 20ms, match: {{"$.id": [0, 1, 2, 7]}}}}
"""
        it.write("freshet.yaml", it.read("freshet.yaml").replace("assets:\n", more.lstrip("\n") + "assets:\n"))
        it.post("/reload")
        self.broker.send(topic, [{"id": n} for n in range(5, 10)])
        self.counted_once(it, 10)
        until("the second to have read all", lambda: it.get("/sources")["items"][0]["position"] == "0:10"
              and it.get("/sources")["items"][1]["position"] == "0:10")

        def told():
            return sum(e["metadata"]["messages"] for e in it.items("/assets/raw/more/events")) == 4
        until("its four messages to be told", told)
        self.assertEqual(len(self.caught_up(it, 10)), len(it.items("/assets/raw/orders/events")))

    # --- Who is killed.

    def test_a_restart_reads_on_where_it_was(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)
        it.restart()
        self.reading(it)
        self.broker.send(topic, ["b"] * 5)
        self.counted_once(it, 10)

    def test_each_message_counts_once_however_often_the_daemon_is_killed(self):
        topic = self.topic(2)
        it = self.serve(topic, "settle: 5ms, max_wait: 20ms")
        dice, stop, sent = random.Random(5), threading.Event(), []

        def produce():
            producer = Producer({"bootstrap.servers": self.broker.address, "acks": "all", "linger.ms": 2})
            while not stop.wait(0.002):
                producer.produce(topic, b"x" * 200, partition=len(sent) % 2)
                sent.append(1)
                producer.poll(0)
            producer.flush(60)

        thread = threading.Thread(target=produce)
        thread.start()
        with contextlib.ExitStack() as end:
            end.callback(thread.join)
            end.callback(stop.set)
            for kill in range(KILLS):
                more = len(sent) + dice.randrange(20, 400)
                until(f"message {more}", lambda: len(sent) >= more)
                it.restart()
        self.counted_once(it, len(sent))
        it.rest()

    def test_a_broker_that_is_killed_and_comes_back_loses_nothing(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)
        self.broker.run("kill")
        until("the cluster to be missed", lambda: self.source(it)["state"] == "error")
        self.broker.start()
        self.broker.send(topic, ["b"] * 5)
        self.counted_once(it, 10)
        self.reading(it)


if __name__ == "__main__":
    main()
