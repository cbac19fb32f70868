"""`setpoint wait`, as people type it."""

from datetime import UTC, datetime, timedelta

import click
import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.output import Row
from reconciler.cli.wait import TAKEOVER, Wanted, judged, verdict
from reconciler.lease.heartbeat import Life
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.test_apply_lease import claim, held

Place = tuple[str, ...]


def test_the_verdict_is_open_until_all_are_there() -> None:
    ready, waiting, stalled = Row("a", "ready", "R", ""), Row("b", "waiting", "W", ""), Row("c", "stalled", "S", "")
    assert verdict([ready], "ready", fail_fast=True) == Exit.OK
    assert verdict([ready, waiting], "ready", fail_fast=True) is None
    assert verdict([waiting], "W", fail_fast=True) == Exit.OK
    assert verdict([ready, stalled], "ready", fail_fast=True) == Exit.STALLED
    assert verdict([ready, stalled], "ready", fail_fast=False) is None
    assert verdict([stalled], "S", fail_fast=True) == Exit.OK
    assert verdict([], "ready", fail_fast=True) is None


@pytest.mark.usefixtures("status")
def test_exit_codes(say: Say, place: Place) -> None:
    assert say("wait", "experiments/employment", *place).code == Exit.OK
    assert say("wait", *place).code == Exit.STALLED
    assert say("wait", "labels/digits", "--timeout", "1ms", *place).code == Exit.TIMEOUT
    assert say("wait", "experiments/employment", "--commit", "0000", "--timeout", "1ms", *place).code == Exit.TIMEOUT


@pytest.mark.parametrize("life", [Life.ALIVE, Life.STOPPED, Life.NEVER])
def test_while_no_daemon_has_died_the_status_is_what_counts(life: Life) -> None:
    assert judged(Exit.OK, life, 0, 600, 15) is Exit.OK
    assert judged(Exit.STALLED, life, 0, 600, 15) is Exit.STALLED
    assert judged(None, life, 600, 600, 15) is None
    assert judged(None, life, 601, 600, 15) is Exit.TIMEOUT


@pytest.mark.parametrize("code", [None, Exit.OK, Exit.STALLED])
def test_after_a_daemon_died_another_has_time_to_take_over(code: Exit | None) -> None:
    assert judged(code, Life.DEAD, 15 + TAKEOVER, 600, 15) is None
    assert judged(code, Life.DEAD, 16 + TAKEOVER, 600, 15) is Exit.UNAVAILABLE
    assert judged(code, Life.DEAD, 2, 1, 15) is Exit.UNAVAILABLE


@pytest.mark.usefixtures("status")
def test_it_ends_when_the_daemon_is_dead(say: Say, place: Place, settings: Settings) -> None:
    held(settings, claim(expires=datetime.now(UTC) - timedelta(hours=3)))
    told = say("wait", "experiments/employment", "--timeout", "1ms", *place)
    assert told.code == Exit.UNAVAILABLE
    assert "no daemon lives" in told.out


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Ready", "ready"), ("STALLED", "stalled"), ("waitsforreview", "WaitsForReview"), ("alerting",) * 2],
)
def test_what_is_waited_for_is_a_state_or_a_reason_in_whatever_letters(said: str, meant: str) -> None:
    assert Wanted().convert(said, None, None) == meant


def test_what_would_be_waited_for_in_vain_is_refused_with_the_nearest() -> None:
    with pytest.raises(click.UsageError, match="did you mean ready"):
        Wanted().convert("redy", None, None)
    with pytest.raises(click.UsageError, match="states are ready, "):
        Wanted().convert("xyzzy", None, None)
