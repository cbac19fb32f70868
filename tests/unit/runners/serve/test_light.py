"""What a replica has in memory: what its model needs, and none of what its library could use besides."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from runners.models import load
from runners.serve.light import without
from tests.bench.served import bodies, trees
from tests.times import ROOT

_LOOK = """
import json, sys
from pathlib import Path
from runners.serve.light import UNNEEDED
from runners.serve.settings import Settings
from runners.serve.start import open_model
told = json.loads(sys.argv[1])
model = open_model(Settings(**told["settings"]))
answer = model.predict(told["columns"]).as_columns()
loaded = [name for name in UNNEEDED if name in sys.modules]
import pandas, sklearn  # are found again
print(json.dumps([loaded, {name: values.tolist() for name, values in answer.items()}]))
"""


def test_what_is_hidden_is_found_again() -> None:
    sys.modules.pop("wave", None)
    with without(["wave"]), pytest.raises(ImportError):
        importlib.import_module("wave")
    assert importlib.import_module("wave").__name__ == "wave"


def test_what_was_imported_before_is_never_hidden() -> None:
    with without(["json"]):
        assert importlib.import_module("json") is json
    assert sys.modules["json"] is json


def test_a_failure_hides_nothing_for_good() -> None:
    sys.modules.pop("wave", None)
    with pytest.raises(ImportError), without(["wave"]):
        importlib.import_module("wave")
    assert "wave" not in sys.modules


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_replica_of_lightgbm_has_nothing_for_tables_and_plots_and_answers_the_same(
    tmp_path: Path, is_kept: bool
) -> None:
    folder = trees(tmp_path / "trial")
    asked, truth = bodies(folder, rows=5, count=1)[0]
    settings = {
        **dict.fromkeys(("name", "deployment", "revision", "trial"), "boxes"),
        "model_url": folder.as_uri(),
        "model_digest": load(folder).signature.digest,
        "socket": "s",
        "keep": str(tmp_path / "kept") if is_kept else None,
    }
    told = {"settings": settings, "columns": {one["name"]: one["data"] for one in asked["inputs"]}}
    line = [sys.executable, "-c", _LOOK, json.dumps(told)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, answer = json.loads(done.stdout.splitlines()[-1])
    assert loaded == []
    assert answer == {name: pytest.approx(values) for name, values in truth.items()}
