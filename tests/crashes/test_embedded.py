"""Killed anywhere, it converges on the embedded providers too: real daemons, real jobs and endpoints, real SIGKILLs.

An undisturbed life tells which points there are: before, amid and after each call of a verb that writes, each Git
command that writes and each start of a process. From these a spread is chosen evenly, and a few lives are killed at
some of them, one daemon after the other. Each must end as the undisturbed one did: the same versions, each job started
once, the same endpoint and report, no request lost, nothing left over, no process too many, and none at all when the
endpoint is deleted.
"""

import os
import re
import shlex
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crashes.embedded import Life
from tests.crashes.ending import differences
from tests.crashes.remains import ending, is_calm, left_files, processes
from tests.crashes.victim import AND

LIVES, KILLS = int(os.environ.get("CRASH_LIVES", "8")), 10
"""How many lives there are, and how many daemons are killed in each: with more of them, the spread is finer."""
PATIENCE = 30.0
_FIRST, _LEFT_OUT = re.compile(r" #1\b"), re.compile(r"\.(list|read|url)\b| for the lease\b|/lease\b")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timing,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("lives with kills"),
    pytest.mark.turns("lives with kills", "on the embedded engines"),
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are counted by /proc"),
]


class Undisturbed:
    """How a life ended in which no daemon was killed, what it left running, and the points that it came to."""

    def __init__(self, life: Life) -> None:
        flaw = life.live((), lambda: is_calm(life))
        assert not flaw, flaw
        self.ending = ending(life)
        life.stop()
        self.processes = processes(life)
        self.points = candidates(life.points.read_text().splitlines())

    def chosen(self, number: int) -> list[str]:
        """Return the points at which the daemons of one life are killed."""
        return spread(self.points, number, LIVES, KILLS)


def spread(points: Sequence[str], number: int, lives: int, kills: int) -> list[str]:
    """Return the points at which the daemons of one of some lives are killed, far apart from each other."""
    count = lives * kills
    chosen = [points[(2 * n + 1) * len(points) // (2 * count)] for n in range(count)]
    return chosen[number::lives]


def candidates(points: Sequence[str]) -> list[str]:
    """Return the points that change something and that every life comes to, in their order.

    What happens over and over counts when it comes first, and when the lease is renewed is a matter of time.
    """
    steps = (point for point in points if _FIRST.search(point) and not _LEFT_OUT.search(point))
    return list(dict.fromkeys(steps))


@contextmanager
def begun(folder: Path) -> Iterator[Life]:
    """Begin a life; when it is over, delete its endpoint, and see that no process is left."""
    life = Life(folder)
    try:
        yield life
    finally:
        life.clear()
        left = left_of(life)
    assert not left, f"they outlive all that was asked for: {left}"


def left_of(life: Life) -> Counter[str]:
    """Return the processes that don't end by themselves when nothing is asked for any more."""
    end = time.monotonic() + PATIENCE
    while (left := processes(life)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Return a life without a crash."""
    with begun(tmp_path_factory.mktemp("undisturbed")) as life:
        return Undisturbed(life)


def test_the_life_that_is_broken_off_is_a_whole_one(undisturbed: Undisturbed) -> None:
    """A sweep over a life that stops early, or that leaves steps out, would prove nothing."""
    assert undisturbed.processes == {"caddy run --config": 2, "python -m runners.serve": 1}
    jobs = {fact: told for fact, told in undisturbed.ending.items() if fact.startswith("job ")}
    assert [told["starts"] for _, told in jobs.values()] == [1] * 5
    assert undisturbed.ending["report"][0] == undisturbed.ending["logged requests"]
    steps = {point.split()[1] for point in undisturbed.points}
    assert {"data.open", "data.commit", "data.merge", "pool.submit", "serving.start", "serving.route"} <= steps
    assert {"forge.propose", "forge.merge", "forge.close", "pool.settle", "serving.settle", "git", "spawn"} <= steps


@pytest.mark.sweep
@pytest.mark.parametrize("number", range(LIVES))
def test_killed_at_a_spread_of_points_it_ends_the_same(
    number: int, undisturbed: Undisturbed, tmp_path: Path, killed_at: str | None
) -> None:
    if killed_at and number:
        pytest.skip("one life is enough for the points that are told")
    ends = killed_at.split(AND) if killed_at else undisturbed.chosen(number)
    with begun(tmp_path) as life:
        told = aftermath(life, ends, undisturbed)
    again = f"pytest {__name__.replace('.', '/')}.py --killed-at {shlex.quote(AND.join(ends))}"
    assert not told, "\n".join([*(f"killed {end}" for end in ends), *(f"    {line}" for line in told), again])


def aftermath(life: Life, ends: Sequence[str], undisturbed: Undisturbed) -> list[str]:
    """Live a life whose daemons are killed; tell what ends otherwise."""
    flaw = life.live(ends, lambda: is_calm(life) and not differences(undisturbed.ending, ending(life)))
    told = differences(undisturbed.ending, ending(life))
    life.stop()
    if (left := processes(life)) != undisturbed.processes:
        told.append(f"processes: {left}, not {undisturbed.processes}")
    told += [f"left: {path}" for path in left_files(life)]
    return [*([flaw] if flaw else []), *told]
