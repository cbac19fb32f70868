"""`setpoint rollback`, as people type it."""

import pytest

from reconciler.cli.reading import read_status
from reconciler.cli.rollback import former_trial
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import TRIALS


@pytest.mark.usefixtures("status")
def test_the_former_trial_is_the_one_before_the_present(settings: Settings) -> None:
    recorded = read_status(settings)
    assert former_trial(recorded, "deployments/employment", TRIALS[0]) == TRIALS[1]
    assert former_trial(recorded, "deployments/employment", TRIALS[1]) == TRIALS[0]
    with pytest.raises(Refused, match="no former model"):
        former_trial(recorded, "deployments/other", "")
