"""The pytest plugin of estimates: what a share of the suite would take, by the times that `durations.md` keeps.

By them the tests of a run are ordered, too: what takes long begins first, so that no worker is left alone with it at
the end. `make shares` tells what each share would take.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.shares import COLLECTED, SHARES, Share, left_out
from tests.times import OTHERS, TABLE, Taken, entry, known_tests, without_parameters

LONG = 5.0
"""Seconds: what takes less begins in the order in which it was collected, the slow before the quick."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a share would take, by its groups; a test without a group is one of its own."""

    share: Share
    groups: Mapping[str, Taken]

    @property
    def work(self) -> float:
        """Return the seconds of work."""
        return sum(group.cpu for group in self.groups.values())

    @property
    def wall(self) -> float:
        """Return the seconds by the clock, of all groups one after the other."""
        return sum(group.wall for group in self.groups.values())

    @property
    def longest(self) -> tuple[str, float]:
        """Return the group that takes longest by the clock, and how long."""
        name, taken = max(self.groups.items(), key=lambda pair: pair[1].wall)
        return name, taken.wall

    def __str__(self) -> str:
        name, wall = self.longest
        return (
            f"share {self.share} is {self.work:,.0f} s of work, {self.wall:,.0f} s of tests in {len(self.groups):,} "
            f"groups; the longest is {name}, {wall:,.0f} s"
        )


def estimate(items: Sequence[pytest.Item], known: Mapping[str, Taken], share: Share) -> Estimate:
    """Return what a share of some tests would take.

    Args:
        items: all of them.
        known: what a test took, by its name without parameters; `OTHERS` is what one took that isn't named.
        share: the share.
    """
    left = left_out(items, share, {})
    return Estimate(share, grouped([item for item in items if item not in left], known))


def grouped(items: Sequence[pytest.Item], known: Mapping[str, Taken]) -> dict[str, Taken]:
    """Return what the groups of some tests would take."""
    groups: defaultdict[str, Taken] = defaultdict(Taken)
    for item in items:
        taken = known.get(entry(item.nodeid, group(item)), known[OTHERS])
        groups[unit(item)].add(taken.wall, taken.cpu, 1)
    return groups


def group(item: pytest.Item) -> str:
    """Return the group of a test, as workers write it behind its node id; empty if it has none."""
    return "_".join(sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group") if mark.args}))


def unit(item: pytest.Item) -> str:
    """Return what runs on one worker in one go: a test's group, or the test, whose parameters may part."""
    return group(item) or without_parameters(item.nodeid)


def rank(item: pytest.Item, groups: Mapping[str, Taken]) -> tuple[float, bool]:
    """Return when a test should begin: with the group that takes longest, then what is slow, then the rest."""
    wall = groups[unit(item)].wall
    is_quick = item.get_closest_marker("slow") is None and item.get_closest_marker("servers") is None
    return (-wall if wall >= LONG else 0.0), is_quick


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the estimates be told."""
    parser.addoption("--estimates", action="store_true", help="tell what each share would take; with --collect-only")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest groups begin first, where tests are divided by groups."""
    if getattr(config.option, "loadgroup", False):
        groups = grouped(items, known_tests(TABLE))
        items.sort(key=lambda item: rank(item, groups))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what each share would take."""
    if config.option.estimates:
        for told in estimates(config):
            terminalreporter.line(str(told))


def estimates(config: pytest.Config) -> list[Estimate]:
    """Return what each share of the collected tests would take."""
    known = known_tests(TABLE)
    return [estimate(config.stash[COLLECTED], known, Share(number, SHARES)) for number in range(1, SHARES + 1)]
