"""out/packages.db → out/size_by_section.json"""
import sqlite3

import output

rows = sqlite3.connect(output.DATABASE).execute(
    "SELECT section, count(*), sum(installed_kb) FROM packages GROUP BY section ORDER BY 3 DESC, 1")
sections = [{"section": section, "packages": count, "installed_kb": kb} for section, count, kb in rows]
output.put_json("size_by_section.json", sections, {"sections": len(sections)})
