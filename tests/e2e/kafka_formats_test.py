#!/usr/bin/python3
"""What is in messages and keys of a real broker: change events of Debezium; Avro and Protobuf by a schema registry.

Messages are written by the reference implementations of their formats, and the registry is a small one of this test.
"""
import base64
import datetime
import http.server
import io
import json
import pathlib
import struct
import subprocess
import tempfile
import threading
import uuid

import avro.io
import avro.schema
from confluent_kafka import Producer
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from daemon import freshet, main, until
from kafka_broker import TopicTest

ORDER = {"type": "record", "name": "Order", "namespace": "shop", "fields": [
    {"name": "country", "type": ["null", "string"]}, {"name": "day", "type": {"type": "int", "logicalType": "date"}}]}
KEY = {"type": "record", "name": "Key", "namespace": "shop", "fields": [
    {"name": "id", "type": "long"}, {"name": "country", "type": "string"}]}
PROTO = """syntax = "proto3";
package shop;
import "shop/place.proto";
message Other { string name = 1; }
message Order { Place place = 1; string event_date = 2; }
"""
PLACE = """syntax = "proto3";
package shop;
message Place { string country = 1; }
"""


def change(op, before, after, lsn):
    source = {"connector": "postgresql", "name": "shop", "schema": "public", "table": "orders", "txId": 5, "lsn": lsn}
    return {"before": before, "after": after, "source": source, "op": op, "ts_ms": 1795910400000, "transaction": None}


