"""A model is measured by a replica of its own: what it doesn't answer counts, and so does how long it takes."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError, Request, Result
from runners.models.signature import read_signature
from runners.replica import run
from runners.replica.measuring import DOCUMENT, size_of
from tests.unit.runners.replica.trials import trial

ALL: dict[str, Any] = {
    "answers": {"rows": 30, "batch": 4},
    "latency": {"requests": 300},
    "load": {"clients": 2, "seconds": 1},
}


def measured(folder: Path, place: Path, **params: Any) -> Result:
    place.mkdir()
    url = folder.as_uri()
    return run(Request(run="r", runner="replica", params=params, inputs={"candidate": url}, output="x"), place)


@pytest.mark.slow
def test_a_sound_model_is_measured_whole(tmp_path: Path) -> None:
    found = measured(trial(tmp_path / "trial", [20.0, 40.0, 60.0] * 10), tmp_path / "out", **ALL)
    figures = found.facts["figures"]
    assert figures["answers"]["value"] == 1.0
    assert figures["answers"]["count"] == 30
    assert 0 < figures["latency.p50"]["value"] <= figures["latency.p99"]["value"] <= figures["latency.p99"]["high"]
    assert figures["latency.p99"]["count"] == 300
    assert 0 < figures["load.rate"]["low"] <= figures["load.rate"]["value"]
    assert figures["load.p99"]["value"] > 0
    assert found.metrics["size"] == figures["size"]["value"] > 0
    assert found.facts["refused"] == []
    assert found.facts["machine"]["cores"] > 0
    assert json.loads((tmp_path / "out" / DOCUMENT).read_text()) == found.facts


@pytest.mark.slow
def test_rows_that_it_answers_with_status_400_are_counted_and_told(tmp_path: Path) -> None:
    rows: list[float | str | None] = ["old", "young", "30", None]
    found = measured(trial(tmp_path / "trial", rows), tmp_path / "out", answers={"rows": 4}, latency={"requests": 20})
    assert found.facts["figures"]["answers"]["value"] == 0.0
    assert "status 400" in found.facts["refused"][0]
    assert found.facts["figures"]["latency.p50"]["value"] is None


def test_without_more_the_size_of_its_files_is_told(tmp_path: Path) -> None:
    folder = trial(tmp_path / "trial", [30.0])
    wanted = sum((folder / name).stat().st_size for name in ("model.onnx", "signature.json"))
    assert measured(folder, tmp_path / "out").metrics == {"size": wanted}
    (folder / "model.onnx").unlink()
    with pytest.raises(InputError, match="a file of the model isn't there"):
        size_of(folder, read_signature(folder))


def test_what_is_no_trial_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no signature"):
        measured(tmp_path / "empty", tmp_path / "out")
