"""`python -m tests.bench`: prints the figures, writes `.bench/results.json`. QUICK=1 takes a small part of each."""

import os
import sys
from pathlib import Path

from tests.bench import composing, looping, pushing, starting, writing
from tests.bench.figure import Figure, save, show

SUITES = (composing, looping, pushing, starting, writing)


def main() -> int:
    """Measure everything; a missed target is told and is no failure."""
    quick, figures = bool(os.environ.get("QUICK")), list[Figure]()
    for suite in SUITES:
        if sys.argv[1:] and suite.__name__.rsplit(".", 1)[-1] not in sys.argv[1:]:
            continue
        for figure in suite.measure(quick):
            show([figure])
            figures.append(figure)
    save(figures, Path(".bench/results.json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
