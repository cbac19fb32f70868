"""`python -m tests.bench`: prints the figures, writes `.bench/results.json`.

QUICK=1 takes a small part of each; SERVERS=1 measures what real engines cost instead.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.figure import Figure, save, show

SUITES = (
    "composing",
    "looping",
    "pushing",
    "several",
    "starting",
    "writing",
    "labelling",
    "profiling",
    "growing",
    "scoring",
    "watching",
    "serving",
    "alerting",
    "paging",
    "suite",
)
ON_SERVERS = ("lakefs", "kserve", "ray", "cluster", "gitea", "releasing", "campaigns", "streaming")
"""Suites that need real engines."""


def main() -> int:
    """Measure everything; a missed target is told and is no failure."""
    quick, figures = bool(os.environ.get("QUICK")), list[Figure]()
    for name in ON_SERVERS if os.environ.get("SERVERS") else SUITES:
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        for figure in import_module(f"tests.bench.{name}").measure(quick):
            show([figure])
            figures.append(figure)
    save(figures, Path(".bench/results.json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
