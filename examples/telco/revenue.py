"""What each customer owes: minutes of all regions by their own rate."""
import collections
import os

import psycopg2
from warehouse import WAREHOUSE, read, write

seconds = collections.Counter()
for table in sorted((WAREHOUSE / "calls").glob("*.csv")):
    for call in read(table):
        seconds[call["customer"]] += int(call["seconds"])
with psycopg2.connect(os.environ["TELCO_POSTGRES"]) as connection, connection.cursor() as cursor:
    cursor.execute("select id, name, cents_per_minute from customers order by id")
    rows = [{"customer": key, "name": name, "euros": f"{seconds[key] / 60 * cents / 100:.2f}"} for key, name, cents in cursor]
write("revenue.csv", rows, ["customer", "name", "euros"])
