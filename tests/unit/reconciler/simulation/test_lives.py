"""Two lives that are told the same: what differs at the end, and what goes on, is seen."""

from dataclasses import replace

import pytest

from reconciler.model.ids import Address
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.workers import Outcome, Read
from reconciler.simulation.lives import CALM, CONVERGES, SAME, Lives
from reconciler.simulation.machine import Behave, Habits, usual
from reconciler.simulation.workers import steady
from tests.unit.reconciler.simulation.sample import sample

DEPLOYMENT, PROMOTION = Address("deployments/employment"), Address("promotions/employment")


def begun(*environments: str, rate: float = 0.05, behave: Behave = usual) -> Lives:
    lives = Lives(environments or ("dev",), 11, rate, behave)
    lives.commit(sample(), "begin")
    return lives


def promises(lives: Lives) -> set[str]:
    return {violation.promise for violation in lives.violations}


def test_both_end_the_same() -> None:
    lives = begun("dev", "prod")
    lives.play([0.0, 1.0, 20.0] * 10)
    assert any(machine.faults.injected for machine in lives.rough.machines)
    assert not any(machine.faults.injected for machine in lives.calm.machines)
    lives.compare(timeless=False)
    assert not lives.violations, lives.violations


def test_an_end_that_depends_on_what_went_wrong_is_seen() -> None:
    """Jobs that do worse the second time: whoever makes one again ends elsewhere."""

    lives = begun(rate=0.2, behave=lambda _: Habits(_tired))
    lives.play([1.0, 20.0] * 30)
    lives.compare(timeless=True)
    assert SAME in promises(lives)


def _tired(order: JobOrder, read: Read) -> Outcome:
    return steady(order, read) if order.attempt == 1 else replace(steady(order, read), exit_code=65, files={})


@pytest.mark.slow
def test_what_never_ends_is_seen() -> None:
    """Jobs that always crash, and are always tried again."""
    lives = begun(rate=0.0, behave=lambda _: Habits(lambda order, read: Outcome(75)))
    assert lives.rest() is None
    assert promises(lives) == {CONVERGES}


def test_a_daemon_that_finds_something_to_do_at_rest_is_seen() -> None:
    lives = begun(rate=0.0)
    rest = lives.rough.rest

    def restless() -> object:
        done = rest()
        lives.rough.commit({"specs/pools/other.yaml": b"{}\n"}, "at the last moment")
        return done

    lives.rough.rest = restless  # type: ignore[assignment,method-assign]
    lives.rest()
    assert CALM in promises(lives)


def test_a_rewritten_history_waits_until_people_accept_it() -> None:
    lives = begun(rate=0.0)
    lives.rest()
    lives.rewrite({path: text for path, text in sample().items() if "digits" not in path})
    rested = lives.rest()
    assert rested is not None
    assert "datasets/digits" in rested[1][0].desired.resources
    lives.accept()
    rested = lives.rest()
    assert rested is not None
    assert "datasets/digits" not in rested[1][0].desired.resources


def test_people_act_in_both_lives() -> None:
    lives = begun("prod", rate=0.0)
    lives.rest()
    lives.act("merge", PROMOTION)
    rested = lives.rest()
    assert rested is not None
    for life in rested:
        assert life[0].plan.decisions[DEPLOYMENT].reason == "Serving"


def test_a_killed_daemon_changes_nothing() -> None:
    lives = begun(rate=0.0)
    lives.play([1.0] * 4)
    lives.kill()
    lives.compare(timeless=False)
    assert not lives.violations
