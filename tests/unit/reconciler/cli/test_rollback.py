"""`setpoint rollback`, as people type it."""

import pytest

from reconciler.cli.rollback import former_run
from reconciler.cli.status_reader import read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import TRIALS


@pytest.mark.usefixtures("status")
def test_the_former_trial_is_the_one_before_the_present(settings: Settings) -> None:
    recorded = read_status(settings)
    assert former_run(recorded, "deployments/employment", TRIALS[0], "model") == TRIALS[1]
    assert former_run(recorded, "deployments/employment", "pinned by hand", "model") == TRIALS[0]


@pytest.mark.usefixtures("status")
@pytest.mark.parametrize(("deployment", "live"), [("employment", TRIALS[1]), ("other", "")])
def test_what_was_rolled_back_is_not_proposed_again(settings: Settings, deployment: str, live: str) -> None:
    with pytest.raises(Refused, match="before the present one"):
        former_run(read_status(settings), f"deployments/{deployment}", live, "model")
