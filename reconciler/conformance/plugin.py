"""The pytest plugin of the suites: which of them run, and on what. Only `-p` loads it, so no other tests notice."""

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
SUITES = ("data", "pool", "serving", "forge", "labelling", "runner")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let an author say what the suites run on."""
    parser.getgroup("setpoint").addoption(
        "--bench",
        action="append",
        default=[],
        metavar="SUITE=MODULE:FACTORY",
        help=f"what a suite runs on, made with a folder of its own; suites: {', '.join(SUITES)}; may be given again",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of the suites, and read what they run on.

    Raises:
        pytest.UsageError: a bench isn't one, or can't be imported.
    """
    config.addinivalue_line("markers", "sweep: one of many tries of the same")
    for suite, bench in benches_of(config.getoption("--bench")).items():
        try:
            bench.load()
        except (ImportError, AttributeError) as error:
            raise pytest.UsageError(f"--bench {suite}={bench.value} can't be imported: {error}") from error


def benches_of(told: list[str]) -> Mapping[str, EntryPoint]:
    """Read what the suites run on.

    Raises:
        pytest.UsageError: it isn't said as it should be.
    """
    found = {}
    for text in told:
        suite, is_named, place = text.partition("=")
        if suite not in SUITES or not is_named or ":" not in place:
            raise pytest.UsageError(f"--bench {text}: say SUITE=module:factory with one of {', '.join(SUITES)}")
        found[suite] = EntryPoint(suite, place, "bench")
    return found


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the suites that nothing was given for."""
    if collection_path.parent != _HERE or collection_path.suffix != ".py":
        return None
    suite = collection_path.stem.removeprefix("test_")
    return True if suite in SUITES and suite not in benches_of(config.getoption("--bench")) else None


@pytest.fixture(scope="module")
def make_bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """Return what makes a bench of the suite that is running, each in a folder of its own."""
    suite = request.path.stem.removeprefix("test_")
    bench = benches_of(request.config.getoption("--bench"))[suite].load()
    return lambda: bench(tmp_path_factory.mktemp(suite))
