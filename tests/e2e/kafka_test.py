#!/usr/bin/python3
"""Topics of a real broker as sources: every message counts once, whatever is killed or started anew meanwhile.

FRESHET_SWEEP=all kills the daemon at 50 points instead of 6.
"""
import contextlib
import json
import os
import random
import shutil
import threading

from confluent_kafka import OFFSET_INVALID, Consumer, Producer, TopicPartition

from daemon import freshet, main, until
from kafka_broker import TopicTest

KILLS = 50 if os.environ.get("FRESHET_SWEEP") == "all" else 6


class KafkaTest(TopicTest):
    # --- What messages come to.

    def test_messages_are_an_update_that_something_is_made_of(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, [{"id": n} for n in range(10)])
        run = it.finished(it.run_of("staged"))
        self.assertEqual(run["status"], "succeeded")
        self.counted_once(it, 10)
        consumed = next(f["consumed"] for f in it.items(f"/runs/{run['id']}/events") if f.get("consumed"))
        read = it.get(f"/assets/raw/orders/events?upto={consumed}&limit=1")["items"][0]["metadata"]
        self.assertEqual(read["offsets"]["0"][0], 0, "what the run's step was made from")
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

    def test_a_look_shows_the_latest_messages_and_leaves_no_trace(self):
        topic = self.topic(2)
        self.broker.send(topic, [{"country": "at", "type": "order"}] * 3, partition=0)
        self.broker.send(topic, [{"type": "order"}, {"country": "de", "type": "ping"}, {"country": "de", "type": "order"}], partition=1)
        it = self.daemon(f"""
project: shop
sources:
  - asset: raw/orders
    partitions: {{static: [at, de]}}
    kafka: {{brokers: "{self.broker.address}", topic: {topic}, partition: "$.country", match: {{"$.type": order}}}}
""")
        found = json.loads(self.look(it).stdout)
        self.assertIsNone(found["error"] or None)
        findings = {f["name"]: f["value"] for f in found["findings"]}
        self.assertEqual((findings["partitions"], findings["messages"], findings["offsets"]), ("2", "6", "0:0-3 1:0-3"))
        self.assertEqual(findings["looked at"], "6 latest: 4 count, 1 do not match, 1 cannot be read")
        self.assertEqual(sorted(e["partition"] for e in found["events"] if not e["error"]), ["at", "at", "at", "de"])
        self.assertIn("1:0: partition $.country is not in the message", [e["error"] for e in found["events"]])
        group = Consumer({"bootstrap.servers": self.broker.address, "group.id": "freshet"})
        kept = group.committed([TopicPartition(topic, p) for p in range(2)], timeout=30)
        group.close()
        self.assertEqual([p.offset for p in kept], [OFFSET_INVALID] * 2, "nothing is committed")

    def look(self, it):
        return freshet("source", "test", "raw/orders", str(it.project), "--json")

    # --- Who is let in.

    def secured(self, topic, password, authority=None):
        """A daemon that reads by TLS and SCRAM."""
        address = (self.broker.folder / "secure").read_text().strip()
        return self.daemon(f"""
project: shop
sources:
  - asset: raw/orders
    kafka:
      brokers: "{address}"
      topic: {topic}
      settle: 20ms
      config: {{security.protocol: sasl_ssl, sasl.mechanism: SCRAM-SHA-512, sasl.username: freshet, sasl.password: "${{KAFKA_PASSWORD}}",
               ssl.ca.location: "{authority or self.broker.folder / 'ca.pem'}", broker.address.family: v4}}
""", environment={"KAFKA_PASSWORD": password})

    def test_a_topic_is_read_by_tls_and_a_password(self):
        topic = self.topic()
        it = self.secured(topic, "hunter2").start()
        self.reading(it)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)

    def test_a_certificate_that_is_not_there_yet_is_waited_for(self):
        topic = self.topic()
        authority = self.broker.folder / f"late-{os.getpid()}.pem"
        it = self.secured(topic, "hunter2", authority).start()
        until("the file to be missed", lambda: (s := self.source(it))["state"] == "error" and "ssl.ca.location" in s["detail"])
        shutil.copy(self.broker.folder / "ca.pem", authority)
        self.reading(it)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)

    def test_a_wrong_password_is_said_without_it(self):
        it = self.secured(self.topic(), "wrong123").start()
        told = until("the broker to refuse", lambda: (s := self.source(it))["state"] == "error" and "SASL" in s["detail"] and s)
        self.assertIn("invalid credentials with SASL mechanism SCRAM-SHA-512", told["detail"])
        self.assertNotIn("wrong123", json.dumps(told) + it.said())

    # --- What happens to topics.

    def test_a_topic_that_comes_later_is_waited_for(self):
        topic = f"later-{os.getpid()}"
        it = self.daemon(f"""
project: shop
sources:
  - {{asset: raw/orders, kafka: {{brokers: "{self.broker.address}", topic: {topic}, settle: 20ms, from: latest}}}}
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

    def test_a_topic_that_is_made_anew_with_more_than_it_had_is_read_from_its_beginning(self):
        topics = self.topic(), self.topic()
        daemons = [self.serve(topic, 'settle: 20ms, partition: "$.country"', source="partitions: {static: [at, de]}") for topic in topics]
        for topic, it in zip(topics, daemons):
            self.broker.send(topic, [{"country": "de"}] * 5)
            self.counted_once(it, 5)
        daemons[1].stop()  # the other goes on
        for topic in topics:
            self.broker.drop(topic)
            self.broker.topic(topic)
            self.broker.send(topic, [{"country": "at"}] * 5 + [{"country": "de"}] * 3)
        daemons[1].start()
        for it in daemons:
            new = until("the first of the new topic", lambda: [e for e in it.items("/assets/raw/orders/events") if e["partition"] == "at"])
            self.assertEqual([e["metadata"]["offsets"] for e in new], [{"0": [0, 4]}])

    def test_messages_that_are_gone_before_they_were_read_count_as_a_change(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.send(topic, ["a"] * 5)
        self.counted_once(it, 5)
        it.stop()
        self.broker.send(topic, ["b"] * 5)
        self.broker.forget(topic, 10)
        it.start()
        lost = until("the loss to be told", lambda: [e for e in it.items("/assets/raw/orders/events") if "lost" in e["metadata"]])
        self.assertEqual([(e["data_version"], e["metadata"]["lost"]) for e in lost], [("0:9", 5)])
        self.reading(it)
        self.broker.send(topic, ["c"])
        self.caught_up(it, 6)

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

    def test_behind_transactions_nothing_is_left_to_be_read(self):
        topic = self.topic()
        it = self.serve(topic)
        self.broker.transaction(topic, ["a"] * 3).commit_transaction(30)
        until("the mark of the end to be passed over", lambda: (s := self.source(it))["position"] == "0:4" and s["lag"] == 0)
        self.broker.transaction(topic, ["b"] * 2).abort_transaction(30)
        until("what came to nothing to be passed over", lambda: (s := self.source(it))["position"] == "0:7" and s["lag"] == 0)
        producer = self.broker.transaction(topic, ["c"] * 2)
        self.assertEqual(self.source(it)["lag"], 0, "what is not decided cannot be read")
        producer.commit_transaction(30)
        until("the last to be told", lambda: (s := self.source(it))["position"] == "0:10" and s["lag"] == 0)
        self.assertEqual(sum(e["metadata"]["messages"] for e in it.items("/assets/raw/orders/events")), 5)

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
