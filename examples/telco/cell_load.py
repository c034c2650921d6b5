"""Minutes by cell of a region."""
import collections
import os

from warehouse import WAREHOUSE, read, write

region = os.environ["FRESHET_PARTITION"]
seconds, towns = collections.Counter(), {}
for call in read(WAREHOUSE / f"calls/{region}.csv"):
    seconds[call["cell"]] += int(call["seconds"])
    towns[call["cell"]] = call["town"]
write(f"cell_load/{region}.csv", [{"cell": cell, "town": towns[cell], "minutes": f"{total / 60:.1f}"} for cell, total in sorted(seconds.items())],
      ["cell", "town", "minutes"])
