"""All calls of a region, from the topic's beginning, with the town of their cell."""
import json
import os

from confluent_kafka import Consumer, TopicPartition
from warehouse import HERE, log, read, write

region = os.environ["FRESHET_PARTITION"]
towns = {row["cell"]: row["town"] for row in read(HERE / f"landing/cell_sites/{region}.csv")}

consumer = Consumer({"bootstrap.servers": os.environ["TELCO_KAFKA"], "group.id": "telco-steps", "enable.auto.commit": False})
ends = {}
for partition in consumer.list_topics("calls", 10).topics["calls"].partitions:
    _, ends[partition] = consumer.get_watermark_offsets(TopicPartition("calls", partition), 10)
consumer.assign([TopicPartition("calls", partition, 0) for partition, end in ends.items() if end])
calls, left = {}, {partition for partition, end in ends.items() if end}
while left:
    message = consumer.poll(10)
    if message is None or message.error():
        raise SystemExit(f"the topic cannot be read: {message and message.error()}")
    if message.offset() + 1 >= ends[message.partition()]:
        left.discard(message.partition())
    try:
        call = json.loads(message.value())
        if call["region"] == region:
            calls[call["id"]] = call
    except (ValueError, KeyError, TypeError):
        continue  # Freshet shows it among its dead events
consumer.close()

rows = [{"id": call["id"], "customer": call["customer"], "cell": call["cell"], "town": towns.get(call["cell"], ""),
         "seconds": call["seconds"]} for call in sorted(calls.values(), key=lambda call: call["id"])]
unknown = sum(not row["town"] for row in rows)
if unknown:
    log(f"{unknown} calls are of cells that no file names", "WARNING")
write(f"calls/{region}.csv", rows, ["id", "customer", "cell", "town", "seconds"])
print(f"{len(rows)} calls of {region}")
