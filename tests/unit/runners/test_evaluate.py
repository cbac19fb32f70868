"""The door of the `evaluate` runner, as the harness goes through it."""

import json
import subprocess
import sys
from pathlib import Path

from runners.contract import Request, Result
from runners.evaluate import run
from runners.harness import main
from tests.unit.runners.evaluate.conftest import backwards, trial


def test_a_job_leaves_its_result(tmp_path: Path) -> None:
    inputs = {"candidate": str(trial(tmp_path / "candidate")), "live": str(backwards(tmp_path / "live"))}
    order = Request(run="promotions/ill/c", runner="evaluate", inputs=inputs, output=f"file://{tmp_path}/out")
    (tmp_path / "request.json").write_text(order.model_dump_json())
    assert main([str(tmp_path / "request.json")]) == 0
    result = Result.model_validate_json((tmp_path / "out/result.json").read_bytes())
    assert set(result.files) == {"comparison.json", "comparison.md", "comparison.png"}
    assert result.metrics["difference.roc_auc"] > 0


def test_what_is_wrong_is_left_as_an_error(tmp_path: Path) -> None:
    order = Request(run="promotions/ill/c", runner="evaluate", output=f"file://{tmp_path}/out", params={"metrics": {}})
    (tmp_path / "request.json").write_text(order.model_dump_json())
    assert main([str(tmp_path / "request.json")]) == 65
    assert json.loads((tmp_path / "out/error.json").read_text())["where"] == "metrics"


def test_the_door_is_light_until_somebody_goes_through() -> None:
    code = "import sys, runners.evaluate; print({'pyarrow', 'pandas', 'matplotlib', 'numpy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
    assert callable(run)
