"""A judged window leaves a document and its pictures."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.monitor.header import Occasion
from runners.monitor.judged import judged
from runners.monitor.parameters import Parameters, Thresholds
from runners.monitor.payloads import COUNTED, Log
from tests.unit.runners.monitor.example import RUN, WINDOW, document
from tests.unit.runners.monitor.traffic import census, predictions_of, write_trial

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nannyml")]

LOG = Log(predictions_of(census(2018).head(900)), dict.fromkeys(COUNTED, 0))
PARAMS = Parameters(chunk=300, columns=("AGEP", "RELP", "SEX"), thresholds=Thresholds(drifted_columns=2))
OCCASION = Occasion(RUN, WINDOW, PARAMS, LOG, {"rate": 3.0}, document(), ["Noted."])


def test_figures_verdict_and_pictures_belong_together(tmp_path: Path) -> None:
    url = write_trial(tmp_path / "trial", census(2015).sample(3000, random_state=1))
    told, pictures = judged(OCCASION, url, tmp_path)
    assert told.verdict == "alert"
    assert set(told.columns_drifted) >= {"RELP", "AGEP"}
    assert {alert.what for alert in told.alerts} >= {"columns drift"}
    assert (told.service.rate, told.notes[0], len(told.history)) == (3.0, "Noted.", 2)
    assert all((tmp_path / path).is_file() for path in pictures.items().values())
    assert set(pictures.items()) == {"performance", "drift", "reconstruction", "trend", "distributions"}


def test_a_trial_without_a_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        judged(OCCASION, tmp_path.as_uri(), tmp_path)