class Registry:
    """A schema registry with a user and a password, which may be ended and started anew on its port."""

    def __init__(self):
        self.by_id, self.by_guid, self.by_subject, self.asked, self.port = {}, {}, {}, [], 0

    def start(self):
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append(self.path)
                granted = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"freshet:hunter2").decode()
                parts = self.path.strip("/").split("/")
                found = None
                if parts[:2] == ["schemas", "ids"]:
                    found = registry.by_id.get(int(parts[2]))
                elif parts[:2] == ["schemas", "guids"]:
                    found = registry.by_guid.get(parts[2])
                elif parts[0] == "subjects":
                    found = registry.by_subject.get((parts[1], parts[3]))
                status = 401 if not granted else 200 if found else 404
                body = json.dumps(found if status == 200 else {"error_code": 40403, "message": "not found"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, password="hunter2"):
        return f"http://freshet:{password}@127.0.0.1:{self.port}"


def prefix(number):
    return struct.pack(">bI", 0, number)


def avro_bytes(schema, **record):
    out = io.BytesIO()
    avro.io.DatumWriter(avro.schema.parse(json.dumps(schema))).write(record, avro.io.BinaryEncoder(out))
    return out.getvalue()


def avro_order(number, **order):
    return prefix(number) + avro_bytes(ORDER, **order)


def avro_key(number, **key):
    return prefix(number) + avro_bytes(KEY, **key)


def protobuf_orders(number, *orders):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "shop").mkdir()
        (root / "shop/place.proto").write_text(PLACE)
        (root / "order.proto").write_text(PROTO)
        subprocess.run(["protoc", "--include_imports", "-I", folder, "-o", root / "set", "order.proto"], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString((root / "set").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    order = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("shop.Order"))
    head = prefix(number) + b"\x02\x02"  # one place: 1
    return [head + order(place={"country": country}, event_date=date).SerializeToString() for country, date in orders]


class FormatsTest(TopicTest):
    def write(self, topic, messages):
        """Key, value and perhaps headers of each; the value None is a tombstone."""
        producer = Producer({"bootstrap.servers": self.broker.address, "acks": "all"})
        for key, value, *headers in messages:
            producer.produce(topic, value if value is None or isinstance(value, bytes) else json.dumps(value), key=key,
                             headers=headers[0] if headers else None)
        self.assertEqual(producer.flush(60), 0)

    def read_to(self, it, position, dead=0):
        """Waits until it has read so far, and so many messages were refused."""
        return until(f"{position} to be read, {dead} refused",
                     lambda: (s := self.source(it))["position"] == position and s["dead"] == dead and s)

    def refused(self, it, count):
        """Waits for so many, by their reasons."""
        return sorted(until(f"{count} to be refused", lambda: len(items := it.items("/events", "rejected=1")) >= count and items),
                      key=lambda each: each["reason"])

    def registry(self):
        registry = Registry().start()
        self.addCleanup(lambda: registry.stop())
        return registry

    # --- Debezium.

    def test_a_change_in_a_database_is_one_of_the_rows_partition(self):
        topic = self.topic()
        it = self.serve(topic, 'settle: 100ms, debezium: true, partition: "$.country"', source="partitions: {static: [at, de, fr]}")
        at, de = {"id": 7, "country": "at"}, {"id": 7, "country": "de"}
        self.write(topic, [("7", change("c", None, at, 100)), ("7", {"schema": {"type": "struct"}, "payload": change("u", at, de, 101)}),
                           ("7", change("d", de, None, 102)), ("7", None), ("beat", {"ts_ms": 1}), ("8", {"id": 8})])
        source = self.read_to(it, "0:6", dead=1)
        self.assertEqual(source["ignored"], 2)
        events = {e["partition"]: e for e in self.caught_up(it, 4)}  # the update counts for both
        self.assertEqual(events["at"]["metadata"]["ops"], {"c": 1, "u": 1})
        self.assertEqual(events["de"]["metadata"]["ops"], {"u": 1, "d": 1})
        self.assertTrue(events["de"]["data_version"].startswith("102-"), events["de"])
        reason = self.refused(it, 1)[0]["reason"]
        self.assertIn("0:5: the message is no change event of Debezium: its op is missing", reason)

    # --- A schema registry.

    def test_avro_is_read_by_the_schema_that_it_names(self):
        topic, registry = self.topic(), self.registry()
        registry.by_id[7] = {"schema": json.dumps(ORDER)}
        it = self.serve(topic, f'settle: 100ms, format: avro, registry: "{registry.url()}", partition: "$.day"',
                        source='partitions: {static: ["2026-01-31", "2026-02-01"]}')
        day = datetime.date(2026, 1, 31)
        self.write(topic, [("a", avro_order(7, country="at", day=day)), ("a", avro_order(7, country=None, day=day)), ("b", None),
                           ("c", b"{}"), ("d", avro_order(9, country="at", day=day)), ("e", avro_order(7, country="at", day=day)[:-1]),
                           ("f", avro_order(7, country="at", day=day + datetime.timedelta(1)))])
        source = self.read_to(it, "0:7", dead=3)
        self.assertEqual((source["state"], source["ignored"]), ("reading", 1))
        events = {e["partition"]: e["metadata"]["messages"] for e in self.caught_up(it, 3)}
        self.assertEqual(events, {"2026-01-31": 2, "2026-02-01": 1})
        reasons = " | ".join(each["reason"] for each in self.refused(it, 3))
        self.assertIn("0:3: the message names no schema", reasons)
        self.assertIn("/schemas/ids/9: there is none (HTTP 404)", reasons)
        self.assertIn("0:5: the message is not Avro of its schema: it ends too early", reasons)
        self.assertEqual(registry.asked.count("/schemas/ids/7"), 1, "asked for once")
        self.assertNotIn("hunter2", it.said() + reasons + json.dumps(source))

    def test_an_avro_key_gives_the_partition(self):
        topic, registry = self.topic(), self.registry()
        registry.by_id[4] = {"schema": json.dumps(KEY)}
        it = self.serve(topic, f'settle: 100ms, debezium: true, key_format: avro, registry: "{registry.url()}", '
                               'partition: key.country, match: {key.id: ["7", "8"]}', source="partitions: {static: [at, de]}")
        row = {"id": 7}
        at, de, other = (avro_key(4, id=number, country=country) for number, country in ((7, "at"), (8, "de"), (9, "de")))
        self.write(topic, [(at, change("c", None, row, 100)), (at, change("u", row, row, 101)), (de, change("d", row, None, 102)),
                           (de, None), (other, change("c", None, row, 103)), (b"7", change("c", None, row, 104)),
                           (avro_key(5, id=7, country="at"), change("c", None, row, 105)), (at[:-1], change("c", None, row, 106))])
        source = self.read_to(it, "0:8", dead=3)
        self.assertEqual(source["ignored"], 2)
        ops = {e["partition"]: e["metadata"]["ops"] for e in self.caught_up(it, 3)}
        self.assertEqual(ops, {"at": {"c": 1, "u": 1}, "de": {"d": 1}})
        reasons = " | ".join(each["reason"] for each in self.refused(it, 3))
        self.assertIn("0:5: the key names no schema", reasons)
        self.assertRegex(reasons, "0:6: the key: schema registry .*/schemas/ids/5: there is none")
        self.assertIn("0:7: the key is not Avro of its schema: it ends too early", reasons)
        shown = json.loads(freshet("source", "test", "raw/orders", str(it.project), "--json").stdout)
        self.assertEqual([e["metadata"].get("key") for e in shown["events"]],
                         [{"id": 7, "country": "at"}, {"id": 7, "country": "at"}, {"id": 8, "country": "de"}, None, None, None])
        self.assertEqual(registry.asked.count("/schemas/ids/4"), 2, "once by the daemon, once by the test")

    def test_a_schema_may_be_named_in_a_header(self):
        topic, registry = self.topic(), self.registry()
        value_guid, key_guid, unknown = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        registry.by_guid[str(value_guid)] = {"schema": json.dumps(ORDER), "guid": str(value_guid)}
        registry.by_guid[str(key_guid)] = {"schema": json.dumps(KEY), "guid": str(key_guid)}
        registry.by_id[7] = {"schema": json.dumps(ORDER)}
        it = self.serve(topic, f'settle: 100ms, format: avro, key_format: avro, registry: "{registry.url()}", partition: "$.country", '
                               'match: {key.country: [at, de]}', source="partitions: {static: [at, de]}")
        day = datetime.date(2026, 1, 31)
        key, value = avro_bytes(KEY, id=7, country="at"), avro_bytes(ORDER, country="at", day=day)
        named = lambda guid: b"\x01" + guid.bytes
        of_key = ("__key_schema_id", named(key_guid))
        self.write(topic, [(key, value, [of_key, ("__value_schema_id", named(value_guid))]),
                           (key, avro_order(7, country="de", day=day), [of_key]),
                           (key, value, [of_key, ("__value_schema_id", named(unknown))]),
                           (key, value, [of_key, ("__value_schema_id", b"\x01short")])])
        source = self.read_to(it, "0:4", dead=2)
        self.assertEqual((source["state"], source["ignored"]), ("reading", 0))
        self.assertEqual({e["partition"] for e in self.caught_up(it, 2)}, {"at", "de"})
        rejected = self.refused(it, 2)
        self.assertIn(f"/schemas/guids/{unknown}: there is none (HTTP 404)", rejected[0]["reason"])
        self.assertIn("0:3: the message has a header __value_schema_id that names no schema", rejected[1]["reason"])
        self.assertEqual(registry.asked.count(f"/schemas/guids/{value_guid}"), 1, "asked for once")
        registry.by_guid[str(unknown)] = {"schema": json.dumps(ORDER)}
        it.post(f"/events/{rejected[0]['id']}/replay", want=202)
        self.caught_up(it, 3)

    def test_protobuf_is_read_with_what_it_imports(self):
        topic, registry = self.topic(), self.registry()
        registry.by_id[3] = {"schemaType": "PROTOBUF", "schema": PROTO,
                             "references": [{"name": "shop/place.proto", "subject": "place", "version": 2}]}
        registry.by_subject["place", "2"] = {"subject": "place", "version": 2, "schemaType": "PROTOBUF", "schema": PLACE}
        it = self.serve(topic, f'settle: 100ms, format: protobuf, registry: "{registry.url()}", partition: "$.place.country", '
                               'match: {"$.event_date": "2026-01-31"}', source="partitions: {static: [at, de]}")
        guid = uuid.uuid4()
        registry.by_guid[str(guid)] = registry.by_id[3]
        values = protobuf_orders(3, ("at", "2026-01-31"), ("de", "2026-01-31"), ("at", "2026-02-01"))
        names, data = values[1][5:7], values[1][7:]  # which message of the schema, and the message
        self.write(topic, [("a", value) for value in values] +
                          [("a", data, [("__value_schema_id", b"\x01" + guid.bytes + names)])])
        self.assertEqual(self.read_to(it, "0:4")["ignored"], 1)
        self.assertEqual({e["partition"]: e["metadata"]["messages"] for e in self.caught_up(it, 3)}, {"at": 1, "de": 2})
        self.assertEqual(self.source(it)["dead"], 0)

    def test_a_registry_that_is_down_holds_messages_back_and_loses_none(self):
        topic, registry = self.topic(2), self.registry()
        registry.by_id[7] = {"schema": json.dumps(ORDER)}
        registry.stop()
        it = self.serve(topic, f'settle: 20ms, format: avro, registry: "{registry.url()}", partition: "$.country"',
                        source="partitions: {static: [at]}")
        day = datetime.date(2026, 1, 31)
        self.broker.send(topic, [avro_order(7, country="at", day=day)] * 20, partition=0)
        held = until("the registry to be missed", lambda: (s := self.source(it))["state"] == "error" and s)
        self.assertIn(f"schema registry http://127.0.0.1:{registry.port}/schemas/ids/7: ", held["detail"])
        self.broker.send(topic, [avro_order(7, country="at", day=day)] * 20, partition=0)
        self.broker.send(topic, [avro_order(7, country="at", day=day)] * 10, partition=1)
        self.assertEqual(self.source(it)["dead"], 0)
        it.restart()
        registry.start()
        self.counted_once(it, 50)
        self.reading(it)
        self.assertNotIn("hunter2", it.said() + held["detail"])

    def test_a_wrong_password_of_the_registry_is_said(self):
        topic, registry = self.topic(), self.registry()
        it = self.serve(topic, f'settle: 20ms, format: avro, registry: "{registry.url("wrong1")}", partition: "$.country"',
                        source="partitions: {static: [at]}")
        self.write(topic, [("a", avro_order(7, country="at", day=datetime.date(2026, 1, 31)))])
        held = until("the registry to refuse", lambda: (s := self.source(it))["state"] == "error" and s)
        self.assertIn("HTTP 401: write user and password into its URL", held["detail"])
        self.assertNotIn("wrong1", it.said() + held["detail"])


if __name__ == "__main__":
    main()
