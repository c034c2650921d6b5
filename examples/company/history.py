"""Writes what happened in the company, as a scenario for `freshet simulate`: the standing rules of its days, and what
was out of the ordinary."""
import datetime
import json
import random

import words

# Of the layers: median duration, by how much assets differ, rows, bytes of a row.
LAYER_WORK = {"raw": ("70s", 0.8, 90_000, 180), "staging": ("45s", 0.7, 80_000, 120),
              "core": ("110s", 0.8, 400_000, 90), "marts": ("75s", 0.7, 60_000, 70), "reports": ("25s", 0.6, 4_000, 60)}
# Together, so that what has inputs of many sources is made a few times a day and not a hundred times.
DELIVERIES = {"daily": ("0 0 * * *", "20m"), "morning": ("30 4 * * *", "15m"), "workdays": ("0 0 * * mon-fri", "20m"),
              "weekly": ("0 0 * * mon", "20m"), "six_hourly": ("15 */6 * * *", "15m")}


def flow(value):
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def instant(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def standing_rules(seed):
    errors = [text for _, text in words.ERRORS]
    out = ["work:", "  slots: 100", f"  seed: \"{seed}\"", "  steps:"]
    for layer, (duration, vary, rows, row_bytes) in LAYER_WORK.items():
        rule = {"select": f"kind:{layer}", "duration": duration, "vary": vary, "spread": 0.2, "changed": 0.8,
                "failing": 0.004, "checks_failing": 0.0008, "rows": rows, "row_bytes": row_bytes, "errors": errors}
        out.append(f"    - {flow(rule)}")
    out.append("  deliveries:")
    for cadence, (cron, within) in DELIVERIES.items():
        rule = {"select": f"tag:cadence={cadence}", "cron": cron, "within": within, "changed": 0.96, "rows": 50_000}
        out.append(f"    - {flow(rule)}")
    return out


class Diary:
    """What happened when; actions of one instant stay in their order."""

    def __init__(self, start, now):
        self.start, self.now, self.entries = start, now, []

    def add(self, at, *actions):
        if self.start < at <= self.now:
            self.entries.append((at, len(self.entries), list(actions)))

    def lines(self):
        out = ["steps:", "  - {}"]
        for at, _, actions in sorted(self.entries, key=lambda entry: entry[:2]):
            out.append(f"  - at: \"{instant(at)}\"")
            out.append("    do:")
            out.extend(f"      - {flow(action)}" for action in actions)
        out.append(f"  - at: \"{instant(self.now)}\"")
        return out


def broken(key, error):
    code, text = error
    return {"break": key, "text": text, **({"signal": -code} if code < 0 else {"code": code})}


class History:
    def __init__(self, made, now, days, seed):
        self.draw = random.Random(f"history {seed}")
        self.made, self.now = made, now
        self.start = now - datetime.timedelta(days=days)
        self.diary = Diary(self.start, now)
        self.below = made.descendants()
        # What is lazy is made again and again while something above it stays stale.
        self.used = made.feeding_lazy()  # and assets that something happened to

    def ago(self, **length):
        return self.now - datetime.timedelta(**length)

    def choose(self, fits):
        fitting = [asset for asset in self.made.assets if asset.key not in self.used and fits(asset)]
        if not fitting:
            return None
        found = self.draw.choice(fitting)
        self.used.add(found.key)
        return found

    def write(self):
        first = self.start + datetime.timedelta(minutes=5)
        self.diary.add(first, {"deliver": "kind:source", "partitions": "all"})
        if any(asset.cut and asset.layer != "source" for asset in self.made.assets):
            self.diary.add(first + datetime.timedelta(minutes=10),
                           {"backfill": "not kind:source and not partitions:none", "by": "greta",
                            "reason": "what there was before Freshet"})
        self.diary.add(first + datetime.timedelta(minutes=20),
                       {"request": "partitions:none and not kind:source", "by": "greta",
                        "reason": "everything, for the first time"})
        day = (self.start + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0)
        while day < self.ago(hours=12):
            self.ordinary_troubles(day)
            day += datetime.timedelta(days=1)
        self.paused()
        self.backfills()
        self.late_source()
        self.open_failures()
        return self.diary.lines()

    def ordinary_troubles(self, day):
        draw = self.draw
        for _ in range(draw.randint(1, 3) + len(self.made.assets) // 1500):
            asset = self.choose(lambda a: a.layer in ("raw", "staging", "core", "marts") and a.automation == "eager"
                                and not a.cut)
            if not asset:
                return
            at = day + datetime.timedelta(minutes=draw.randrange(-20, 40))
            until = at + datetime.timedelta(minutes=draw.randrange(20, 600))
            if until > self.ago(hours=8):
                return
            self.diary.add(at, broken(asset.key, draw.choice(words.ERRORS)))
            self.diary.add(until, {"mend": asset.key})
            self.diary.add(until + datetime.timedelta(minutes=2),
                           {"request": asset.key, "by": draw.choice(words.PEOPLE), "reason": "fixed, once more"})
        asset = self.choose(lambda a: a.checks and not a.cut)
        if asset and draw.random() < 0.5:
            check = f"{asset.key}:{asset.checks[0][0]}"
            self.diary.add(day, {"break": check, "text": words.CHECK_FAILURES[asset.checks[0][0]]})
            self.diary.add(day + datetime.timedelta(hours=draw.randrange(20, 50)), {"mend": check})

        asset = self.choose(lambda a: a.layer in ("core", "marts") and a.automation == "eager" and not a.cut)
        if asset and draw.random() < 0.6:
            at = day + datetime.timedelta(hours=draw.randrange(1, 8))
            who = draw.choice(words.PEOPLE)
            self.diary.add(at, {"request": asset.key, "by": who, "reason": "with the new filter"},
                           {"cancel": asset.key, "by": who})

    def paused(self):
        for days, reason in ((9, "the vendor changes its API, see DATA-2210"), (3, "migration of the warehouse"),
                             (1, "too expensive until the rewrite")):
            asset = self.choose(lambda a: a.layer in ("core", "marts") and a.automation == "eager" and not a.cut
                                and 1 <= self.below.get(a.key, 0) <= 25)
            if asset:
                self.diary.add(self.ago(days=days, hours=2), {"pause": asset.key, "by": self.draw.choice(words.PEOPLE),
                                                              "reason": reason})

    def backfills(self):
        plans = ((self.ago(days=6), 90, "rounding of amounts was wrong", None),
                 (self.ago(days=1, hours=3), 600, "new column discount_code", "pause_backfill"),
                 (self.ago(minutes=45), 690, "currency rates were corrected", None))
        for number, (at, days, reason, then) in enumerate(plans):
            # What is not made anew leaves all below it stale.
            asset = self.choose(lambda a: a.cut == "daily" and a.layer in ("raw", "staging")
                                and self.below.get(a.key, 0) <= 40)
            if not asset:
                return
            day = at.date()
            chosen = f"{day - datetime.timedelta(days=days)}...{day - datetime.timedelta(days=2)}"
            self.diary.add(at, {"backfill": f"{asset.key}+ and partitions:daily", "as": f"b{number}",
                                "partitions": [chosen], "per_run": 1, "concurrency": 2, "newest_first": True,
                                "by": self.draw.choice(words.PEOPLE), "reason": reason})
            if then:
                self.diary.add(at + datetime.timedelta(minutes=30),
                               {then: f"b{number}", "by": self.draw.choice(words.PEOPLE),
                                "reason": "it slows the morning down"})

    def late_source(self):
        asset = self.choose(lambda a: a.layer == "source" and a.freshness and a.pace in ("daily", "morning"))
        if asset:
            self.diary.add(self.ago(hours=31), {"break": asset.key})

    def open_failures(self):
        """What people look at: a few that failed, with many waiting below them, and a partition that could not be
        made in the last night."""
        asset = self.choose(lambda a: a.layer == "staging" and a.cut == "daily" and a.automation == "eager")
        if asset:
            self.diary.add(self.ago(hours=26), broken(asset.key, self.draw.choice(words.ERRORS)))
        hours = [5, 3, 1.5]
        for error, ago in zip(self.draw.sample(words.ERRORS, 3), hours):
            size = len(self.made.assets)
            # Next to its source: what lies between the two might not change by the delivery.
            asset = self.choose(lambda a: a.layer == "raw" and not a.cut and a.automation == "eager"
                                and min(15, size / 50) <= self.below.get(a.key, 0) <= size / 25
                                and self.below.get(a.deps[0].key, 0) <= size / 15)
            if not asset:
                continue
            self.diary.add(self.ago(hours=ago), broken(asset.key, error), {"deliver": asset.deps[0].key})


def write(path, made, now, days, seed):
    history = History(made, now, days, seed)
    lines = [f"name: {days} days of a company with {len(made.assets)} assets", f"start: \"{instant(history.start)}\"",
             "project: project", *standing_rules(seed), *history.write()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
