"""The three results → out/report.html, one page that needs nothing else."""
import html

import output
import pipes

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1b2330; --soft: #5d6878;
        --line: #e1e5eb; --water: #2276b9; --moss: #2f8f5b; --clay: #b4552d; --track: #edf1f5; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11161d; --card: #1a212b; --ink: #e7ecf3; --soft: #98a4b5; --line: #2b3543;
          --water: #58a9e6; --moss: #5cc08a; --clay: #e58d63; --track: #232c38; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 28px; font-weight: 650; letter-spacing: -.01em; margin: 0 0 4px; }
h2 { font-size: 16px; font-weight: 650; margin: 0 0 16px; }
p { color: var(--soft); margin: 0 0 28px; }
.tiles, .charts { display: grid; gap: 16px; margin-bottom: 16px; }
.tiles { grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; }
.tile b { display: block; font-size: 26px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .value { fill: var(--soft); text-anchor: end; font-variant-numeric: tabular-nums; }
svg .track { fill: var(--track); }
.sizes { fill: var(--water); }
.needed { fill: var(--moss); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
.tag { border-radius: 99px; padding: 1px 9px; font-size: 13px; border: 1px solid; white-space: nowrap; }
.added { color: var(--moss); } .removed { color: var(--clay); } .upgraded { color: var(--water); }
"""
LIST_MAX = 200


def size(kb):
    return f"{kb / 1024**2:.2f} GB" if kb >= 1024**2 else f"{kb / 1024:.1f} MB" if kb >= 1024 else f"{kb} kB"


def bars(rows, kind, title):
    """A chart of horizontal bars from (label, number, text of the number)."""
    label, bar, value, row = 140, 250, 100, 28
    greatest = max((number for _, number, _ in rows), default=0) or 1
    out = [f'<svg viewBox="0 0 {label + bar + value} {row * len(rows)}" role="img" aria-label="{title}">']
    for i, (name, number, text) in enumerate(rows):
        shown = name if len(name) <= 18 else name[:17] + "…"
        length = max(2, round(bar * number / greatest, 1))
        out.append(
            f'<g transform="translate(0 {i * row})"><title>{html.escape(name)}: {text}</title>'
            f'<text x="0" y="19">{html.escape(shown)}</text>'
            f'<rect class="track" x="{label}" y="8" width="{bar}" height="14" rx="4"></rect>'
            f'<rect class="{kind}" x="{label}" y="8" width="{length}" height="14" rx="4"></rect>'
            f'<text class="value" x="{label + bar + value}" y="19">{text}</text></g>')
    return "".join(out) + "</svg>"


def tile(number, text):
    return f'<div class="card tile"><b>{number}</b><span>{text}</span></div>'


def changes_table(changes):
    rows = [(kind, row) for kind in ("added", "removed", "upgraded") for row in changes[kind]]
    if not rows:
        return '<p style="margin: 0">Nothing: this is the first list, or it came back to what it was.</p>'
    out = ["<table><thead><tr><th>Package</th><th>What</th><th>Version</th></tr></thead><tbody>"]
    for kind, row in rows[:LIST_MAX]:
        version = (html.escape(row["from"]) + " → " if "from" in row else "") + html.escape(row["version"])
        out.append(f'<tr><td>{html.escape(row["package"])}</td><td><span class="tag {kind}">{kind}</span></td>'
                   f"<td>{version}</td></tr>")
    if len(rows) > LIST_MAX:
        out.append(f"<tr><td>and {len(rows) - LIST_MAX} more</td><td></td><td></td></tr>")
    return "".join(out) + "</tbody></table>"


sections = output.read_json("size_by_section.json")
ranking = output.read_json("reverse_dependencies.json")
changes = output.read_json("changes.json")

sizes = [(s["section"], s["installed_kb"], size(s["installed_kb"])) for s in sections[:14]]
needed = [(r["package"], r["needed_by"], f'{r["needed_by"]:,}') for r in ranking[:14]]
tiles = [tile(f'{changes["packages"]:,}', "packages"),
         tile(size(sum(s["installed_kb"] for s in sections)), "installed"),
         tile(len(sections), "sections"),
         tile(sum(len(changes[kind]) for kind in ("added", "removed", "upgraded")), "changes since the last list")]

page = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Packages of this machine</title><style>{STYLE}</style></head>
<body><main>
<h1>Packages of this machine</h1>
<p>Made from dpkg's list of packages, anew whenever it changes.</p>
<div class="tiles">{"".join(tiles)}</div>
<div class="charts">
<section class="card"><h2>Installed size by section</h2>{bars(sizes, "sizes", "Installed size by section")}</section>
<section class="card"><h2>Needed by the most packages</h2>{bars(needed, "needed", "Needed by the most packages")}</section>
</div>
<section class="card wide"><h2>Changes since the last list</h2>{changes_table(changes)}</section>
</main></body>
</html>
"""
output.write("report.html", page)
pipes.report_materialization(output.digest(page), {"path": str(output.OUT / "report.html")})
