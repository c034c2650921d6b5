"""The company as data: its assets, and what each is made from.  The same seed always gives the same."""
import dataclasses
import random

import words

LAYERS = ("source", "raw", "staging", "core", "marts", "reports")
SHARES = {"source": 0.14, "raw": 0.20, "staging": 0.24, "core": 0.16, "marts": 0.16, "reports": 0.10}
# Layers of a layer: an asset of one is made from those of the one before, for most of its inputs.
STEPS = {"source": 1, "raw": 1, "staging": 2, "core": 4, "marts": 4, "reports": 2}
HUBS = ("dim_customers", "dim_dates", "fct_orders")  # that everybody uses
REGIONS = ("apac", "eu", "us")
# How often something is made anew, most often first.
PACES = ("hourly", "six_hourly", "daily", "morning", "workdays", "weekly", "never")
DAILY = PACES[:4]


@dataclasses.dataclass
class Asset:
    key: str
    layer: str
    level: int
    team: str
    entity: str
    vendor: str
    deps: list = dataclasses.field(default_factory=list)  # other assets
    cut: str = ""          # daily, hourly, multi, static
    pace: str = "never"    # of a source that of its deliveries
    kinds: tuple = ()
    tags: dict = dataclasses.field(default_factory=dict)
    columns: list = dataclasses.field(default_factory=list)  # (name, type, [(dep, column)])
    checks: list = dataclasses.field(default_factory=list)   # (name, severity, description, blocking)
    automation: str = ""
    freshness: dict = dataclasses.field(default_factory=dict)
    mappings: dict = dataclasses.field(default_factory=dict)  # dep's key: mapping
    is_file: bool = False


