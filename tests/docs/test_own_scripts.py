"""The scripts of `docs/own-scripts.md` train, as they are printed, on rows with all that the page speaks of."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.evaluate.tables import Columns
from runners.models import load
from runners.train.command import run
from tests.times import ROOT
from tests.unit.runners.train import data
from tests.unit.runners.train.conftest import Asking, album, asking
from tests.unit.runners.train.test_albums import DIGITS

PAGE = (ROOT / "docs/own-scripts.md").read_text()
SCRIPTS = dict(re.findall(r'^```python title="code/(\S+)\.py"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL))
FEATURES: Mapping[str, list[str]] = {
    "mixed": ["visits", "height", "smokes", "ward", "note"],
    "odd_names": ["body mass", "height"],
    "boosted": ["visits", "height", "body mass"],
    "in_steps": ["visits", "height"],
}
__all__ = ["album", "asking"]
REFUSED = PAGE.split("## When it is refused")[1]
pytestmark = pytest.mark.slow


def patients() -> Columns:
    """Return made rows: numbers with gaps, a truth, a category and a text with gaps, and a name with a space."""
    generator = np.random.default_rng(0)
    ill = generator.random(600) < 0.5
    columns: Columns = {"id": np.arange(600), "body mass": 70 + 20 * ill + generator.normal(0, 9, 600)}
    columns["height"] = generator.normal(170, 10, 600)
    columns["visits"] = generator.integers(0, 9, 600) + 3 * ill
    columns["smokes"] = generator.random(600) < 0.3 + 0.4 * ill
    columns["ward"] = np.array(["north", "south", None], object)[generator.integers(0, 3, 600)]
    words = np.where(ill, "much pain and fever", "is well again")
    columns["note"] = np.where(generator.random(600) < 0.1, None, words.astype(object))
    for name in ("body mass", "height"):
        columns[name][generator.random(600) < 0.05] = np.nan
    return columns | {"target": ill.astype(np.int64)}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.leave_table(tmp_path_factory.mktemp("patients"), patients(), "id")


def trained(asking: Asking, dataset: Path, script: str, **told: Any) -> Any:
    code = asking.folder.parent / "code"
    code.mkdir()
    (code / "train.py").write_text(script)
    runner = {"command": ["python", "train.py"], "code": "code"}
    inputs = {"code": str(code)}
    return run(asking.request(dataset, inputs=inputs, runner_name="command", runner=runner, **told), asking.folder)


@pytest.mark.parametrize("name", FEATURES)
def test_a_script_of_the_page_trains(name: str, asking: Asking, rows: Path) -> None:
    result = trained(asking, rows, SCRIPTS[name], features=FEATURES[name])
    assert result.accepted, result.violations
    assert result.metrics["roc_auc"] > 0.7
    assert sorted(load(asking.folder).signature.columns) == sorted(FEATURES[name])


def test_the_script_on_pictures_trains(asking: Asking, album: Path) -> None:
    result = trained(asking, album, SCRIPTS["pictures"], **DIGITS)
    assert result.accepted, result.violations


def test_what_a_script_tells_of_its_steps_is_kept(asking: Asking, rows: Path) -> None:
    trained(asking, rows, SCRIPTS["in_steps"], features=FEATURES["in_steps"])
    history = json.loads((asking.folder / "metrics.json").read_text())["history"]
    assert (history["step"], history["figure"], history["steps"]) == ("trees", "", [*range(1, 21)])
    assert list(history["series"]) == ["train auc", "train binary_logloss"]
    assert (asking.folder / "curves/learning.png").exists()


def test_all_scripts_of_the_page_are_run() -> None:
    assert SCRIPTS.keys() == {*FEATURES, "pictures"}


def test_a_name_with_a_space_is_refused_as_the_page_says(asking: Asking, rows: Path) -> None:
    script = SCRIPTS["odd_names"].replace("rename(onnx, NAMES)\n", "")
    with pytest.raises(InputError) as refused:
        trained(asking, rows, script, features=FEATURES["odd_names"])
    assert "the model's input body_mass is no column" in str(refused.value)


def test_each_message_of_the_page_is_one_of_the_code() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "runners").rglob("*.py"))
    told = re.findall(r"^\| \*(.+?)\* \|", REFUSED, re.MULTILINE)
    assert len(told) == 6
    for message in told:
        for part in message.split("…"):
            assert part.strip() in code, message
