"""The network: trained the same for the same seed, killed and gone on with, exported to the last digit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.models.network import Architecture
from runners.train.albums import read_album
from runners.train.examples import Parts
from runners.train.network_params import NetworkParams
from runners.train.split import split
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.usefixtures("torch")]

PARAMS = NetworkParams(epochs=4, channels=(4,), hidden=16, dropout=0.3, learning_rate=0.01)


class Killed(Exception):
    """What ends a training in the middle."""


@pytest.fixture
def parts(asking: Asking, album: Path) -> Parts:
    """Return pictures to train on and to test on."""
    trial = asking.trial(album, **DIGITS)
    return split(read_album(trial), trial.told.split, trial.seed)


def weights(folder: Path) -> bytes:
    return (folder / "weights.safetensors").read_bytes()


def test_the_same_seed_gives_the_same_network(album: Path, parts: Parts, tmp_path: Path) -> None:
    from runners.train.network import fit_network

    left = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        fit_network(Asking(tmp_path / name).trial(album, **DIGITS), parts, PARAMS)
        left.append((weights(tmp_path / name), (tmp_path / name / "model.onnx").read_bytes()))
    assert left[0] == left[1]


def test_a_killed_training_goes_on_as_if_nothing_had_been(album: Path, parts: Parts, tmp_path: Path) -> None:
    from runners.train.network import fit_network

    def kill(epoch: int) -> None:
        if epoch == 2:
            raise Killed

    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole, killed = (Asking(tmp_path / name).trial(album, **DIGITS) for name in ("whole", "killed"))
    undisturbed = fit_network(whole, parts, PARAMS)
    with pytest.raises(Killed):
        fit_network(killed, parts, PARAMS, kill)
    seen: list[int] = []
    again = fit_network(killed, parts, PARAMS, seen.append)
    assert seen == [3, 4]
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    assert again.history == undisturbed.history


def test_a_number_is_answered_in_its_own_measure(album: Path, asking: Asking) -> None:
    from runners.train.network import fit_network

    told = {**DIGITS, "task": "regression", "target": "width", "metric": {"name": "mae", "goal": "minimize"}}
    trial = asking.trial(album, **told)
    known = read_album(asking.trial(album, **DIGITS))
    numbers = replace(known, truth=known.columns["image"].mean(axis=1).astype(float) * 1000, classes=())
    params = PARAMS.model_copy(update={"epochs": 30, "dropout": 0.0})
    parts = split(numbers, trial.told.split, 0)
    fitted = fit_network(trial, parts, params)
    assert fitted.reading == "value"
    assert fitted.expected is not None
    assert (
        np.abs(fitted.expected - parts.test.truth).mean()
        < 0.5 * np.abs(parts.test.truth - parts.test.truth.mean()).mean()
    )


@pytest.mark.parametrize(("side", "pools"), [(8, 1), (3, 0)])
def test_small_pictures_are_not_halved_to_nothing(parts: Parts, torch: Any, side: int, pools: int) -> None:
    from runners.train.network import architecture_of, module_of

    known = replace(parts.train, image={"height": side, "width": side, "channels": 1})
    architecture = architecture_of(known, PARAMS)
    assert sum(layer["type"] == "max_pool" for layer in architecture.layers) == pools
    assert module_of(architecture, 0)(torch.zeros(2, 1, side, side)).shape == (2, 10)


def test_torch_builds_what_onnx_builds(parts: Parts) -> None:
    import onnxruntime

    from runners.models.network import INPUT, OUTPUT, graph
    from runners.train.network import answers_of, architecture_of, module_of

    params = NetworkParams(channels=(4, 6), hidden=8)
    architecture: Architecture = architecture_of(parts.train, params)
    module: Any = module_of(architecture, 3)
    named = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
    session = onnxruntime.InferenceSession(graph(architecture, named).SerializeToString())
    answered = session.run([OUTPUT], {INPUT: parts.test.columns["image"]})[0]
    assert answered == pytest.approx(answers_of(module, parts.test), abs=1e-6)


def test_pictures_that_hardly_count_teach_hardly_anything(album: Path, parts: Parts, asking: Asking) -> None:
    from runners.train.network import fit_network

    is_wrong = np.random.default_rng(1).random(len(parts.train)) < 0.6
    places = np.where(is_wrong, (parts.train.codes + 1) % len(parts.train.classes), parts.train.codes)
    said = np.array(parts.train.classes)[places]
    params = PARAMS.model_copy(update={"epochs": 20, "dropout": 0.0})

    def right(weights: Any) -> float:
        train = replace(parts.train, truth=said, weights=weights)
        fitted = fit_network(asking.trial(album, **DIGITS), replace(parts, train=train), params)
        assert fitted.expected is not None
        return float((fitted.expected.argmax(axis=1) == parts.test.codes).mean())

    assert right(None) < 0.5
    assert right(np.where(is_wrong, 1e-4, 2.5)) > 0.7
