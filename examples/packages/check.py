"""The checks: each looks at one result.  Exit 0 is passed; what is printed is kept."""
import html.parser
import sqlite3
import sys

import output


def one(query):
    return sqlite3.connect(output.DATABASE).execute(query).fetchone()[0]


def not_empty():
    count = one("SELECT count(*) FROM packages")
    return count > 0, f"{count} packages"


def essential_ones_are_there():
    count = one("SELECT count(*) FROM packages WHERE essential AND name IN ('dpkg', 'base-files', 'coreutils')")
    return count == 3, f"{count} of dpkg, base-files and coreutils"


def adds_up():
    parts, whole = sum(s["installed_kb"] for s in output.read_json("size_by_section.json")), one(
        "SELECT sum(installed_kb) FROM packages")
    return parts == whole, f"{parts} kB in sections, {whole} kB in packages"


def ranked():
    counts = [r["needed_by"] for r in output.read_json("reverse_dependencies.json")]
    return counts == sorted(counts, reverse=True), f"{len(counts)} packages are needed by others"


def accounts_for_all():
    changes = output.read_json("changes.json")
    before = len(output.read_json("versions.json")["before"])
    expected = before + len(changes["added"]) - len(changes["removed"])
    return expected == changes["packages"], f"{before} before, {changes['packages']} now"


def well_formed():
    void, open_tags, charts = {"meta"}, [], 0

    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            nonlocal charts
            charts += tag == "svg"
            if tag not in void:
                open_tags.append(tag)

        def handle_endtag(self, tag):
            if not open_tags or open_tags.pop() != tag:
                sys.exit(f"</{tag}> closes nothing")

    Parser().feed((output.OUT / "report.html").read_text(encoding="utf-8"))
    return not open_tags and charts == 2, f"{charts} charts, left open: {open_tags}"


CHECKS = {check.__name__: check
          for check in (not_empty, essential_ones_are_there, adds_up, ranked, accounts_for_all, well_formed)}

passed, found = CHECKS[sys.argv[1]]()
print(found)
sys.exit(0 if passed else 1)
