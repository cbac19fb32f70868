"""The LightGBM engine: its text format, by the names that it gives the features."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest

from runners.models import ModelRefused
from runners.models.lightgbm_engine import MATRIX, SCORES, open_model


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    """Return a booster of a few small trees."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(200, 2))
    data = lightgbm.Dataset(features, (features[:, 0] > 0).astype(int), feature_name=["height", "weight"])
    return lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 5)


def test_it_answers_as_lightgbm_does(booster: lightgbm.Booster) -> None:
    engine = open_model(booster.model_to_string().encode(), Path(), 1)
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    assert engine.columns == ("height", "weight")
    assert engine.run({MATRIX: rows}, SCORES) == pytest.approx(booster.predict(rows))


@pytest.mark.parametrize("content", [b"", b"tree\nnonsense", b"\xff\xfe"])
def test_what_is_no_booster_is_refused(content: bytes) -> None:
    with pytest.raises(ModelRefused, match="LightGBM can't load the model"):
        open_model(content, Path(), 1)
