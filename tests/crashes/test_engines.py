"""Killed anywhere, it converges on the real engines: lakeFS, Kubernetes with Kueue, and KServe.

As in `test_embedded`, an undisturbed life tells the points: before and after each call of a verb and each request that
changes something in a server, amid the Git commands that write. From these a spread is chosen, and another life's
daemons are killed there, one after the other. It must end as the undisturbed one did: the same branches, versions and
merges, each job made once, the same endpoint and report, no request lost.
"""

import os
import shlex
from pathlib import Path

import pytest

from tests.crashes.ending import differences
from tests.crashes.on_engines import begun, ending, is_calm
from tests.crashes.test_embedded import candidates, spread
from tests.crashes.victim import AND

LIVES, KILLS = int(os.environ.get("CRASH_LIVES", "4")), 10
"""How many lives there are, and how many daemons are killed in each."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.servers("lakefs", "etcd", "kubernetes", "kwok", "kueue", "kserve"),
    pytest.mark.xdist_group("lives with kills"),
    pytest.mark.turns("lives with kills", "on engines"),
]


@pytest.mark.sweep
@pytest.mark.parametrize("number", range(LIVES))
def test_killed_at_a_spread_of_points_it_ends_the_same(number: int, tmp_path: Path, killed_at: str | None) -> None:
    if killed_at and number:
        pytest.skip("one life is enough for the points that are told")
    with begun(tmp_path / "undisturbed") as life:
        flaw = life.live((), lambda: is_calm(life))
        assert not flaw, flaw
        wanted, points = ending(life), candidates(life.points.read_text().splitlines())
    assert {"POST", "data.merge", "pool.submit", "serving.start", "forge.merge"} <= {p.split()[1] for p in points}
    ends = killed_at.split(AND) if killed_at else spread(points, number, LIVES, KILLS)
    with begun(tmp_path / str(number)) as life:
        flaw = life.live(ends, lambda: is_calm(life) and not differences(wanted, ending(life)))
        told = [*([flaw] if flaw else []), *differences(wanted, ending(life))]
    again = f"pytest {__name__.replace('.', '/')}.py --killed-at {shlex.quote(AND.join(ends))}"
    assert not told, "\n".join([*(f"killed {end}" for end in ends), *(f"    {line}" for line in told), again])
