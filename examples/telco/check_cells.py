"""Passes when every call's cell is known."""
import os
import sys

from warehouse import WAREHOUSE, read

unknown = [row["cell"] for row in read(WAREHOUSE / f"calls/{os.environ['FRESHET_PARTITION']}.csv") if not row["town"]]
print(f"{len(unknown)} calls of unknown cells" + (f", such as {unknown[0]}" if unknown else ""))
sys.exit(bool(unknown))
