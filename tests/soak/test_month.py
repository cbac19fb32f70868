"""A month with two hundred resources: flat memory, a status branch of a bounded size, and the right end."""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reconciler.gitstore.history import LOOK
from tests.house.yardstick import ROOT
from tests.soak.month import DAYS, Evening
from tests.soak.repository import KEEP, RESOURCES, specs

WARM = 10
"""The day from which on nothing grows any more."""
GROWTH_MIB = 3.0
"""What allocators and caches may still take from the tenth day to the thirtieth."""
LARGEST_KIB = 4096
"""What the status branch may take on the disk, packed, with its history."""


@dataclass(frozen=True)
class Told:
    """What the month told: each evening, the end, and the repository that it left."""

    evenings: list[Evening]
    end: dict[str, Any]
    repository: Path

    def git(self, *arguments: str) -> str:
        line = ["git", "-C", str(self.repository), *arguments]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("soak")
    line = [sys.executable, "-m", "tests.soak", str(folder)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    *evenings, end = map(json.loads, done.stdout.splitlines())
    return Told([Evening(**evening) for evening in evenings], end, folder / "soak.git")


pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("soak")]


def test_the_month_is_a_busy_one(month: Told) -> None:
    """A soak in which little happens would prove little."""
    assert RESOURCES == 200
    assert len(specs()) == RESOURCES + 1
    assert [evening.day for evening in month.evenings] == list(range(1, DAYS + 1))
    calls = month.end["calls"]
    assert month.end["faults"] > 100
    assert calls["pool.submit"] > 3000
    assert calls["data.drop"] > 1000
    assert calls["serving.start"] > 200
    merges = month.git("rev-list", "--count", "--grep", "^Merge ", "main")
    assert int(merges) > 100


def test_it_ends_as_the_last_commit_describes(month: Told) -> None:
    assert month.end["astray"] == []


def test_memory_is_flat(month: Told) -> None:
    warm = month.evenings[WARM - 1].rss_mib
    later = [evening.rss_mib for evening in month.evenings[WARM:]]
    assert max(later) - warm < GROWTH_MIB, [round(evening.rss_mib, 1) for evening in month.evenings]


def test_the_tree_of_the_status_branch_is_bounded(month: Told) -> None:
    """A status for each resource, the newest reports, what operators ask for, the pass and the page."""
    most = max(evening.files for evening in month.evenings)
    assert most <= RESOURCES + 32 * 4 * 2 + 20, most


def test_the_history_of_the_status_branch_is_bounded(month: Told) -> None:
    """It is looked at now and then, and cut when it has come to twice what is kept."""
    told = [evening.commits for evening in month.evenings]
    assert max(told) < 2 * KEEP + 2 * LOOK, told
    assert any(later < earlier for earlier, later in pairwise(told)), "it was never cut"


def test_the_size_of_the_status_branch_is_bounded(month: Told) -> None:
    told = [evening.kib for evening in month.evenings if evening.kib]
    assert len(told) == 6
    assert max(told) < LARGEST_KIB, told
