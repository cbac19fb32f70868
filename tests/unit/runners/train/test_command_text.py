"""A script that leaves a model of the next letter, and what its numbers are as text: it is a model that writes."""

from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from runners.contract import InputError, Result
from runners.models import load
from runners.models.generation import Sampling, generator_of
from runners.train.command import run
from tests.unit.runners.train.conftest import Asking

TEXT = "abc " * 60
LETTERS = """
import json, os
import pandas as pd
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

rows = pd.read_csv(os.environ["SETPOINT_TRAIN_CSV"])
X, y = rows[["c0", "c1"]].to_numpy("float32"), rows["next"]
model = LogisticRegression(C=100, max_iter=5000).fit(X, y)
out = os.environ["SETPOINT_OUTPUT"]
content = to_onnx(model, X[:1], options={"zipmap": False}).SerializeToString()
open(out + "/model.onnx", "wb").write(content)
json.dump({"format": 1, "tokens": list("abc "), "context": CONTEXT, "pad": 3}, open(out + "/generation.json", "w"))
"""


def trained(asking: Asking, folder: Path, context: str) -> Result:
    numbers = ["abc ".index(letter) for letter in TEXT]
    rows: dict[str, Any] = {"id": range(len(TEXT) - 2), "c0": numbers[:-2], "c1": numbers[1:-1], "next": numbers[2:]}
    (folder / "rows").mkdir()
    (folder / "code").mkdir()
    pd.DataFrame(rows).to_parquet(folder / "rows" / "data.parquet", index=False)
    (folder / "code" / "train.py").write_text(LETTERS.replace("CONTEXT", context))
    told = {"target": "next", "task": "multiclass", "metric": {"name": "log_loss", "goal": "minimize"}}
    runner = {"command": ["python", "train.py"], "code": "code"}
    inputs = {"code": str(folder / "code")}
    request = asking.request(
        folder / "rows", inputs=inputs, runner_name="command", runner=runner, exclude=["id"], **told
    )
    return run(request, asking.folder)


@pytest.mark.slow
def test_it_writes_what_it_has_learned_and_the_file_is_part_of_the_model(asking: Asking, tmp_path: Path) -> None:
    assert trained(asking, tmp_path, '["c0", "c1"]').accepted
    model = load(asking.folder)
    assert "generation.json" in model.signature.files
    writer = generator_of(model)
    assert writer is not None
    assert "".join(islice(writer.generate("ab", Sampling(temperature=0)), 6)) == "c abc "


@pytest.mark.slow
def test_a_file_that_is_of_another_model_is_told_when_it_is_trained(asking: Asking, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the context and the columns of the model differ in `c1`"):
        trained(asking, tmp_path, '["c0"]')
