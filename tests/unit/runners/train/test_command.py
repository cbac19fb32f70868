"""The runner for code of one's own: plain scripts of every kind, and scripts that go wrong."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runners.contract import Crashed, InputError, Result, SourceUnavailable
from runners.models import load
from runners.ranks import Helped
from runners.train.command import command_of, reported_in, run
from runners.train.trial import OwnCode
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.explained import adds_up
from tests.unit.runners.train.test_albums import DIGITS

pytestmark = pytest.mark.slow
PLAIN = """
import json, os
import pandas as pd
from skl2onnx import to_onnx
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows = pd.read_csv(os.environ["SETPOINT_TRAIN_CSV"])
X, y = rows.drop(columns=["id", "target"]).select_dtypes("number").astype("float32"), rows["target"]
last = LogisticRegression(C=json.loads(os.environ["SETPOINT_PARAMS"])["C"], max_iter=2000)
model = make_pipeline(SimpleImputer(), StandardScaler(), last).fit(X.to_numpy(), y)
open(os.environ["SETPOINT_OUTPUT"] + "/model.onnx", "wb").write(to_onnx(model, X.to_numpy()[:1]).SerializeToString())
json.dump({"steps": int(last.n_iter_[0])}, open(os.environ["SETPOINT_OUTPUT"] + "/metrics.json", "w"))
open(os.environ["SETPOINT_OUTPUT"] + "/notes.txt", "w").write("hello")
"""
BOOSTED = """
import os
import lightgbm, pandas as pd

rows = pd.read_parquet(os.environ["SETPOINT_TRAIN"])
X = rows.drop(columns=["id", "target", "ward", "size"]).astype(float)
data = lightgbm.Dataset(X, rows["target"])
booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 10)
booster.save_model(os.environ["SETPOINT_OUTPUT"] + "/model.txt")
"""
PICTURES = """
import os
import numpy as np, onnx, pandas as pd
from PIL import Image
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

rows = pd.read_parquet(os.environ["SETPOINT_TRAIN"])
X = np.stack([np.asarray(Image.open(path), "float32").ravel() / 255 for path in rows["path"]])
model = LogisticRegression(max_iter=1000).fit(X, rows["label"])
options = {id(model): {"zipmap": False}}
onnx.save(to_onnx(model, X[:1], options=options), os.environ["SETPOINT_OUTPUT"] + "/model.onnx")
"""


class Coding:
    """Runs the user's scripts."""

    def __init__(self, asking: Asking, code: Path) -> None:
        self.asking = asking
        self.code = code

    def run(self, dataset: Path, script: str, params: dict[str, Any] | None = None, **told: Any) -> Result:
        (self.code / "train.py").write_text(script)
        told = {"runner": {"command": ["python", "train.py"], "code": "code"}, **told}
        inputs = {"code": str(self.code)}
        request = self.asking.request(dataset, params, inputs=inputs, runner_name="command", **told)
        return run(request, self.asking.folder)


@pytest.fixture
def coding(asking: Asking, tmp_path: Path) -> Coding:
    """Return what runs scripts in a folder of their own."""
    (tmp_path / "code").mkdir()
    return Coding(asking, tmp_path / "code")


def test_a_plain_script_just_works(coding: Coding, cancer: Path) -> None:
    result = coding.run(cancer, PLAIN, {"C": 0.5}, exclude=["id", "ward", "size", "is_rough"])
    assert result.accepted, result.violations
    assert result.metrics["roc_auc"] > 0.9
    assert result.metrics["steps"] > 1
    folder = coding.asking.folder
    assert (folder / "extra/notes.txt").read_text() == "hello"
    assert not (folder / "checkpoint").exists()
    assert json.loads((folder / "metrics.json").read_text())["reported"]["steps"] > 1
    signature = load(folder).signature
    assert signature.tensors[0].name == "X"
    assert signature.columns[-1] == "cells"
    assert signature.identifier == "id"
    assert adds_up(folder)


@pytest.mark.slow
def test_a_module_does_as_well_as_a_command(coding: Coding, cancer: Path) -> None:
    told = {"runner": {"module": "train"}, "exclude": ["id", "ward", "size", "is_rough"]}
    assert coding.run(cancer, PLAIN, {"C": 0.5}, **told).accepted


@pytest.mark.slow
def test_lightgbms_own_text_is_a_model_too(coding: Coding, cancer: Path) -> None:
    result = coding.run(cancer, BOOSTED, exclude=["id", "ward", "size"])
    assert result.facts["model"]["format"] == "lightgbm"
    assert result.metrics["roc_auc"] > 0.9
    assert load(coding.asking.folder).signature.columns[-1] == "is_rough"
    assert adds_up(coding.asking.folder)


@pytest.mark.slow
def test_pictures_may_be_learned_by_a_script(coding: Coding, album: Path) -> None:
    result = coding.run(album, PICTURES, **DIGITS)
    assert result.accepted, result.violations
    assert result.metrics["accuracy"] > 0.8
    assert load(coding.asking.folder).signature.columns == ("image",)
    assert adds_up(coding.asking.folder)


LEAVE = "import os; from pathlib import Path; out = Path(os.environ['SETPOINT_OUTPUT'])\n"


