"""A process is dead where that is proved, and of any other nothing is said."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from reconciler.lease.claim import format_claim
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.lease.process import NO_PROCESS, Process, is_dead, this_process
from tests.unit.reconciler.lease.test_lease import SPAN, Watch, put
from tests.unit.reconciler.origins import Open

TELL = "from reconciler.lease.process import this_process; p = this_process(); print(p.pid, p.started, flush=True); "


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], Process]]:
    """Return another process that waits for its end, and how it tells itself."""
    script = TELL + "import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        pid, started = map(int, child.stdout.readline().split())
        yield child, Process(this_process().spaces, pid, started)
        child.kill()


def test_one_that_lives_is_not_dead(other: tuple[subprocess.Popen[str], Process]) -> None:
    assert not is_dead(this_process())
    assert not is_dead(other[1])


def test_one_that_was_killed_is_dead_before_and_after_its_parent_has_heard_of_it(
    other: tuple[subprocess.Popen[str], Process],
) -> None:
    child, told = other
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert is_dead(told)
    child.wait()
    assert is_dead(told)


def test_another_one_by_its_number_is_not_it() -> None:
    me = this_process()
    assert is_dead(replace(me, started=me.started - 1))


@pytest.mark.parametrize(
    "unknown",
    [
        NO_PROCESS,
        Process("", 2**22 - 1, 1),
        Process("pid:[1] time:[1]", 2**22 - 1, 1),
        Process(this_process().spaces, 0, 1),
        Process(this_process().spaces, -1, 1),
        Process(this_process().spaces, 2**80, 1),
    ],
)
def test_of_other_spaces_and_odd_numbers_nothing_is_proved(unknown: Process) -> None:
    assert not is_dead(unknown)


def test_where_the_system_shows_other_numbers_nothing_is_proved(tmp_path: Path) -> None:
    gone = replace(this_process(), pid=2**22 - 1)
    assert is_dead(gone), "else this says nothing"
    assert not is_dead(gone, tmp_path)
    assert this_process(tmp_path) == NO_PROCESS
    (tmp_path / "self").symlink_to("12")
    (tmp_path / "12" / "ns").mkdir(parents=True)
    for name in ("pid", "time"):
        (tmp_path / "12" / "ns" / name).symlink_to(Path(f"/proc/self/ns/{name}").readlink())
    assert not is_dead(gone, tmp_path), "what is mounted there are the numbers of another space"
    assert this_process(tmp_path) == NO_PROCESS


@pytest.fixture
def pair(opened: Open) -> tuple[Lease, Lease]:
    """Return two daemons on this machine."""
    clock = Watch()
    one, two = (Lease(opened(), "dev", f"host:{n}", clock, span=SPAN, ticks=clock.ticks) for n in (1, 2))
    return one, two


def test_of_a_process_that_is_proved_to_be_dead_it_is_taken_at_once(pair: tuple[Lease, Lease], origin: Path) -> None:
    one, two = pair
    gone = replace(this_process(), started=1)
    claim = json.loads(format_claim(one.acquire()))
    put(origin, claim)
    with pytest.raises(LeaseHeld):
        two.acquire()
    put(origin, {**claim, "process": asdict(gone), "boot": "another machine"})
    with pytest.raises(LeaseHeld):
        two.acquire()
    put(origin, {**claim, "process": asdict(gone)})
    assert two.acquire().token == 2
    with pytest.raises(LeaseHeld):
        one.acquire()


def test_a_claim_of_a_process_that_nobody_knows_is_waited_for(pair: tuple[Lease, Lease], origin: Path) -> None:
    one, two = pair
    claim = json.loads(format_claim(one.acquire()))
    for odd in ({}, {"pid": 2**22 - 1}, {"pid": "x", "started": []}, None, [1], "x"):
        put(origin, {**claim, "process": odd})
        with pytest.raises(LeaseHeld):
            two.acquire()
