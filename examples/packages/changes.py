"""out/packages.db, and what it was before → out/changes.json

out/versions.json keeps two lists of versions, the one before and the latest.  A step that is tried again
finds the latest to be its own and compares with the one before once more.
"""
import sqlite3

import output

rows = sqlite3.connect(output.DATABASE).execute("SELECT name || ':' || architecture, version FROM packages")
now = dict(rows)
try:
    kept = output.read_json("versions.json")
except FileNotFoundError:
    kept = {"before": now, "latest": now}
before = kept["before"] if kept["latest"] == now else kept["latest"]
output.write_json("versions.json", {"before": before, "latest": now})

changes = {
    "added": [{"package": name, "version": now[name]} for name in sorted(now.keys() - before.keys())],
    "removed": [{"package": name, "version": before[name]} for name in sorted(before.keys() - now.keys())],
    "upgraded": [{"package": name, "from": before[name], "version": now[name]}
                 for name in sorted(now.keys() & before.keys()) if now[name] != before[name]],
    "packages": len(now),
}
output.put_json("changes.json", changes,
                {kind: len(changes[kind]) for kind in ("added", "removed", "upgraded")})
