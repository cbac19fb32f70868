"""The PyTorch runner, whole; and what it says without PyTorch."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.evaluate.tables import read_parquet
from runners.models import load
from runners.models.loading import digest_of
from runners.models.signature import read_signature
from runners.train.torch_images import check_installed, network_params, run
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS

SMALL: dict[str, Any] = {"epochs": 8, "channels": [8], "hidden": 32, "learning_rate": 0.01, "dropout": 0.0}


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.usefixtures("torch")
def test_digits_are_told_apart_and_served_without_torch(asking: Asking, album: Path) -> None:
    result = run(asking.request(album, SMALL, runner_name="torch-images", **DIGITS), asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["accuracy"] > 0.7
    model, rows = load(asking.folder), read_parquet(asking.folder / "reference.parquet")
    assert model.signature.format == "onnx"
    assert model.predict({"image": rows["image"]}).prediction.tolist() == rows["prediction"].tolist()
    assert not (asking.folder / "checkpoint").exists()
    assert (asking.folder / "curves/learning.png").exists()


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.usefixtures("torch")
def test_the_weights_alone_are_a_model_too(asking: Asking, album: Path) -> None:
    run(asking.request(album, {**SMALL, "epochs": 1}, **DIGITS), asking.folder)
    weights = (asking.folder / "weights.safetensors").read_bytes()
    files = {"weights.safetensors": digest_of(weights)}
    known = replace(read_signature(asking.folder), file="weights.safetensors", format="safetensors", files=files)
    exported, rows = load(asking.folder), read_parquet(asking.folder / "reference.parquet")
    (asking.folder / "signature.json").write_text(known.sealed().to_json())
    answers = [model.predict({"image": rows["image"]}).probabilities for model in (exported, load(asking.folder))]
    assert answers[0] is not None
    assert answers[0] == pytest.approx(answers[1], abs=1e-6)


def test_a_missing_extra_is_told_by_name() -> None:
    with pytest.raises(InputError, match="needs no_such_package, which isn't installed") as failure:
        check_installed("no_such_package")
    assert "pip install 'setpoint[torch]'" in failure.value.fix


@pytest.mark.parametrize(
    ("params", "where", "told"),
    [
        ({"epoch": 3}, "params.epoch", "did you mean epochs?"),
        ({"epochs": 0}, "params.epochs", ""),
        ({"learning_rate": "fast"}, "params.learning_rate", ""),
        ({"channels": []}, "params.channels", ""),
        ({"model": "cnn"}, "params.model", "there are"),
    ],
)
def test_parameters_that_make_no_sense_are_told(
    asking: Asking, album: Path, params: dict[str, Any], where: str, told: str
) -> None:
    with pytest.raises(InputError) as failure:
        network_params(asking.trial(album, params, **DIGITS))
    assert failure.value.where == where
    assert told in failure.value.fix


def test_parameters_for_reading_are_not_the_networks(asking: Asking, album: Path) -> None:
    assert network_params(asking.trial(album, {"size": 8, "epochs": 3}, **DIGITS)).epochs == 3
