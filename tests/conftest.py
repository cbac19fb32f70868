"""Options of the whole suite."""

import gc
import os

import pytest
from hypothesis import settings

# As many workers as cores run beside each other: libraries that start threads of their own would wait for each other.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# Servers and the commands that Gitea starts for each push are written in Go, which collects garbage four times as
# seldom: a third less to start, and memory there is.
os.environ.setdefault("GOGC", "400")

# How long an example takes says more about the machine than about the code: the benches measure time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = [
    "tests.shares",
    "tests.servers.resting",
    "tests.servers.fixtures",
    "tests.servers.ray",
    "tests.times",
    "tests.estimates",
    "tests.tries",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the crash sweeps be narrowed to one point, and the random lives to one seed, as a failure names it."""
    parser.addoption("--killed-at", metavar="POINT", help="tests/crashes: kill at this point only")
    parser.addoption("--life", metavar="SEED", type=int, help="tests/lives: play the stories of this seed only")


LONGEST_NAME = 200
"""Characters of a value that stands in the name of a test."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its length: as a name it is copied so often that megabytes of it became a gigabyte."""
    is_long = isinstance(val, str | bytes) and len(val) > LONGEST_NAME
    return f"{argname} of {len(val)}" if is_long else None  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    """Let the collector pass over the tests themselves: it went through ten thousand of them over and over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
