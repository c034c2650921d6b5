"""Writes a company to look at: a Freshet project, and a scenario that is its history.

  generate.py FOLDER [--assets N] [--days N] [--now TIME] [--seed N]

FOLDER/project can be served, and `freshet simulate FOLDER/history.yaml --state STATE` makes what happened there in
the last N days.  The same arguments always write the same bytes.
"""
import argparse
import datetime
import pathlib

import company
import history
import project


def instant(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text}: want an instant with a zone, such as 2026-01-31T09:30:00Z")
    return at.astimezone(datetime.timezone.utc).replace(microsecond=0)


def between(first, last):
    def read(text):
        number = int(text)
        if not first <= number <= last:
            raise argparse.ArgumentTypeError(f"want {first} to {last}")
        return number
    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--assets", type=between(50, 100_000), default=5_000, metavar="N")
    parser.add_argument("--days", type=between(1, 60), default=30, metavar="N", help="of history; 30 by default")
    parser.add_argument("--now", type=instant, default=instant(f"{datetime.datetime.now(datetime.timezone.utc)}"),
                        metavar="TIME", help="when history ends; the present by default")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    wanted = parser.parse_args()
    made = company.Company(wanted.assets, wanted.seed)
    project.write(wanted.folder / "project", made, wanted.now, wanted.days)
    history.write(wanted.folder / "history.yaml", made, wanted.now, wanted.days, wanted.seed)
    edges = sum(len(asset.deps) for asset in made.assets)
    print(f"{len(made.assets)} assets, {edges} dependencies, {sum(1 for a in made.assets if a.cut)} with partitions")


if __name__ == "__main__":
    main()
