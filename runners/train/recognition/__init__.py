"""Recognition: how a model that the user's own code has left is fed and read, from its file and the data alone.

So a plain script that ends in `skl2onnx.to_onnx(model, X[:1])` can be served and watched without a line about either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from runners.contract import InputError
from runners.models import Column, ModelInputError, ModelRefused, Tensor
from runners.models.feed import feed
from runners.models.signature import Reading
from runners.train.acceptance import signature_of
from runners.train.examples import Examples
from runners.train.fitted import Fitted
from runners.train.recognition.inputs import for_booster, for_network, for_onnx
from runners.train.recognition.outputs import Raw, read_booster, read_onnx
from runners.train.trial import Trial

ROWS = 200
"""Rows that a model is asked about to see what it answers."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a model is fed and read."""

    inputs: tuple[Column, ...]
    tensors: tuple[Tensor, ...]
    raw: str
    reading: Reading


def recognise(trial: Trial, path: Path, form: str, test: Examples) -> Recognised:
    """Find out how a model is fed and read, by having it answer some rows.

    Args:
        trial: the task and the target.
        path: the model's file.
        form: its format.
        test: rows to ask it about.

    Raises:
        InputError: it can't be loaded, or takes or answers something that can't be understood.
    """
    try:
        return _BY_FORMAT[form](trial, path, test)
    except (ModelRefused, ModelInputError) as error:
        raise InputError(error.what, error.where or path.name, getattr(error, "fix", "")) from error


def _onnx(trial: Trial, path: Path, test: Examples) -> Recognised:
    from runners.models.onnx_engine import open_model

    engine = open_model(path.read_bytes(), path.parent, trial.threads)
    inputs, tensors = for_onnx(engine.inputs, test)
    some = _some(test)
    fed = feed(
        signature_of(trial, Fitted(path.name, "onnx", inputs, tensors, "", "value"), test), _columns(inputs, some)
    )
    raws = [Raw(name, type_, engine.run(fed, name)) for name, type_ in engine.outputs.items()]
    return Recognised(inputs, tensors, *read_onnx(raws, some, trial.told.task))


def _lightgbm(trial: Trial, path: Path, test: Examples) -> Recognised:
    from runners.models.lightgbm_engine import MATRIX, SCORES, open_model

    engine = open_model(path.read_bytes(), path.parent, trial.threads)
    inputs, tensors = for_booster(engine.columns, test, MATRIX)
    some = _some(test)
    fed = feed(
        signature_of(trial, Fitted(path.name, "lightgbm", inputs, tensors, "", "value"), test), _columns(inputs, some)
    )
    raw = Raw(SCORES, "tensor(double)", engine.run(fed, SCORES))
    return Recognised(inputs, tensors, SCORES, read_booster(raw, some, trial.told.task))


def _network(trial: Trial, path: Path, test: Examples) -> Recognised:
    from runners.models.network import OUTPUT
    from runners.models.network_engine import open_model

    engine = open_model(path.read_bytes(), path.parent, trial.threads)
    inputs, tensors = for_network(engine.inputs, test)
    return Recognised(inputs, tensors, OUTPUT, "probabilities" if test.classes else "value")


def _some(test: Examples) -> Examples:
    return test.take(np.arange(min(ROWS, len(test))))


def _columns(inputs: tuple[Column, ...], examples: Examples) -> dict[str, np.ndarray]:
    return {column.name: examples.columns[column.name] for column in inputs}


_BY_FORMAT: Mapping[str, Callable[[Trial, Path, Examples], Recognised]] = MappingProxyType(
    {"onnx": _onnx, "lightgbm": _lightgbm, "safetensors": _network}
)
