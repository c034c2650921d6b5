"""dpkg's status file → out/packages.db: packages, and which depends on which."""
import os
import re
import sqlite3

import output
import pipes


def stanzas(lines):
    """Yields each package as a mapping of its fields; of those on several lines the first line."""
    fields = {}
    for line in lines:
        if line == "\n":
            if fields:
                yield fields
            fields = {}
        elif line[0] not in " \t":
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    if fields:
        yield fields


def names(relation):
    """"a (>= 1) | b, c:any" → a, b, c"""
    return {match[1] for match in re.finditer(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)", relation)}


def read(path):
    packages, dependencies = [], set()
    with open(path, encoding="utf-8", errors="replace") as file:
        for fields in stanzas(file):
            if not fields.get("Status", "").endswith(" installed"):
                continue
            package = fields["Package"]
            packages.append((package, fields.get("Architecture", ""), fields.get("Version", ""),
                             fields.get("Section", "unknown").rpartition("/")[2],
                             fields.get("Priority", ""), fields.get("Essential") == "yes",
                             int(fields.get("Installed-Size", 0)), fields.get("Description", "")))
            for field in ("Depends", "Pre-Depends"):
                dependencies.update((package, needed) for needed in names(fields.get(field, "")))
    return sorted(packages), sorted(dependencies)


packages, dependencies = read(os.environ["DPKG_STATUS"])
output.OUT.mkdir(exist_ok=True)
temporary = output.DATABASE.with_suffix(".tmp")
temporary.unlink(missing_ok=True)
database = sqlite3.connect(temporary)
database.executescript("""
    CREATE TABLE packages (name TEXT, architecture TEXT, version TEXT, section TEXT, priority TEXT,
                           essential INTEGER, installed_kb INTEGER, summary TEXT,
                           PRIMARY KEY (name, architecture));
    CREATE TABLE dependencies (package TEXT, needs TEXT, PRIMARY KEY (package, needs)) WITHOUT ROWID;
""")
database.executemany("INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", packages)
database.executemany("INSERT INTO dependencies VALUES (?, ?)", dependencies)
database.commit()
database.close()
temporary.replace(output.DATABASE)
pipes.report_materialization(output.digest(repr((packages, dependencies))),
                             {"path": str(output.DATABASE), "packages": len(packages)})
