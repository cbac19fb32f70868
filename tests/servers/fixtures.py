"""The pytest plugin of the servers: any test that asks for one of these fixtures gets a real server.

A server is started once for all tests of a worker. A test that breaks its server asks for the `own_` one. Tests that
ask for a server are marked `servers`, and are skipped where it isn't built; when one fails, its report has what the
servers logged meanwhile.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers.lakefs import LakeFS

SERVERS = {
    "lakefs": ("lakefs",),
    "own_lakefs": ("lakefs",),
}
"""Each fixture, and which servers must be built for it."""

_log_sizes = pytest.StashKey[dict[Path, int]]()


@pytest.fixture(scope="session")
def lakefs(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[LakeFS]":
    """Return a running lakeFS that other tests use too: make repositories and users of your own names in it."""
    from tests.servers.lakefs import LakeFS

    server = LakeFS(tmp_path_factory.mktemp("lakefs")).start()
    yield server
    server.stop()


@pytest.fixture
def own_lakefs(tmp_path: Path) -> "Iterator[LakeFS]":
    """Return a running lakeFS that no other test uses: stop it, pause it, delete its folder."""
    from tests.servers.lakefs import LakeFS

    server = LakeFS(tmp_path / "lakefs").start()
    yield server
    server.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server."""
    for item in items:
        if _needed(item):
            item.add_marker(pytest.mark.servers)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what can't run here, and note how long the logs are before the test."""
    from tests.servers.process import RUNNING

    if item.get_closest_marker("servers") is None:
        return
    if missing := _missing(_needed(item)):
        pytest.skip(f"not built: {', '.join(missing)}; run `make servers`")
    item.stash[_log_sizes] = {process.log: process.log.stat().st_size for process in RUNNING.values()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the servers logged to the report of a failed test."""
    report = yield
    if report.failed and item.get_closest_marker("servers"):
        from tests.servers.process import RUNNING

        sizes = item.stash.get(_log_sizes, {})
        for process in RUNNING.values():
            if text := process.tail(beyond=sizes.get(process.log, 0)):
                report.sections.append((f"log of {process.name}", text))
    return report


def _needed(item: pytest.Item) -> set[str]:
    """Return the servers that a test can't do without: by its fixtures, or as `pytest.mark.servers("lakefs")` says."""
    names: tuple[str, ...] = getattr(item, "fixturenames", ())
    marked = {str(name) for mark in item.iter_markers("servers") for name in mark.args}
    return {server for name in names for server in SERVERS.get(name, ())} | marked


def _missing(servers: set[str]) -> list[str]:
    from tests.servers.building import is_built
    from tests.servers.recipes import RECIPES

    return sorted(name for name in servers if not is_built(RECIPES[name]))
