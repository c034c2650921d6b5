"""Where the steps read and write: tables as CSV files, whole or not at all; and what they tell Freshet."""
import csv
import hashlib
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cookies"))
from pipes import log, report_materialization  # noqa: E402, F401

WAREHOUSE = HERE / "warehouse"


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(name, rows, columns):
    """Its content is its data version: what is equal to what was there leaves everything after it alone."""
    path = WAREHOUSE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".part"), "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    os.replace(path.with_suffix(".part"), path)
    report_materialization(hashlib.sha256(path.read_bytes()).hexdigest()[:16], {"dagster/row_count": len(rows)})
