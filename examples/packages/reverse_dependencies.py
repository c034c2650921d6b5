"""out/packages.db → out/reverse_dependencies.json: the most needed packages first."""
import sqlite3

import output

rows = sqlite3.connect(output.DATABASE).execute(
    "SELECT needs, count(*) FROM dependencies WHERE needs IN (SELECT name FROM packages)"
    " GROUP BY needs ORDER BY 2 DESC, 1")
ranking = [{"package": package, "needed_by": count} for package, count in rows]
output.put_json("reverse_dependencies.json", ranking, {"first": ranking[0]["package"] if ranking else None})