class Company:
    def __init__(self, size, seed):
        self.draw = random.Random(f"company {seed}")
        self.assets = []
        self.names = set()
        self.by_level = {}
        for layer in LAYERS:
            self._make_layer(layer, max(2 * STEPS[layer], round(size * SHARES[layer])))
        for asset in self.assets:
            self._finish(asset)
        self._choose_sinks()

    def descendants(self):
        """Key: how many assets are made from it, at whatever distance; a set of each would be large."""
        below = {asset.key: set() for asset in self.assets} if len(self.assets) <= 10_000 else None
        if below is None:
            return {}
        for asset in reversed(self.assets):
            for dep in asset.deps:
                below[dep.key] |= below[asset.key] | {asset.key}
        return {key: len(keys) for key, keys in below.items()}

    def _make_layer(self, layer, count):
        teams = list(words.TEAMS)
        for level in range(STEPS[layer]):
            # Fewer on each step up.
            share = (STEPS[layer] - level) * 2 / (STEPS[layer] * (STEPS[layer] + 1))
            made = []
            for number in range(max(1, round(count * share))):
                team = teams[number % len(teams)] if self.draw.random() < 0.6 else self.draw.choice(teams)
                is_hub = (layer, level) == ("core", 0) and number < len(HUBS)
                made.append(self._make(layer, level, "platform" if is_hub else team, HUBS[number] if is_hub else ""))
            self.by_level[layer, level] = made
            self.assets += made

    def _make(self, layer, level, team, hub=""):
        draw = self.draw
        entity = draw.choice(words.TEAMS[team][1])
        asset = Asset("", layer, level, team, entity, draw.choice(words.VENDORS))
        self._choose_inputs(asset)
        if hub:
            base = hub
            asset.entity = hub.split("_", 1)[1]
            asset.cut, asset.mappings = "", {}
            whole = [other for other in self.by_level["staging", 0] if not other.cut]
            asset.deps = draw.sample(whole, min(4, len(whole)))
        elif layer in ("source", "raw"):
            base = f"{asset.vendor}_{asset.entity}"
        else:
            base = draw.choice(words.SHAPES[layer]).format(e=asset.entity)
        asset.key = self._unused(f"{layer}/{team}/{base}")
        asset.kinds = draw.choice(words.KINDS["file" if asset.is_file else layer])
        return asset

    def _unused(self, key):
        tries = [key] + [f"{key}_{place}" for place in self.draw.sample(words.PLACES[1:], 5)]
        number = 2
        for name in tries:
            if name not in self.names:
                break
        else:
            while (name := f"{tries[1]}_{number}") in self.names:
                number += 1
        self.names.add(name)
        return name

    def _choose_inputs(self, asset):
        draw = self.draw
        if asset.layer == "source":
            asset.pace = draw.choices(("daily", "morning", "workdays", "weekly", "six_hourly"),
                                         (42, 5, 18, 34.6, 0.4))[0]
            asset.is_file = draw.random() < 0.15
            if draw.random() < 0.02:
                asset.cut = "static"
            return
        if asset.layer == "raw":
            if draw.random() < 0.31:  # pulls by itself, window by window
                asset.cut = draw.choices(("daily", "hourly", "multi"), (68, 4, 20))[0]
                asset.pace = "hourly" if asset.cut == "hourly" else "daily"
                return
            self._take(asset, self._pick("source", 0, asset.team))
            asset.cut = asset.deps[0].cut
            return
        wanted = {"staging": draw.choices((1, 2, 3), (70, 24, 6)),
                  "core": draw.choices((2, 3, 4, 5), (36, 36, 20, 8)),
                  "marts": draw.choices((1, 2, 3, 4, 6), (16, 32, 28, 18, 6)),
                  "reports": draw.choices((1, 2, 3, 5, 9), (26, 36, 24, 10, 4))}[asset.layer][0]
        below = self._level_below(asset)
        first = self._pick(*below, asset.team)
        asset.entity = first.entity
        self._take(asset, first)
        # What is cut stays so for a while, with inputs that are cut alike; what is cut by hours up to the reports,
        # for else all that is made from it would be made each hour.
        if first.cut == "hourly" and asset.layer != "reports":
            asset.cut = "hourly"
        elif first.cut and draw.random() < {"staging": 0.92, "core": 0.35}.get(asset.layer, 0.08):
            asset.cut = first.cut
        for _ in range(8 * wanted):
            if len(asset.deps) >= wanted:
                break
            other = self._pick(*self._any_below(asset, below), asset.team)
            if other.cut == asset.cut or not asset.cut and other.cut != "hourly":
                self._take(asset, other)
        for dep in asset.deps:
            if dep.cut and not asset.cut and draw.random() < 0.6:
                asset.mappings[dep.key] = "last"

    @staticmethod
    def _take(asset, dep):
        if dep not in asset.deps:
            asset.deps.append(dep)

    def _level_below(self, asset):
        if asset.level:
            return asset.layer, asset.level - 1
        before = LAYERS[LAYERS.index(asset.layer) - 1]
        # The last steps of a layer are few: most of the next one begins further down.
        return before, self.draw.choices(range(STEPS[before]), range(1, STEPS[before] + 1))[0]

    def _any_below(self, asset, below):
        if self.draw.random() < 0.35:
            return below
        lower = LAYERS[max(1, LAYERS.index(asset.layer) - self.draw.choices((1, 2), (85, 15))[0])]
        return lower, self.draw.randrange(STEPS[lower])

    def _pick(self, layer, level, team):
        """Mostly of the own team; the first of a level are used most."""
        choices = self.by_level[layer, level]
        if layer == "core" and self.draw.random() < 0.2:
            return self.draw.choice(self.by_level["core", 0][:len(HUBS)])
        if layer not in ("source", "raw") and self.draw.random() < 0.15:
            return choices[int(len(choices) * self.draw.random() ** 2)]
        for _ in range(6):
            found = choices[int(len(choices) * self.draw.random() ** 1.2)]
            if found.team == team:
                break
        return found

    def _finish(self, asset):
        draw = self.draw
        self._declare_columns(asset)
        if draw.random() < 0.06:
            asset.tags["critical"] = ""
        if any(name in words.PII_COLUMNS for name, _, _ in asset.columns) and draw.random() < 0.5:
            asset.tags["pii"] = ""
        if asset.layer != "source":
            asset.tags["tier"] = draw.choices(("gold", "silver", "bronze"), (15, 35, 50))[0]
        else:
            asset.tags["cadence"] = asset.pace
        if asset.layer != "source" and draw.random() < (0.1 if asset.cut else 0.24):
            for name, severity, text in draw.sample(words.CHECKS, draw.choices((1, 2, 3), (60, 30, 10))[0]):
                asset.checks.append((name, severity, text, severity == "error" and draw.random() < 0.3))
        self._choose_automation(asset)
        self._choose_freshness(asset)

    def _declare_columns(self, asset):
        draw = self.draw
        if draw.random() > 0.6:
            return
        names = [words.COLUMNS[0]] + sorted(draw.sample(words.COLUMNS[1:], draw.randint(3, 11)))
        has_lineage = draw.random() < 0.6
        for name, kind in names:
            origins = []
            for dep in asset.deps if has_lineage else ():
                if any(other == name for other, _, _ in dep.columns) and (not origins or draw.random() < 0.3):
                    origins.append((dep, name))
            asset.columns.append((name, kind, origins))

    def _choose_automation(self, asset):
        draw = self.draw
        if asset.layer == "source":
            return
        if asset.layer == "raw" and not asset.deps:
            asset.automation = "on_missing"
            return
        asset.pace = min((dep.pace for dep in asset.deps), key=PACES.index)
        # By a schedule once a day, where inputs come each day.
        share = {"core": 0.1, "marts": 0.55, "reports": 0.8}.get(asset.layer, 0)
        choice = draw.random()
        if not asset.cut and draw.random() < share and all(dep.pace in DAILY for dep in asset.deps):
            cron = draw.choice(('"0 6 * * *"', '"30 7 * * *", "Europe/Vienna"', '"15 5 * * *"'))
            asset.automation = f"on_cron({cron})"
            if asset.layer != "reports" or draw.random() < 0.8:  # whatever has come by then
                asset.automation += f".without(all_deps_updated_since_cron({cron}))"
            asset.pace = "daily"
        elif choice < 0.05:
            asset.automation = "eager & ~execution_failed"
        elif choice < 0.08:
            asset.automation = "eager.without(any_deps_missing)"
        else:
            asset.automation = "eager"

    def _choose_sinks(self):
        """Some that nothing is made from are made by hand, or only for their deadline: whatever is not made as soon
        as it could be leaves all below it stale."""
        used = {dep.key for asset in self.assets for dep in asset.deps}
        for asset in self.assets:
            if asset.layer in ("source", "raw") or asset.key in used or asset.cut:
                continue
            choice = self.draw.random()
            if choice < 0.07:
                asset.automation, asset.freshness = "", {}
            elif choice < 0.09 and asset.pace in DAILY:
                asset.automation = "lazy"
                asset.freshness = {"deadline": "30 8 * * *", "timezone": "Europe/Vienna", "warn": "1h"}

    def feeding_lazy(self):
        """Keys of all that something lazy is made from."""
        keys = set()
        for asset in reversed(self.assets):
            if asset.automation == "lazy" or asset.key in keys:
                keys.update(dep.key for dep in asset.deps)
        return keys

    def _choose_freshness(self, asset):
        draw = self.draw
        if asset.cut in ("static", "multi", "hourly") or asset.pace not in DAILY:
            return
        if asset.automation.startswith("on_cron") and "without" not in asset.automation:
            return  # it waits for inputs that may turn out not to have changed
        if asset.layer == "source" and draw.random() < 0.35:
            asset.freshness = {"within": "26h", "warn": "25h"}
        elif asset.layer == "reports" and draw.random() < 0.3:
            asset.freshness = {"deadline": draw.choice(("0 8 * * *", "30 8 * * *", "0 9 * * *")),
                               "timezone": "Europe/Vienna", "warn": "1h"}
        elif asset.layer in ("core", "marts") and draw.random() < 0.06:
            asset.freshness = {"within": "36h", "warn": "30h"}
