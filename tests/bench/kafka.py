#!/usr/bin/python3
"""How long from a message in Kafka to a finished asset, and how many messages a second are taken in.

tests/bench/kafka.py [BIN_FOLDER]    build/release/bin by default; brings a broker of its own
"""
import datetime
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["FRESHET_BIN"] = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin").absolute())
sys.path.insert(0, str(ROOT / "tests/e2e"))
from daemon import Daemon, until  # noqa: E402
from kafka_broker import Broker  # noqa: E402
from confluent_kafka import Producer  # noqa: E402

BODY = b"x" * 1600


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def serve(broker, topic, kafka):
    it = Daemon(f"""
project: bench
sources:
  - asset: raw/orders
    kafka: {{brokers: "{broker.address}", topic: {topic}, {kafka}}}
assets:
  - {{key: staged, deps: [raw/orders], command: ["true"], automation: eager}}
""").start()
    until("the source to read", lambda: it.get("/sources")["items"][0]["state"] == "reading")
    return it


def latency(broker, count=500, each=0.04):
    """25 messages a second, each an update of its own with a run of its own."""
    it = serve(broker, broker.topic("latency"), "settle: 0s")
    try:
        producer, sent = Producer({"bootstrap.servers": broker.address, "linger.ms": 0}), []
        for number in range(count + 1):
            sent.append(time.time())
            producer.produce("latency", BODY)
            producer.flush(10)
            time.sleep(max(0, each - (time.time() - sent[-1])))
        until("all to be read", lambda: it.get("/sources")["items"][0]["messages"] == count + 1)
        it.rest()
        if len(it.runs("status=succeeded")) != count + 1:
            return print("message to finished asset: not measured, since two messages became one run; do nothing beside it")
        ends = sorted(seconds(run["ended_at"]) for run in it.runs("status=succeeded"))
        took = sorted((end - begin) * 1000 for begin, end in list(zip(sent, ends))[1:])
        print(f"message to finished asset, 25/s: median {statistics.median(took):.1f} ms  "
              f"p99 {took[int(len(took) * 0.99)]:.1f}  worst {took[-1]:.1f}  goal p99 50  samples {len(took)}")
    finally:
        it.close()


def intake(broker, count=1_000_000):
    """What is there already, taken in as batches."""
    broker.topic("intake", 4)
    producer = Producer({"bootstrap.servers": broker.address, "linger.ms": 20, "queue.buffering.max.messages": 200_000})
    for number in range(count):
        while True:
            try:
                producer.produce("intake", BODY[:200])
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush(120)
    it = serve(broker, "intake", "settle: 100ms")
    try:
        begin = time.time()
        until("all to be read", lambda: it.get("/sources")["items"][0]["messages"] >= count, seconds=120, pause=0.01)
        print(f"intake of {count:,} messages of 200 bytes: {count / (time.time() - begin):,.0f}/s  goal 100,000/s")
    finally:
        it.close()


def main():
    with tempfile.TemporaryDirectory(prefix="freshet-kafka-") as folder:
        broker = Broker(pathlib.Path(folder, "broker")).start()
        try:
            latency(broker)
            intake(broker)
        finally:
            broker.run("clean")


if __name__ == "__main__":
    main()
