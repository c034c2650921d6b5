"""Where things lie: deliveries in pantry/, what was made of them in kitchen/, each a JSON file."""
import hashlib
import json
import os
import pathlib

import pipes


def delivered(name):
    """The note that came with the latest delivery."""
    try:
        return _read("pantry", name)
    except FileNotFoundError:
        # Told of without a note: nobody knows which lot this is, so each use counts as another one.
        return {"item": name, "lot": "unknown, used in run " + os.environ.get("FRESHET_RUN_ID", "")}


def made(name):
    return _read("kitchen", name)


def put(thing):
    """Puts this step's result into the kitchen, and says what it is."""
    asset = os.environ["FRESHET_ASSET"]
    text = json.dumps(thing, indent=2, sort_keys=True) + "\n"
    path = pathlib.Path("kitchen", asset + ".json")
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".tmp").write_text(text, encoding="utf-8")
    path.with_suffix(".tmp").replace(path)  # whole or not at all
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    pipes.report_materialization(version, {"path": str(path), "grams": thing["grams"]})


def _read(folder, name):
    return json.loads(pathlib.Path(folder, name + ".json").read_text(encoding="utf-8"))
