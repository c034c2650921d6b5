#!/usr/bin/python3
"""The world outside, made up: what the network, the radio people and the CRM do.

  outside.py prepare              makes the topic and the table
  outside.py calls REGION [N]     N calls end (20 by default)
  outside.py poison               something that is no call gets into the topic
  outside.py sites REGION [SLOW]  the file of a region's cells comes; with SLOW, in two halves that many seconds apart
  outside.py customer ID CENTS    a customer gets another rate
  outside.py closed MONTH         billing says that a month is closed
  outside.py stream SECONDS       25 calls a second

TELCO_KAFKA, TELCO_POSTGRES and FRESHET_URL say where, TELCO_SECRET what billing signs with.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import random
import sys
import time
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
TOWNS = {"north": ["Kiel", "Husum", "Plön"], "south": ["Graz", "Linz", "Steyr"]}
CUSTOMERS = {"c1": ("Ada", 9), "c2": ("Grace", 12), "c3": ("Edsger", 7), "c4": ("Barbara", 10)}


def producer():
    from confluent_kafka import Producer
    return Producer({"bootstrap.servers": os.environ["TELCO_KAFKA"], "linger.ms": 0})


def cells(region):
    return [f"{region}-{number:02}" for number in range(1, 10)]


def call(region):
    return {"id": uuid.uuid4().hex, "region": region, "cell": random.choice(cells(region)),
            "customer": random.choice(list(CUSTOMERS)), "seconds": random.randint(5, 1800), "at": time.time()}


def prepare():
    import psycopg2
    from confluent_kafka.admin import AdminClient, NewTopic
    admin = AdminClient({"bootstrap.servers": os.environ["TELCO_KAFKA"]})
    if "calls" not in admin.list_topics(timeout=30).topics:
        admin.create_topics([NewTopic("calls", 2, 1)])["calls"].result(30)
    with psycopg2.connect(os.environ["TELCO_POSTGRES"]) as connection, connection.cursor() as cursor:
        cursor.execute("create table if not exists customers (id text primary key, name text not null, cents_per_minute int not null)")
        for key, (name, cents) in CUSTOMERS.items():
            cursor.execute("insert into customers values (%s, %s, %s) on conflict do nothing", (key, name, cents))


def calls(region, count="20"):
    out = producer()
    for _ in range(int(count)):
        out.produce("calls", json.dumps(call(region)), key=region)
    out.flush(30)


def poison():
    out = producer()
    out.produce("calls", b"\x00 this is no call")
    out.flush(30)


def sites(region, slow="0"):
    folder = HERE / "landing/cell_sites"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["cell,town"] + [f"{cell},{random.choice(TOWNS[region])}" for cell in cells(region)]
    half = len(lines) // 2
    with open(folder / f"{region}.csv", "w", encoding="utf-8") as file:
        file.write("\n".join(lines[:half]) + "\n")
        file.flush()
        time.sleep(float(slow))
        file.write("\n".join(lines[half:]) + "\n")


def customer(key, cents):
    import psycopg2
    with psycopg2.connect(os.environ["TELCO_POSTGRES"]) as connection, connection.cursor() as cursor:
        cursor.execute("update customers set cents_per_minute = %s where id = %s", (int(cents), key))


def closed(month):
    """As Standard Webhooks has it."""
    body, sent = json.dumps({"event": "month.closed", "month": month}), str(int(time.time()))
    key = "close-" + month
    mac = hmac.digest(os.environ["TELCO_SECRET"].encode(), f"{key}.{sent}.{body}".encode(), hashlib.sha256)
    urllib.request.urlopen(urllib.request.Request(
        os.environ["FRESHET_URL"] + "/api/v1/hooks/billing/closed", body.encode(),
        {"Content-Type": "application/json", "webhook-id": key, "webhook-timestamp": sent,
         "webhook-signature": "v1," + base64.b64encode(mac).decode()}), timeout=30).close()


def stream(seconds):
    out, end = producer(), time.monotonic() + float(seconds)
    while time.monotonic() < end:
        out.produce("calls", json.dumps(call(random.choice(list(TOWNS)))))
        out.poll(0.04)
    out.flush(30)


COMMANDS = {"prepare": prepare, "calls": calls, "poison": poison, "sites": sites, "customer": customer, "closed": closed,
            "stream": stream}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
