"""What a step tells Freshet while it runs: Dagster Pipes 0.1, as little of it as one needs.

The package `dagster-pipes` does the same and more; this needs nothing but Python.
"""
import base64
import json
import os
import sys
import zlib


def report_materialization(data_version, metadata):
    """Says what was written.  What depends on it is left alone if the version is the one before."""
    raw = {name: {"type": "__infer__", "raw_value": value} for name, value in metadata.items()}
    _send("report_asset_materialization",
          {"asset_key": os.environ.get("FRESHET_ASSET"), "data_version": data_version, "metadata": raw})


def log(message, level="INFO"):
    _send("log", {"message": message, "level": level})


def _send(method, params):
    where = os.environ.get("DAGSTER_PIPES_MESSAGES")
    if where is None:  # started by hand
        print(method, json.dumps(params), file=sys.stderr)
        return
    path = json.loads(zlib.decompress(base64.b64decode(where)))["path"]
    line = json.dumps({"__dagster_pipes_version": "0.1", "method": method, "params": params})
    with open(path, "a", encoding="utf-8") as messages:
        messages.write(line + "\n")