@pytest.mark.parametrize(
    ("script", "error", "what"),
    [
        ("raise ValueError('my own mistake')", InputError, "ValueError: my own mistake"),
        ("import sys; sys.exit(75)", SourceUnavailable, "asks to be tried again later"),
        ("import os; os.kill(os.getpid(), 9)", Crashed, "was killed by signal 9"),
        ("pass", InputError, "the code left nothing in $SETPOINT_OUTPUT"),
        (LEAVE + "(out / 'weights.csv').write_text('1')", InputError, "the code left no model: weights.csv"),
        (LEAVE + "(out / 'model.pkl').write_bytes(b'x')", InputError, "model.pkl, which could execute code"),
        (LEAVE + "(out / 'model.onnx').write_bytes(b'x')", InputError, "onnxruntime can't load the model"),
        (LEAVE + "(out / 'model.txt').write_bytes(b'x')", InputError, "LightGBM can't load the model"),
    ],
)
def test_what_goes_wrong_is_told(coding: Coding, cancer: Path, script: str, error: type[Exception], what: str) -> None:
    with pytest.raises(error) as failure:
        coding.run(cancer, script)
    assert what in str(failure.value)


@pytest.mark.slow
def test_a_model_that_cannot_bear_gaps_is_told(coding: Coding, cancer: Path) -> None:
    script = PLAIN.replace('astype("float32"), rows', 'astype("float32").fillna(0), rows').replace(
        "SimpleImputer(), ", ""
    )
    with pytest.raises(InputError, match=r"the model can't answer the test rows: .* a value is missing") as failure:
        coding.run(cancer, script, {"C": 0.5}, exclude=["id", "ward", "size", "is_rough"])
    assert "SimpleImputer" in failure.value.fix


@pytest.mark.slow
def test_metrics_that_are_no_numbers_are_refused(coding: Coding, cancer: Path) -> None:
    script = PLAIN.replace("int(last.n_iter_[0])", "float('nan')")
    result = coding.run(cancer, script, {"C": 0.5}, exclude=["id", "ward", "size", "is_rough"])
    assert not result.accepted
    assert result.violations[0].where == "steps"


@pytest.mark.parametrize(
    ("runner", "line"),
    [
        ({"command": ["python", "train.py"]}, (sys.executable, "train.py")),
        ({"command": ["./train.sh", "-v"]}, ("./train.sh", "-v")),
        ({"module": "mine.train"}, (sys.executable, "-m", "mine.train")),
    ],
)
def test_python_is_the_jobs_own(runner: dict[str, Any], line: tuple[str, ...]) -> None:
    assert tuple(command_of(OwnCode(**runner))) == line


def test_a_runner_without_a_command_is_told() -> None:
    with pytest.raises(InputError, match="neither a command nor a module"):
        command_of(OwnCode())


@pytest.mark.parametrize("text", ["[1]", '{"a": "b"}', '{"a": true}', "{", "3"])
def test_reported_metrics_are_numbers_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(InputError, match=r"metrics\.json is no"):
        reported_in(tmp_path / "metrics.json")
    assert reported_in(tmp_path / "none.json") is None


@pytest.mark.parametrize("text", ['{"a": 1' + "0" * 400 + "}", '{"a": 1' + "0" * 5000 + "}", "[" * 100_000])
def test_a_number_without_end_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(InputError, match=r"metrics\.json (is no JSON|holds a number that is too large)"):
        reported_in(tmp_path / "metrics.json")


def test_the_door_is_light_until_the_code_has_run() -> None:
    code = "import sys, runners.train.command; print({'sklearn', 'torch', 'matplotlib', 'lightgbm'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_on_the_second_node_the_code_runs_too_and_leaves_nothing(
    asking: Asking, cancer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    (tmp_path / "code").mkdir()
    told = tmp_path / "told"
    text = f"import os; open({str(told)!r}, 'w').write(os.environ['RANK'] + os.environ['SETPOINT_CHECKPOINT'])"
    (tmp_path / "code/train.py").write_text(text)
    (tmp_path / "helper").mkdir()
    runner = {"command": ["python", "train.py"]}
    request = asking.request(cancer, runner=runner, inputs={"code": f"file://{tmp_path}/code"})
    with pytest.raises(Helped):
        run(request, tmp_path / "helper")
    assert told.read_text() == f"1{asking.folder / 'checkpoint'}"


LEFT = {
    "a link": ("os.symlink('/etc/passwd', out + '/extra.txt')", "a link to something outside", "extra.txt"),
    "a deep folder": (
        "os.chdir(out)\nfor _ in range(1200):\n    os.mkdir('d')\n    os.chdir('d')",
        "more than 48 folders within one another",
        "d/d/d",
    ),
    "no folder": ("os.rmdir(out)", "its output folder was removed", "$SETPOINT_OUTPUT"),
    "a file": ("os.rmdir(out); open(out, 'w')", "its output folder was removed", "$SETPOINT_OUTPUT"),
}


@pytest.mark.parametrize("case", LEFT)
def test_what_cannot_be_kept_is_told_in_words(
    coding: Coding, cancer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    script, what, where = LEFT[case]
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    with pytest.raises(InputError, match=what) as told:
        coding.run(cancer, f"import os\nout = os.environ['SETPOINT_OUTPUT']\n{script}\n")
    assert told.value.where.startswith(where)
    assert list((tmp_path / "scratch").iterdir()) == []
