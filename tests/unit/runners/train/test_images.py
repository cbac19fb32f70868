"""The images runner, whole."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.evaluate.tables import read_parquet
from runners.models import load
from runners.train.images import run
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS


@pytest.mark.parametrize(("params", "values"), [({"model": "logistic"}, 64), ({"model": "mlp", "size": 6}, 36)])
def test_digits_are_told_apart(asking: Asking, album: Path, params: dict[str, Any], values: int) -> None:
    result = run(asking.request(album, params, runner_name="images", **DIGITS), asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["accuracy"] > 0.8
    model, rows = load(asking.folder), read_parquet(asking.folder / "reference.parquet")
    assert model.signature.inputs[0].shape == (-1, values)
    assert model.predict({"image": rows["image"]}).prediction.tolist() == rows["prediction"].tolist()
    recorded = json.loads((asking.folder / "examples.json").read_text())
    asked = recorded[0]["request"]["inputs"][0]
    assert (asked["shape"], asked["datatype"]) == ([1, 1], "BYTES")
    assert asked["data"][0] in {b64encode(path.read_bytes()).decode() for path in (album / "images").iterdir()}
    assert model.predict({"image": asked["data"]}).prediction.tolist() == recorded[0]["response"]["outputs"][0]["data"]


def test_an_unknown_parameter_is_told(asking: Asking, album: Path) -> None:
    with pytest.raises(InputError, match="logistic has no parameter sise"):
        run(asking.request(album, {"sise": 8}, **DIGITS), asking.folder)
