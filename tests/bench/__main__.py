"""`python -m tests.bench`: prints the figures, writes `.bench/results.json`.

QUICK=1 takes a small part of each; SERVERS=1 measures what real engines cost instead.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.bench import composing, looping, pushing, several, starting, suite, writing
from tests.bench.figure import Figure, save, show

SUITES = (composing, looping, pushing, several, starting, writing, suite)
ON_SERVERS = ("lakefs", "kserve", "ray", "cluster", "gitea", "releasing")
"""Suites that need real engines, which are imported only for them."""


def main() -> int:
    """Measure everything; a missed target is told and is no failure."""
    quick, figures = bool(os.environ.get("QUICK")), list[Figure]()
    for measured in (*map(_on_server, ON_SERVERS),) if os.environ.get("SERVERS") else SUITES:
        if sys.argv[1:] and measured.__name__.rsplit(".", 1)[-1] not in sys.argv[1:]:
            continue
        for figure in measured.measure(quick):
            show([figure])
            figures.append(figure)
    save(figures, Path(".bench/results.json"))
    return 0


def _on_server(name: str) -> ModuleType:
    return import_module(f"tests.bench.{name}")


if __name__ == "__main__":
    sys.exit(main())
