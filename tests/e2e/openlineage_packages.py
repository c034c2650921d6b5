"""Producers of OpenLineage as others have them: an environment of its own in the build folder, made once.

Its packages are pinned in openlineage_requirements.txt: openlineage-python, openlineage-dbt, and dbt with DuckDB.
"""
import fcntl
import pathlib
import shutil
import subprocess
import sys

from daemon import ROOT

REQUIREMENTS = pathlib.Path(__file__).with_name("openlineage_requirements.txt")
FOLDER = ROOT / "build/services/openlineage"


def environment():
    """The folder of its programs."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with open(FOLDER.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete = FOLDER / "complete"
        if not complete.exists() or complete.read_text() != REQUIREMENTS.read_text():
            shutil.rmtree(FOLDER, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
            subprocess.run([FOLDER / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                            "--requirement", REQUIREMENTS], check=True)
            complete.write_text(REQUIREMENTS.read_text())
    return FOLDER / "bin"


if __name__ == "__main__":
    print(environment())
