"""`setpoint resume`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import read_status
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_it_takes_the_suspension_away_and_keeps_what_was_asked_for(say: Say, place: Place, settings: Settings) -> None:
    say("reconcile", "datasets/digits", *place)
    say("suspend", "datasets/digits", *place)
    assert say("resume", "datasets/digits", "--json", *place).code == Exit.OK
    (control,) = read_status(settings).controls.resources.values()
    assert not control.suspended
    assert control.requested is not None


@pytest.mark.usefixtures("status")
def test_without_anything_left_the_control_is_gone(say: Say, place: Place, settings: Settings) -> None:
    say("suspend", "datasets/digits", *place)
    say("resume", "datasets/digits", *place)
    assert not read_status(settings).controls.resources
