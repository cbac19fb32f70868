"""`setpoint reproduce` as it is typed: which runs are meant, and what is said of them."""

from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.reproduce import as_document, runs_of, show
from reconciler.cli.reproducing import Made
from reconciler.cli.status_reader import open_status
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import TRIALS, Say

RUN = RunName(TRIALS[0])


@pytest.mark.usefixtures("status")
def test_the_best_trial_is_meant_unless_others_are_named(settings: Settings) -> None:
    assert list(runs_of(settings, "experiments/employment")) == [TRIALS[0]]
    assert list(runs_of(settings, "experiments/employment", ["bbbbbbbbbbbb", TRIALS[0]])) == [TRIALS[1], TRIALS[0]]
    assert list(runs_of(settings, TRIALS[1])) == [TRIALS[1]]
    with pytest.raises(Refused, match="has no model that could be made again"):
        list(runs_of(settings, "promotions/employment"))


@pytest.mark.usefixtures("status")
def test_of_a_graph_each_of_its_models_is_meant(settings: Settings) -> None:
    facts = {"trial": "deployments/both/0123456789ab", "models": {"a": TRIALS[0], "b": TRIALS[1]}}
    document = dump({"address": "deployments/both", "facts": facts})
    open_status(settings).write({"status/deployments/both.yaml": document}, "dev: it serves")
    assert list(runs_of(settings, "deployments/both")) == [TRIALS[0], TRIALS[1]]


def test_what_came_of_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    same = Made(RUN, "sha256:1", "sha256:1", ("model.onnx",), ("provenance.json",))
    show(same)
    assert capsys.readouterr().out == (
        f"{RUN} is the same, bit for bit: sha256:1\n"
        "  1 of 2 files are the same\n"
        "  provenance.json differs, as it says when it was made\n"
    )
    assert as_document(same)["reproduced"]
    other = Made(RUN, "sha256:1", "sha256:2", (), ("model.onnx",), ("curves/roc.png",), {"numpy": ("2.1", "")})
    show(other)
    told = capsys.readouterr().out
    assert "is another model: sha256:2, and was sha256:1" in told
    assert "model.onnx differs" in told
    assert "curves/roc.png is missing" in told
    assert "numpy is not installed here, and was 2.1" in told
    assert not Made(RUN, "", "").is_same, "no model is not the same model"


def test_a_folder_that_holds_something_is_left_alone(say: Say, place: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "again" / RUN).mkdir(parents=True)
    (tmp_path / "again" / RUN / "mine").write_text("1")
    told = say("reproduce", RUN, "--folder", str(tmp_path / "again"), *place)
    assert told.code == Exit.REFUSED
    assert "isn't empty" in told.err


def test_a_trial_that_is_not_there_is_refused(say: Say, place: tuple[str, ...]) -> None:
    told = say("reproduce", RUN, *place)
    assert told.code == Exit.REFUSED
    assert f"{RUN} isn't in the data store" in told.err
