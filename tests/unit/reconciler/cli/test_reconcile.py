"""`setpoint reconcile`, as people type it."""

from datetime import datetime

import pytest

from reconciler.cli.controls import now
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import read_status
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_it_asks_for_now(say: Say, place: Place, settings: Settings) -> None:
    before = datetime.fromisoformat(now())
    assert say("reconcile", "datasets/digits", *place).code == Exit.OK
    (control,) = read_status(settings).controls.resources.values()
    assert control.requested is not None
    assert control.requested >= before
