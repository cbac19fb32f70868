"""Networks in safetensors: weights and architecture, run without the library that trained them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from runners.models import Column, ModelRefused, Tensor, load
from runners.models.network import FILE, INPUT, OUTPUT, Architecture
from runners.models.network_engine import open_model
from tests.unit.runners.models.conftest import Leave

BRIGHTEST = Architecture((1, 1, 2), ({"type": "flatten"}, {"type": "linear", "out": 2}, {"type": "softmax"}))
WEIGHTS: dict[str, Any] = {"1.weight": 50 * np.eye(2, dtype=np.float32), "1.bias": np.zeros(2, np.float32)}


def test_a_network_is_loaded_and_asked(leave: Leave) -> None:
    folder = leave(
        save(WEIGHTS),
        file="model.safetensors",
        format="safetensors",
        inputs=(Column(INPUT, "FP32", (-1, 2)),),
        tensors=(Tensor(INPUT, "FP32", (INPUT,)),),
        raw=OUTPUT,
        reading="probabilities",
        classes=("left", "right"),
        positive=None,
    )
    (folder / FILE).write_text(BRIGHTEST.to_json())
    answer = load(folder).predict({INPUT: [[1.0, 0.0], [0.2, 0.9]]})
    assert answer.prediction.tolist() == ["left", "right"]


def test_weights_without_an_architecture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=r"there is no architecture\.json"):
        open_model(save(WEIGHTS), tmp_path, 1)


def test_broken_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(BRIGHTEST.to_json())
    with pytest.raises(ModelRefused, match="the weights can't be read"):
        open_model(b"\x08\0\0\0\0\0\0\0nonsense", tmp_path, 1)
