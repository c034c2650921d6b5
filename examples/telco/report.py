"""Revenue as it stands, as a report of its own: report.py NAME."""
import sys

from warehouse import WAREHOUSE, read, write

write(f"{sys.argv[1]}.csv", read(WAREHOUSE / "revenue.csv"), ["customer", "name", "euros"])
