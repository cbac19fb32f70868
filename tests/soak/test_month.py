"""A month with two hundred resources: flat memory, a status branch of a bounded size, and the right end.

`make deep` lives the month; a share of it is a week under other faults.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reconciler.status.branch_history import LOOK
from tests.house.yardstick import ROOT
from tests.shares import Hand
from tests.soak.month import DAYS, WEEK, Evening
from tests.soak.repository import CHAINS, MONITORS, RESOURCES, kept, specs

GROWTH_MIB = {DAYS: 3.0, WEEK: 12.0}
"""What allocators and caches may still take when a third of the time is over; a week is too short to fill them: it took
5.8 on a quiet machine, and 10.5 on a busy one."""
PICTURES = 3
"""Files of the status branch that a proposal may show."""
LARGEST_KIB = 4096
"""What the status branch may take on the disk, packed, with its history."""


@dataclass(frozen=True)
class Told:
    """What the month told: each evening, the end, and the repository that it left."""

    evenings: list[Evening]
    end: dict[str, Any]
    repository: Path

    @property
    def days(self) -> int:
        return len(self.evenings)

    def least(self, count: int) -> float:
        """Return what a span must have at least of what a month has; a short one has its quiet days."""
        return count * self.days / DAYS / (1 if self.days == DAYS else 2)

    def git(self, *arguments: str) -> str:
        line = ["git", "-C", str(self.repository), *arguments]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory, share: Hand) -> Told:
    folder = tmp_path_factory.mktemp("soak")
    days = DAYS if share.share.is_whole else WEEK
    line = [sys.executable, "-m", "tests.soak", str(folder), str(share.share.number), str(days)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    share.note("days of the soak", days, DAYS)
    assert done.returncode == 0, done.stderr[-3000:]
    *evenings, end = map(json.loads, done.stdout.splitlines())
    return Told([Evening(**evening) for evening in evenings], end, folder / "soak.git")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.timing,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("soak"),
    pytest.mark.turns("whole lives", "a month"),
]


def test_the_month_is_a_busy_one(month: Told) -> None:
    """A soak in which little happens would prove little."""
    assert RESOURCES == 200
    assert len(specs()) == RESOURCES + 1
    assert [evening.day for evening in month.evenings] == list(range(1, month.days + 1))
    calls = month.end["calls"]
    assert month.end["faults"] > month.least(100)
    assert calls["pool.submit"] > month.least(3000)
    assert calls["data.drop"] > month.least(1000)
    assert calls["serving.start"] > month.least(200)
    merges = month.git("rev-list", "--count", "--grep", "^Merge ", "main")
    assert int(merges) > month.least(100)


def test_it_ends_as_the_last_commit_describes(month: Told) -> None:
    assert month.end["astray"] == []


def test_memory_is_flat(month: Told) -> None:
    warm, *later = [evening.rss_mib for evening in month.evenings[month.days // 3 - 1 :]]
    assert max(later) - warm < GROWTH_MIB[month.days], [round(evening.rss_mib, 1) for evening in month.evenings]


def test_the_tree_of_the_status_branch_is_bounded(month: Told) -> None:
    """A status for each resource, the newest reports, a proposal's pictures, what operators ask for, pass and page."""
    most = max(evening.files for evening in month.evenings)
    assert most <= RESOURCES + MONITORS * 4 * 2 + CHAINS * PICTURES + 20, most


def test_the_history_of_the_status_branch_is_bounded(month: Told) -> None:
    """It is looked at now and then, and cut when it has come to twice what is kept."""
    told = [evening.commits for evening in month.evenings]
    assert max(told) < 2 * kept(month.days) + 2 * LOOK, told
    assert any(later < earlier for earlier, later in pairwise(told)), "it was never cut"


def test_the_size_of_the_status_branch_is_bounded(month: Told) -> None:
    told = [evening.kib for evening in month.evenings if evening.kib]
    assert len(told) >= month.days // 5
    assert max(told) < LARGEST_KIB, told
