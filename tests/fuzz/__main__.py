"""`python -m tests.fuzz --inputs 100000 [--first N] [--only SURFACE]`: exits with 1 when an input failed."""

import argparse
import sys

from tests.fuzz.campaign import SHARES, run


def main() -> int:
    """Run a campaign and print its figures, and of each surface the first failures."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--only", default="", choices=["", *SHARES])
    told = parser.parse_args()
    tallies = run(told.inputs, told.first, told.only)
    for tally in tallies:
        figures = f"{tally.inputs:>7} inputs {tally.seconds:>7.1f} s, slowest {tally.slowest:.2f} s"
        print(f"{tally.surface:<10} {figures}, {len(tally.failures)} failed")
    for tally in tallies:
        for number, why in list(tally.failures.items())[:3]:
            print(f"\n{tally.surface}: --only {tally.surface} --first {number} --inputs 1\n{why}")
    return any(tally.failures for tally in tallies)


if __name__ == "__main__":
    sys.exit(main())
