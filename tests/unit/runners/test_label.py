"""The door of the `label` runner, as the harness goes through it."""

import json
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest
from pyarrow import parquet

from reconciler.model.kinds.labels import Answer, Labels
from runners.contract import Request, Result
from runners.harness import main
from runners.label.parameters import Parameters

SPEC = {"dataset": "datasets/pets", "exports": {"url": "${secret:ANSWERS}/p.json", "question": "pet"}}


@pytest.fixture
def request_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a request whose dataset and export are there, the export under a secret."""
    monkeypatch.setenv("SETPOINT_SECRET_ANSWERS", f"file://{tmp_path}")
    parquet.write_table(pa.table({"id": ["1.png"]}), tmp_path / "manifest.parquet")
    answer = {"from_name": "pet", "type": "choices", "value": {"choices": ["cat"]}}
    tasks = [{"id": 1, "data": {"image": "1.png"}, "annotations": [{"completed_by": 1, "result": [answer]}]}]
    (tmp_path / "p.json").write_text(json.dumps(tasks))
    return written(tmp_path, Labels.model_validate(SPEC).label_params)


def written(folder: Path, params: dict[str, Any], **inputs: str) -> Path:
    request = Request(
        run="labels/pets/abc123",
        runner="label",
        params=params,
        inputs=inputs or {"dataset": f"file://{folder}"},
        output=f"file://{folder}/out",
    )
    (folder / "request.json").write_text(request.model_dump_json())
    return folder / "request.json"


def test_a_job_leaves_its_result(tmp_path: Path, request_file: Path) -> None:
    assert main([str(request_file)]) == 0
    result = Result.model_validate_json((tmp_path / "out/result.json").read_bytes())
    assert result.accepted
    assert set(result.files) == {"labels.parquet", "disputes.json", "agreement.json", "agreement.png"}


@pytest.mark.parametrize(
    "more",
    [
        {"choices": ["cat"], "note": "n", "agreement": {"scale": "ordinal", "confidence": 0.9}, "disputed": "drop"},
        {"write": {"formats": ["label-studio", "doccano"], "text": "body"}, "merge": "mace"},
        {"answer": "segments", "exports": SPEC["exports"] | {"transcript": "words"}},
        {"answer": "comparison", "compared": {"left": "a", "right": "b"}, "merge": "bradley-terry"},
        *({"answer": answer} for answer in get_args(Answer) if answer != "comparison"),
    ],
    ids=str,
)
def test_the_spec_and_the_runner_mean_the_same(more: dict[str, Any]) -> None:
    told = Labels.model_validate(SPEC | more).label_params
    assert Parameters.model_validate(told).model_dump(mode="json", exclude_none=True) == told


@pytest.mark.parametrize(
    ("params", "inputs", "where"),
    [
        ({}, {}, "inputs.answers"),
        (SPEC["exports"], {}, "url"),
        ({"exports": SPEC["exports"]}, {"other": "x"}, "inputs.dataset"),
    ],
)
@pytest.mark.usefixtures("request_file")
def test_what_is_wrong_is_left_as_an_error(
    tmp_path: Path, params: dict[str, Any], inputs: dict[str, str], where: str
) -> None:
    assert main([str(written(tmp_path, params, **inputs))]) == 65
    assert json.loads((tmp_path / "out/error.json").read_text())["where"] == where
