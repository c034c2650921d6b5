#!/usr/bin/python3
"""OpenLineage events from a topic of a real broker: each counts once, whatever is killed meanwhile.

FRESHET_SWEEP=all kills the daemon at 30 points instead of 5.
"""
import contextlib
import http.client
import os
import random
import shutil
import uuid

from daemon import main, until
from kafka_broker import TopicTest

KILLS = 30 if os.environ.get("FRESHET_SWEEP") == "all" else 5


def event(kind, run, version=None, dataset="raw/orders"):
    facets = {"version": {"datasetVersion": version}} if version else {}
    return {"eventType": kind, "eventTime": "2026-01-31T13:00:00Z", "run": {"runId": run, "facets": {}},
            "job": {"namespace": "spark", "name": "load"}, "inputs": [],
            "outputs": [{"namespace": "lake", "name": dataset, "facets": facets}]}


class LineageTopic(TopicTest):
    def begin(self, topic):
        return self.daemon(f"""
project: shop
openlineage: {{kafka: {{brokers: "{self.broker.address}", topic: {topic}}}}}
sources: [{{asset: raw/orders}}]
assets: [{{key: staged, deps: [raw/orders], command: ["true"], automation: eager}}]
""").start()

    def versions(self, it):
        return [e["data_version"] for e in it.items("/assets/raw/orders/events")]

    def test_what_a_run_wrote_is_an_update(self):
        topic = self.topic(partitions=2)
        it = self.begin(topic)
        run = str(uuid.uuid4())
        self.broker.send(topic, [event("START", run, "v1"), "no event", event("COMPLETE", run), event("COMPLETE", run)], partition=0)
        until("an update", lambda: self.versions(it))
        it.finished(it.run_of("staged"))
        rejected = until("a dead letter", lambda: it.items("/events", "rejected=1"))
        self.assertEqual(["openlineage"], [e["source"] for e in rejected])
        self.broker.send(topic, [event("COMPLETE", str(uuid.uuid4()), "v2", "unknown"), event("COMPLETE", str(uuid.uuid4()), "v3")])
        until("another update", lambda: len(self.versions(it)) == 2)
        self.assertEqual(["v3", "v1"], self.versions(it))
        self.assertEqual([("reading", 1)], [(t["state"], t["dead"]) for t in it.get("/lineage/unmapped")["topics"]])
        until("what is no asset", lambda: [d["name"] for d in it.get("/lineage/unmapped")["items"]] == ["unknown"])

    def test_a_certificate_that_is_not_there_yet_is_waited_for(self):
        topic, authority = self.topic(), self.broker.folder / f"late-lineage-{os.getpid()}.pem"
        it = self.daemon(f"""
project: shop
openlineage:
  kafka:
    brokers: "{(self.broker.folder / "secure").read_text().strip()}"
    topic: {topic}
    config: {{security.protocol: sasl_ssl, sasl.mechanism: SCRAM-SHA-512, sasl.username: freshet, sasl.password: "${{KAFKA_PASSWORD}}",
             ssl.ca.location: "{authority}", broker.address.family: v4}}
sources: [{{asset: raw/orders}}]
""", environment={"KAFKA_PASSWORD": "hunter2"}).start()
        until("the file to be missed", lambda: (t := it.get("/lineage/unmapped")["topics"]) and t[0]["state"] == "error"
              and "ssl.ca.location" in t[0]["detail"])
        shutil.copy(self.broker.folder / "ca.pem", authority)
        until("the topic to be read", lambda: it.get("/lineage/unmapped")["topics"][0]["state"] == "reading")
        self.broker.send(topic, [event("COMPLETE", str(uuid.uuid4()), "v1")])
        until("an update", lambda: self.versions(it) == ["v1"])

    def test_what_only_the_start_named_counts_after_a_restart(self):
        topic = self.topic(partitions=2)
        it = self.begin(topic)
        open_run, unknown = str(uuid.uuid4()), str(uuid.uuid4())
        nothing = {**event("COMPLETE", open_run), "outputs": []}
        self.broker.send(topic, [event("START", open_run, "v1"), event("START", unknown, "x", "unknown"), "no event",
                                 event("COMPLETE", str(uuid.uuid4()), "v0")], partition=0)
        until("what came after it", lambda: self.versions(it) == ["v0"])
        it.kill()
        it.process.wait()
        self.broker.send(topic, [nothing], partition=1)
        it.start()
        until("its end", lambda: len(self.versions(it)) == 2)
        self.assertEqual(["v1", "v0"], self.versions(it))
        self.assertEqual(1, len(it.items("/events", "rejected=1")))
        self.assertEqual([1], [t["messages"] for t in it.get("/lineage/unmapped")["topics"]], "nothing is read again")
        it.restart()
        self.broker.send(topic, [event("COMPLETE", str(uuid.uuid4()), "v2")], partition=0)
        until("the next", lambda: len(self.versions(it)) == 3)
        self.assertEqual([1], [t["messages"] for t in it.get("/lineage/unmapped")["topics"]])

    def test_each_counts_once_whatever_is_killed(self):
        seed = int(os.environ.get("FRESHET_SEED", "11"))
        chance = random.Random(seed)
        topic = self.topic(partitions=2)
        it = self.begin(topic)
        wanted = set()
        for number in range(KILLS):
            runs = {str(uuid.uuid4()): f"{number}.{i}" for i in range(20)}
            wanted |= set(runs.values())
            with contextlib.suppress(AssertionError, OSError, http.client.HTTPException):
                it.restart(failpoint=f"{chance.choice(['before_commit', 'after_commit'])}:{chance.randint(1, 6)}")
            self.broker.send(topic, [event("COMPLETE", run, version) for run, version in runs.items()])
            if chance.random() < 0.5:
                with contextlib.suppress(AssertionError):
                    until("the daemon to die", lambda: not it.alive(), 2)
            if number == KILLS // 2:
                self.broker.run("kill")
                self.broker.start()
        it.restart()
        until("all updates", lambda: set(self.versions(it)) == wanted)
        # What comes after them is taken in after them.
        self.broker.send(topic, [event("COMPLETE", str(uuid.uuid4()), "last")])
        until("the last", lambda: "last" in self.versions(it))
        self.assertEqual(sorted(wanted | {"last"}), sorted(self.versions(it)), f"seed {seed}")


if __name__ == "__main__":
    main()
