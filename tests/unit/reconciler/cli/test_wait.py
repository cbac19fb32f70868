"""`setpoint wait`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.output import Row
from reconciler.cli.wait import verdict
from tests.unit.reconciler.cli.conftest import Say

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
