"""Preparations of pictures: what the graph answers is what is meant, for 10,000 pictures in training and in serving."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from pydantic import ValidationError

from reconciler.model.kinds.experiments import Experiment
from runners.contract import InputError
from runners.contract.preparations import Picture
from runners.models import load
from runners.models.pictures import Preparation
from runners.train.albums import album_of, read_album
from runners.train.families import choose_family
from runners.train.images import run
from runners.train.onnx_export import OPSETS
from runners.train.prepared import prepare
from runners.train.prepared.compiled import tensors_of
from runners.train.split import split
from runners.train.trial import trial_of
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS

ROWS = 10_000


def meant(pixels: Any, size: Preparation, how: Picture, train: Any) -> Any:
    """Return what is meant, by NumPy in doubles."""

    def shrunk(values: Any) -> Any:
        planes = values.astype(np.float64).reshape(-1, size.channels, size.height, size.width)
        high, wide, by = size.height // how.shrink, size.width // how.shrink, how.shrink
        return planes.reshape(-1, size.channels, high, by, wide, by).mean((3, 5))

    planes = shrunk(pixels)
    if how.normalise == "channel":
        known = shrunk(train)
        spread = np.maximum(known.std((0, 2, 3), keepdims=True), 1e-6)
        planes = (planes - known.mean((0, 2, 3), keepdims=True)) / spread
    elif how.normalise == "picture":
        spread = np.maximum(planes.std((1, 2, 3), keepdims=True), 1e-6)
        planes = (planes - planes.mean((1, 2, 3), keepdims=True)) / spread
    return planes.reshape(len(pixels), -1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("told", [{"shrink": 2}, {"normalise": "channel"}, {"shrink": 4, "normalise": "picture"}])
def test_10_000_pictures_are_prepared_as_is_meant_alone_and_among_others(
    asking: Asking, album: Path, channels: int, told: dict[str, Any]
) -> None:
    chance, size = np.random.default_rng(1), Preparation(8, 12, channels)
    pixels = chance.random((ROWS, size.values), np.float32) * chance.random((ROWS, 1), np.float32)
    pixels[:3] = [[0.0], [1.0], [0.5]]
    columns = {"id": np.arange(ROWS).astype(str).astype(object), "label": chance.integers(0, 2, ROWS)}
    spec = DIGITS | {"task": "binary", "preparations": {"image": [{"picture": told}]}}
    trial = trial_of(asking.request(album, {}, runner_name="images", **spec), asking.folder)
    parts = split(album_of(trial, columns, size, pixels), trial.told.split, trial.seed)
    made = prepare(trial, parts, choose_family({}, "logistic", "binary", 1, 1).encoding, OPSETS)
    for before, after in zip(
        (parts.train, parts.validation, parts.test),
        (made.parts.train, made.parts.validation, made.parts.test),
        strict=True,
    ):
        expected = meant(before.columns["image"], size, Picture(**told), parts.train.columns["image"])
        np.testing.assert_allclose(after.columns["prepared"], expected, atol=2e-4, rtol=1e-4)
    rows = tensors_of(parts.test, made.graph.tensors)
    for place in range(0, len(parts.test), 500):
        alone = made.graph.values(made.output, {name: values[place : place + 1] for name, values in rows.items()})
        assert alone.tobytes() == made.parts.test.columns["prepared"][place : place + 1].tobytes()


@pytest.mark.parametrize("family", ["logistic", "gbm"])
def test_a_model_answers_for_files_as_it_did_in_training(asking: Asking, album: Path, family: str) -> None:
    steps = {"image": [{"picture": {"shrink": 2, "normalise": "channel"}}]}
    spec = DIGITS | {"preparations": steps}
    result = run(asking.request(album, {"model": family}, runner_name="images", **spec), asking.folder)
    assert result.accepted, result.violations
    model = load(asking.folder)
    assert model.signature.inputs[0].shape == (-1, 64)
    files = sorted((album / "images").iterdir())[:20]
    together = model.predict({"image": [file.read_bytes() for file in files]}).prediction.tolist()
    assert together == [model.predict({"image": [file.read_bytes()]}).prediction.tolist()[0] for file in files]
    assert "both run the same ones" in (asking.folder / "model-card.md").read_text()


def test_10_000_pictures_have_the_same_features_in_training_and_in_serving(asking: Asking, album: Path) -> None:
    steps = {"image": [{"picture": {"shrink": 2, "normalise": "picture"}}]}
    request = asking.request(album, {"model": "logistic"}, runner_name="images", **(DIGITS | {"preparations": steps}))
    run(request, asking.folder)
    trial = trial_of(request, asking.folder)
    parts = split(read_album(trial), trial.told.split, trial.seed)
    made = prepare(trial, parts, choose_family({}, "logistic", "multiclass", 1, 1).encoding, OPSETS)
    model = onnx.load(asking.folder / "model.onnx")
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(made.output))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = np.random.default_rng(2).random((ROWS, 64), np.float32)
    (served,) = session.run([made.output], {session.get_inputs()[0].name: rows})
    assert served.tobytes() == made.graph.values(made.output, {made.graph.tensors[0].name: rows}).tobytes()


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ({"image": [{"picture": {"shrink": 3}}]}, "can't be divided"),
        ({"image": [{"drop": True}]}, "by picture alone"),
        ({"label": [{"drop": True}]}, "by picture alone"),
    ],
)
def test_what_is_not_done_to_pictures_is_refused(asking: Asking, album: Path, steps: Any, what: str) -> None:
    request = asking.request(album, {}, runner_name="images", **(DIGITS | {"preparations": steps}))
    with pytest.raises(InputError, match=what):
        run(request, asking.folder)


PICTURE = {"picture": {"normalise": "channel"}}


@pytest.mark.parametrize(
    ("runner", "steps", "is_right"),
    [
        ("images", {"image": [PICTURE]}, True),
        ("images", "proposed", True),
        ("images", {"image": [{"drop": True}]}, False),
        ("images", {"label": [PICTURE]}, False),
        ("images", {"image": [PICTURE, PICTURE]}, False),
        ("images", {"image": [{"picture": {}}]}, False),
        ("tabular", {"image": [PICTURE]}, False),
        ("torch-images", {"image": [PICTURE]}, False),
        ("tabular", {"image": [{"drop": True}]}, True),
    ],
)
def test_a_spec_says_it_where_it_can_be_done(runner: str, steps: Any, is_right: bool) -> None:
    spec = {"team": "x", "dataset": "datasets/x", "target": "label", "runner": runner, "preparations": steps}
    spec |= {"metric": {"name": "accuracy"}, "pool": "pools/x"}
    if is_right:
        assert Experiment.model_validate(spec).preparations
    else:
        with pytest.raises(ValidationError, match=r"picture|preparations|twice"):
            Experiment.model_validate(spec)
