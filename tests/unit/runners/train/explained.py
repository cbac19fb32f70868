"""What holds of the explanations of any model: contributions add up to its answers."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from runners.models import load
from runners.models.explaining import Explainer, is_explainable, numbers

ROWS = 3


def adds_up(folder: Path) -> bool:
    """Hold explanations of a trial's own examples to its model's answers; tell whether any column adds something."""
    model = load(folder)
    assert is_explainable(model.signature)
    explainer, gains = Explainer(model), []
    for told in json.loads((folder / "examples.json").read_text())[:ROWS]:
        columns = {one["name"]: one["data"] for one in told["request"]["inputs"]}
        tensors = model.prepare(model.prepared(columns))
        found = explainer.explain(tensors, 0, time.monotonic() + 60)
        assert found.whole == pytest.approx(numbers(model.answer(tensors), model)[0], abs=1e-6)
        assert found.base + found.columns.sum(axis=0) == pytest.approx(found.whole)
        gains.append(np.abs(found.columns).max())
    return max(gains) > 0
