"""Writes the company as a Freshet project: freshet.yaml, a file for each team, and the programs of its steps."""
import datetime
import json
import pathlib
import shutil

import company
import words

POOLS = {"api": 24, "bi": 16, "spark": 12, "warehouse": 40}
COUNTRIES = ("at", "be", "ch", "de", "dk", "es", "fr", "it", "nl", "pl", "se", "uk")


def text(value):
    return json.dumps(value, ensure_ascii=False)


def flow(value):
    """On one line; JSON is YAML."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def partitions(cut, now, days):
    """Of combinations there are fewer: each is a run of its own when the past is made."""
    day = now.date()
    if cut == "static":
        return {"static": list(COUNTRIES)}
    if cut == "hourly":
        return {"hourly": {"start": f"{day - datetime.timedelta(days=60)}"}}
    daily = {"daily": {"start": f"{day - datetime.timedelta(days=days + 6 if cut == 'multi' else 730)}"}}
    if cut == "daily":
        return daily
    return {"multi": [{"name": "day", **daily}, {"name": "region", "static": list(company.REGIONS)}]}


# A range has one dimension.
BACKFILL = {"daily": {"multi_run": {"n": 120, "concurrency": 2}}, "hourly": {"multi_run": {"n": 240}},
            "static": "single_run"}


ALERTS = """alerts:
  - {name: oncall, to: {command: [python3, notify.py, oncall]}, select: "tag:critical", repeat: 4h}
  - {name: everybody, to: {command: [python3, notify.py, everybody]}, on: [failure, freshness]}
"""


def pool_of(asset):
    if "spark" in asset.kinds:
        return "spark"
    if "snowflake" in asset.kinds:
        return "warehouse"
    return {"raw": "api", "reports": "bi"}.get(asset.layer)


def description(asset):
    about = words.TEAMS[asset.team][0]
    entity = asset.entity.replace("_", " ")
    sentence = words.DESCRIPTIONS[asset.layer].format(e=entity, vendor=asset.vendor, team=asset.team, about=about)
    return sentence[0].upper() + sentence[1:]


def column(name, kind, origins):
    if not origins:
        return {"name": name, "type": kind}
    return {"name": name, "type": kind,
            "from": [{"asset": dep.key, "columns": [other]} for dep, other in origins]}


def write_source(out, asset, now, days):
    out.append(f"  - asset: {asset.key}")
    if asset.is_file and not asset.cut:
        out.append(f"    file: {{path: {text('../inbox/' + asset.key.replace('/', '.') + '-*.csv')}}}")
    else:
        out.append("    webhook: {}")
    out.append(f"    group: {asset.team}")
    out.append(f"    owners: {flow(['team:' + asset.team])}")
    write_common(out, asset, now, days)


def write_asset(out, asset, now, days):
    out.append(f"  - key: {asset.key}")
    if asset.deps:
        deps = [{"asset": dep.key, "mapping": asset.mappings[dep.key]} if dep.key in asset.mappings else dep.key
                for dep in asset.deps]
        out.append(f"    deps: {flow(deps)}")
    if asset.automation:
        out.append(f"    automation: {text(asset.automation)}")
    pool = pool_of(asset)
    if pool:
        out.append(f"    pool: {pool}")
    if "critical" in asset.tags:
        out.append("    priority: 10")
    if asset.cut in BACKFILL:
        out.append(f"    backfill_policy: {flow(BACKFILL[asset.cut])}")
    write_common(out, asset, now, days)
    if asset.checks:
        out.append("    checks:")
        for name, severity, sentence, is_blocking in asset.checks:
            check = {"name": name, "command": ["python3", "../check.py", name], "severity": severity,
                     "description": sentence}
            if is_blocking:
                check["blocking"] = True
            out.append(f"      - {flow(check)}")


def write_common(out, asset, now, days):
    out.append(f"    description: {text(description(asset))}")
    out.append(f"    kinds: {flow([asset.layer, *asset.kinds])}")
    out.append(f"    tags: {flow(asset.tags)}")
    if asset.cut:
        out.append(f"    partitions: {flow(partitions(asset.cut, now, days))}")
    if asset.freshness:
        out.append(f"    freshness: {flow(asset.freshness)}")
    if asset.columns:
        out.append("    columns:")
        out.extend(f"      - {flow(column(*one))}" for one in asset.columns)


def team_file(team, assets, now, days):
    out = [f"# {team}: {words.TEAMS[team][0]}.", "defaults:", f"  group: {team}",
           f"  owners: {flow(['team:' + team])}", "  command: [python3, ../step.py]",
           "  retries: {max: 2, delay: 1m}", "  timeout: 45m"]
    for title, write, mine in (
            ("sources", write_source, [a for a in assets if a.layer == "source"]),
            ("assets", write_asset, [a for a in assets if a.layer != "source"])):
        if mine:
            out.append(f"{title}:")
        for asset in mine:
            write(out, asset, now, days)
    return "\n".join(out) + "\n"


def write(folder, made, now, days):
    folder = pathlib.Path(folder)
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    (folder / "inbox").mkdir(exist_ok=True)
    pools = ", ".join(f"{name}: {limit}" for name, limit in POOLS.items())
    (folder / "freshet.yaml").write_text(
        f"# {len(made.assets)} assets of a company that does not exist; made by generate.py.\n"
        f"project: company\npools: {{{pools}}}\ninclude: [\"teams/*.yaml\"]\n{ALERTS}", encoding="utf-8")
    for team in words.TEAMS:
        mine = [asset for asset in made.assets if asset.team == team]
        (folder / "teams" / f"{team}.yaml").write_text(team_file(team, mine, now, days), encoding="utf-8")
    here = pathlib.Path(__file__).parent
    for program in ("step.py", "check.py", "notify.py"):
        shutil.copyfile(here / program, folder / program)
