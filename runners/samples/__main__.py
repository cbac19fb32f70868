"""`python -m runners.samples census|outcomes|digits`: makes the sample data from the command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from runners.contract.mistakes import shown
from runners.samples.census import YEARS, arrive, census
from runners.samples.digits import digits

FAILED = 1


def main(arguments: Sequence[str]) -> int:
    """Make what the arguments ask for and say what was made; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        told = _make(options)
    except (FileNotFoundError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    sys.stdout.write(f"{told}\n")
    return 0


def _make(options: argparse.Namespace) -> str:
    path: Path = options.path
    if options.sample == "digits":
        return f"{path}: {digits(path, seed=options.seed):,} pictures, with the exports of simulated annotators"
    years = _years(options.years)
    if options.sample == "outcomes":
        return f"{path}: {arrive(path, years):,} outcomes arrived"
    added = census(path, years, not options.without_outcomes, rows=options.rows)
    return f"{path}: {added:,} rows added"


def _years(text: str) -> list[int]:
    """Read `2015`, `2015,2017` or `2015-2017`.

    Raises:
        ValueError: it is none of these.
    """
    years: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            years += range(int(first), int(last or first) + 1)
        except ValueError:
            raise ValueError(f"{shown(text)} names no years: write 2015, 2015,2017 or 2015-2017") from None
    return years


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runners.samples", description=__doc__)
    samples = parser.add_subparsers(dest="sample", required=True)
    everything = f"{YEARS[0]}-{YEARS[-1]}"
    table = samples.add_parser("census", help="append years of census rows to a SQLite file")
    table.add_argument("path", type=Path)
    table.add_argument("--years", default=everything, help=f"such as 2015 or 2015-2016 (default: {everything})")
    table.add_argument("--without-outcomes", action="store_true", help="leave `employed` NULL")
    table.add_argument("--rows", type=int, help="only the first so many rows of each year")
    outcomes = samples.add_parser("outcomes", help="let the outcomes of rows without one arrive")
    outcomes.add_argument("path", type=Path)
    outcomes.add_argument("--years", default=everything)
    pictures = samples.add_parser("digits", help="write handwritten digits and simulated annotations to a folder")
    pictures.add_argument("path", type=Path)
    pictures.add_argument("--seed", type=int, default=7)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
