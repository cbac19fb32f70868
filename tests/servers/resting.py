"""The pytest plugin that ends a heavy server when the last test of its group has run: idle, it works a fifth of a core.

Where tests are divided by groups (`make test`), all that need a heavy server run on one worker, one after the other. A
session's fixture would keep it until that worker's last test. Elsewhere servers last as long as their session.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import pytest


class Server(Protocol):
    """What runs until it is ended, and may be started again."""

    def start(self) -> object: ...

    def stop(self) -> None: ...


Heavy = TypeVar("Heavy", bound=Server)


@dataclass(eq=False, slots=True)
class Kept:
    """A server of this process, the first word of the groups that need it, and whether it was ended meanwhile."""

    server: Server
    group: str
    rests: bool = False


_kept: list[Kept] = []
"""In the order of their start."""


@contextmanager
def awake(group: str, server: Heavy) -> Iterator[Heavy]:
    """Start a server that runs while tests of its group do; end it.

    Args:
        group: the first word of the group's name: `cluster` or `ray`.
        server: what is started.
    """
    server.start()
    _kept.append(kept := Kept(server, group))
    try:
        yield server
    finally:
        _kept.remove(kept)
        server.stop()


def first_words(item: pytest.Item | None) -> set[str]:
    """Return the first words of the groups that a test is in."""
    marks = item.iter_markers("xdist_group") if item else ()
    return {str(mark.args[0]).split()[0] for mark in marks if mark.args}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start again what rests and is needed now: another group of this worker has the same server."""
    for kept in _kept:
        if kept.rests and kept.group in first_words(item):
            kept.server.start()
            kept.rests = False


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End what the next test of this worker doesn't need."""
    if not getattr(item.config.option, "loadgroup", False):
        return
    done = first_words(item) - first_words(nextitem)
    for kept in reversed(_kept):
        if kept.group in done:
            kept.server.stop()
            kept.rests = True
