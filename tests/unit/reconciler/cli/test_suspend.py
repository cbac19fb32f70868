"""`setpoint suspend`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import read_status
from reconciler.model.ids import Address
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_it_is_committed_where_everyone_sees_it(say: Say, place: Place, settings: Settings) -> None:
    assert say("suspend", "datasets/digits", "--reason", "the source moves", *place).code == Exit.OK
    control = read_status(settings).controls.resources[Address("datasets/digits")]
    assert control.suspended
    assert control.reason == "the source moves"


@pytest.mark.usefixtures("status")
def test_an_unknown_resource_is_refused_with_the_nearest_name(say: Say, place: Place) -> None:
    told = say("suspend", "datasets/digit", *place)
    assert told.code == Exit.REFUSED
    assert "datasets/digits" in told.err
