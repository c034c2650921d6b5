"""A real broker, and daemons that read topics of it.

FRESHET_KAFKA is the folder of a broker that tests/services/kafka/run started; without it one is started here.
"""
import itertools
import json
import os
import pathlib
import socket
import struct
import subprocess
import tempfile

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from daemon import ROOT, DaemonTest, until

SERVICE = ROOT / "tests/services/kafka/run"


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

    def forget(self, topic, offset):
        """Messages before the offset are gone from partition 0, as by retention: DeleteRecords, version 0."""
        def text(value):
            return struct.pack(">h", len(value)) + value.encode()
        body = (struct.pack(">hhi", 21, 0, 1) + text("test") + struct.pack(">i", 1) + text(topic)
                + struct.pack(">iiqi", 1, 0, offset, 30_000))
        host, port = self.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=30) as connection, connection.makefile("rb") as answer:
            connection.sendall(struct.pack(">i", len(body)) + body)
            size, = struct.unpack(">i", answer.read(4))
            low, error = struct.unpack(">qh", answer.read(size)[-10:])
        assert (low, error) == (offset, 0), (low, error)

    def transaction(self, topic, messages):
        """An open one, whose messages have been written."""
        producer = Producer({"bootstrap.servers": self.address, "transactional.id": f"{topic}-writer"})
        producer.init_transactions(30)
        producer.begin_transaction()
        for message in messages:
            producer.produce(topic, message)
        left = producer.flush(60)
        assert left == 0, f"{left} messages were not written"
        return producer

    def send(self, topic, messages, partition=None):
        """Returns once all have been written."""
        producer = Producer({"bootstrap.servers": self.address, "acks": "all", "enable.idempotence": True})
        for message in messages:
            value = message if isinstance(message, (bytes, str)) else json.dumps(message)
            producer.produce(topic, value, **({} if partition is None else {"partition": partition}))
        left = producer.flush(60)
        assert left == 0, f"{left} messages were not written"


class TopicTest(DaemonTest):
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
