"""Random repositories, commits, people and faults: every promise holds, and at the end nothing tells of the faults.

Each seed plays some stories; SETPOINT_LIVES=1000 plays so many seeds. A failure ends with the shortest story that was
found, and begins with how to see it again.
"""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from reconciler.plan import guard
from reconciler.simulation.audit import BUDGET, UNREAD
from tests.house.yardstick import ROOT
from tests.lives.campaign import play
from tests.lives.living import Living


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_promise_holds(life: int) -> None:
    sys.stdout.write(f"to see it again: pytest tests/lives/test_lives.py --life {life}\n")
    play(Living, life)


def _without_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "allowed", lambda budget, inventory: 1000)


def _without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["reconciler.plan.decide"], "without_deletions", lambda decision: decision)


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("breaking", "promise", "likely"), [(_without_budget, BUDGET, 1), (_without_guard, UNREAD, 95)]
)
def test_a_broken_promise_is_found_and_its_seed_shows_it_again(
    monkeypatch: pytest.MonkeyPatch, breaking: Callable[[pytest.MonkeyPatch], None], promise: str, likely: int
) -> None:
    """`likely` is a seed that found it once: it is tried first, and a change of the code may make it another one.

    Of a hundred seeds few find it, and each takes seconds: write the one here that finds it now.
    """
    breaking(monkeypatch)
    seeds = (likely, *range(1, 100))
    number, first = next((seed, what) for seed in seeds if promise in (what := _failure(seed)))
    sys.stdout.write(f"found by seed {number}\n")
    assert _failure(number) == first


def _failure(number: int) -> str:
    """Play a seed without looking for a shorter story; return what broke."""
    try:
        play(Living, number, shrinks=False)
    except AssertionError as error:
        return "\n".join([str(error), *getattr(error, "__notes__", ())])
    return ""


TELLING = """
import hashlib
from reconciler.simulation.audit import Audit
from tests.lives.campaign import play
from tests.lives.living import Living
told, tell = hashlib.sha256(), Audit.tell
Audit.tell = lambda self, what: (told.update(what.encode()), tell(self, what))
play(Living, 3, stories=2)
print(told.hexdigest())
"""


def test_the_same_seed_tells_the_same_stories_whatever_else_is_imported() -> None:
    """Else a failure in the whole suite, or before a change of the code, would not be seen again alone or after it."""
    told = {
        subprocess.run(
            [sys.executable, "-c", before + TELLING],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for before, salt in (("", "1"), ("import tests.fuzz.plans, runners.monitor", "2"))
    }
    assert len(told) == 1
