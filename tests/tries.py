"""The pytest plugin of second tries: `--tries 2` tries a test of real processes once more where it fails.

Five workers with real servers share two cores: of some thousand such tests one or two a run meet a moment in which the
machine stands still. A fault of ours fails twice. What needed a second try is told as `RERUN` with what failed, and
counted in the closing line; `make deep` and `make flaky` have none. What is neither `slow` nor `timing` never has one.
"""

from collections.abc import Sequence

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests of real processes be tried more than once."""
    parser.addoption("--tries", metavar="N", type=int, default=1, help="how often a slow or timed test may be tried")


def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Mark the tests that may be tried again."""
    again = config.getoption("--tries") - 1
    for item in items if again > 0 else ():
        if item.get_closest_marker("slow") or item.get_closest_marker("timing"):
            item.add_marker(pytest.mark.flaky(reruns=again))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what needed another try, and what failed in the one before."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"RERUN {report.nodeid}", sep="_")
        terminalreporter.write_line(str(report.longreprtext))
