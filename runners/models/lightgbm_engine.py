"""LightGBM's own text format, run by LightGBM."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from runners.models.errors import ModelRefused

MATRIX = "features"
"""Name of the one input, a matrix with LightGBM's features as its columns."""
SCORES = "scores"
"""Name of the one output."""


class LightGbmEngine:
    """A booster."""

    def __init__(self, booster: lightgbm.Booster, threads: int) -> None:
        self._booster = booster
        self._threads = threads

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the features, in order."""
        return tuple(self._booster.feature_name())

    def run(self, tensors: Mapping[str, NDArray[Any]], output: str) -> Any:  # noqa: ARG002 - there is only one
        """Return the scores: probabilities [N] or [N, classes] for a classifier, numbers [N] for a regressor."""
        return np.asarray(self._booster.predict(tensors[MATRIX], num_threads=self._threads))


def open_model(content: bytes, _folder: Path, threads: int) -> LightGbmEngine:
    """Open a booster from its text.

    Raises:
        ModelRefused: it is no LightGBM model.
    """
    try:
        booster = lightgbm.Booster(model_str=content.decode("utf-8"))
    except (lightgbm.basic.LightGBMError, UnicodeDecodeError) as error:
        what = f"LightGBM can't load the model: {str(error).strip()[:300]}"
        raise ModelRefused(what, "model.txt", "save it with booster.save_model") from error
    return LightGbmEngine(booster, threads)
