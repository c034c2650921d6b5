"""Where results lie: files in out/, each replaced as a whole."""
import hashlib
import json
import pathlib

import pipes

OUT = pathlib.Path("out")
DATABASE = OUT / "packages.db"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write(name, text):
    OUT.mkdir(exist_ok=True)
    temporary = OUT / (name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(OUT / name)


def write_json(name, thing):
    """Returns the text that was written."""
    text = json.dumps(thing, indent=1, sort_keys=True) + "\n"
    write(name, text)
    return text


def put_json(name, thing, metadata):
    """Writes this step's result, and says what it is."""
    pipes.report_materialization(digest(write_json(name, thing)), {"path": str(OUT / name), **metadata})


def read_json(name):
    return json.loads((OUT / name).read_text(encoding="utf-8"))
