"""Told of an alert, writes it down: one line in alerts.log, beside the project's file."""
import json
import sys

alert = json.load(sys.stdin)
with open("alerts.log", "a", encoding="utf-8") as log:
    log.write(f"{sys.argv[1]}: {alert['text']}\n")
