"""Predictions as a dataset: what an endpoint says of each row, each part scored once by each model."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from runners.contract.request import read_params
from runners.ingest import scored, scorer
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.ingest.scored import grow_by_scores
from runners.ingest.scorer import Scorer
from runners.inputs import Lent
from runners.models import load
from tests.bench.served import linear, trees
from tests.times import ROOT
from tests.unit.runners.ingest.files_world import Folder
from tests.unit.runners.ingest.growing_world import Version
from tests.unit.runners.ingest.scored_world import Scoring, rows_at_random, trained
from tests.unit.runners.serve.endpoint import V2, Endpoint

FEATURES = ("age", "income", "rooms", "owns", "town", "since")
PROTOCOL = {"age": "INT64", "income": "FP64", "rooms": "FP64", "owns": "BOOL", "town": "BYTES", "since": "BYTES"}


class Ground:
    """Rows with their versions, and a model of each task that learned from the first one."""

    def __init__(self, root: Path) -> None:
        self.world = Scoring(root / "w")
        self.world.write("a.jsonl", rows_at_random(0, 240))
        first = self.world.refresh()
        self.models = {
            "paid": trained(root / "paid", first, "binary", "paid", "roc_auc", model="gbm", n_estimators=10),
            "grade": trained(root / "grade", first, "multiclass", "grade", "accuracy", model="logistic"),
            "amount": trained(root / "amount", first, "regression", "amount", "r2", model="linear"),
        }
        strange = {"town": "Nowhere", "income": None, "rooms": None, "since": "1999-12-31T23:59:59Z"}
        self.rows = [*rows_at_random(0, 240), {**rows_at_random(240, 1)[0], **strange}]
        self.world.write("b.jsonl", self.rows[240:])
        self.world.refresh()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Return rows of every type and three models of them."""
    return Ground(tmp_path_factory.mktemp("ground"))


def answered(model: Path, rows: list[Any]) -> dict[str, list[Any]]:
    """Return what an endpoint says of rows that a client sends."""
    tensors = [
        {"name": n, "datatype": PROTOCOL[n], "shape": [len(rows)], "data": [row[n] for row in rows]} for n in FEATURES
    ]
    status, told = Endpoint(load(model), limit=10**6).ask(V2, {"inputs": tensors})
    assert status == 200, told
    return {one["name"]: one["data"] for one in told["outputs"]}


@pytest.mark.parametrize("target", ["paid", "grade", "amount"])
def test_it_says_of_each_row_what_the_endpoint_says(ground: Ground, target: str) -> None:
    ground.world.former = None
    made = ground.world.score(ground.models[target], keep=("id", "town"))
    assert made.result.accepted
    signature, rows = load(ground.models[target]).signature, made.rows()
    told = answered(ground.models[target], ground.rows)
    assert [row["id"] for row in rows] == [row["id"] for row in ground.rows]
    assert [row["town"] for row in rows] == [row["town"] for row in ground.rows]
    assert {row["model"] for row in rows} == {signature.digest}
    if target == "amount":
        assert [row["prediction"] for row in rows] == pytest.approx(told["prediction"], rel=1e-6)
    else:
        assert [row["prediction"] for row in rows] == told["prediction"]
    if target == "paid":
        assert list(rows[0]) == ["id", "town", "prediction", "predicted_probability", "model"]
        assert [row["predicted_probability"] for row in rows] == pytest.approx(told["predicted_probability"], abs=1e-6)
    if target == "grade":
        each = [f"probability_{label}" for label in signature.classes]
        assert list(rows[0]) == ["id", "town", "prediction", *each, "model"]
        flat = [row[name] for row in rows for name in each]
        assert flat == pytest.approx(told["probabilities"], abs=1e-6)


def test_what_is_told_of_it_names_the_model_and_from_which_columns_answers_are_made(ground: Ground) -> None:
    made = ground.world.score(ground.models["paid"])
    digest = load(ground.models["paid"]).signature.digest
    assert made.result.facts["scored"] == {
        "model": digest, "task": "binary", "classes": ["no", "yes"], "positive": "yes",
    }  # fmt: skip
    made_from = json.loads((made.folder / "lineage.json").read_text())
    assert made_from["id"] == ["rows.id"]
    assert set(made_from["prediction"]) == {f"rows.{name}" for name in FEATURES}
    proposed = made.result.facts["proposed_columns"]
    assert proposed["prediction"] == {"type": "string", "enum": ["no", "yes"]}
    assert proposed["model"] == {"type": "string"}
    assert proposed["predicted_probability"] == {"type": "number"}, "another model's lie elsewhere"


def test_which_model_said_so_is_the_same_in_each_row_by_design_and_no_finding(ground: Ground) -> None:
    made = ground.world.score(ground.models["paid"], keep=("town",))
    profile = json.loads((made.folder / "profile.json").read_text())
    assert "model" in profile["columns"]
    told = [*profile["findings"], *profile["preparations"]]
    assert "town" in {name for one in told for name in one["columns"]}, "others are looked at"
    assert "model" not in {name for one in told for name in one["columns"]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many rows a model is asked about at a time."""
    seen: list[int] = []
    real = Scorer._scored

    def noting(self: Scorer, batch: Any, place: str) -> Any:
        seen.append(batch.num_rows)
        return real(self, batch, place)

    monkeypatch.setattr(Scorer, "_scored", noting)
    return seen


def test_a_model_is_asked_about_new_parts_alone_and_another_one_about_all(
    ground: Ground, tmp_path: Path, asked: list[int]
) -> None:
    world = Scoring(tmp_path / "w")
    world.write("a.jsonl", rows_at_random(0, 30))
    world.refresh()
    world.score(ground.models["paid"])
    world.write("b.jsonl", rows_at_random(30, 5))
    world.refresh()
    second = world.score(ground.models["paid"])
    assert asked == [30, 5]
    assert (second.refreshed["kind"], second.refreshed["rows"]) == ("incremental", 5)
    unchanged = world.score(ground.models["paid"])
    assert (asked, unchanged.result.content) == ([30, 5], second.result.content)
    other = world.score(ground.models["amount"])
    assert asked == [30, 5, 30, 5]
    assert other.refreshed["because"] == scored.ANOTHER
    assert {row["model"] for row in other.rows()} == {load(ground.models["amount"]).signature.digest}


def test_what_is_kept_otherwise_is_scored_again(ground: Ground, tmp_path: Path, asked: list[int]) -> None:
    world = Scoring(tmp_path / "w")
    world.write("a.jsonl", rows_at_random(0, 30))
    world.refresh()
    world.score(ground.models["paid"])
    made = world.score(ground.models["paid"], keep=("id", "age"))
    assert asked == [30, 30]
    assert made.rows()[0]["age"] == rows_at_random(0, 1)[0]["age"]


LIMIT = {"distance": 0.2}
REFUSED = [
    ({"drop": "income"}, "datasets/rows has no column income, which the model of deployments/api is asked with"),
    ({"drop": ("income", "town")}, "has no columns income, town"),
    ({"keep": ("id", "nothing")}, "datasets/rows has no column nothing"),
    ({"null": "age"}, "age of row 0 is missing, and the model was trained on none missing"),
    ({"null": "age", "sensitive": "age"}, "a value of age isn't one that it takes"),
    ({"sensitive": "town", "keep": ("id", "town")}, "town is made from rows.town, which is sensitive"),
]


@pytest.mark.parametrize(("how", "what"), REFUSED)
def test_rows_that_the_model_cant_be_asked_about_are_refused_by_their_columns(
    ground: Ground, tmp_path: Path, how: dict[str, Any], what: str
) -> None:
    world = Scoring(tmp_path / "w")
    rows, gone = rows_at_random(0, 3), how.get("drop", ())
    rows = [{n: v for n, v in row.items() if n not in gone} for row in rows]
    if null := how.get("null"):
        rows[0] = {**rows[0], null: None}
    world.write("a.jsonl", rows)
    columns = {name: {"type": "integer", "missing": 1.0} for name in ("id", "age")}
    if hidden := how.get("sensitive"):
        columns[hidden] = {"type": "integer" if hidden == "age" else "string", "missing": 1.0, "sensitive": True}
    world.refresh(columns=columns, new_columns="allow")
    with pytest.raises(InputError, match=what) as refused:
        world.score(ground.models["paid"], how.get("keep", ()))
    assert "source.predictions" in refused.value.where or refused.value.where == "columns.town"
    assert refused.value.fix


def test_answers_are_held_to_rules_and_to_the_version_before(ground: Ground, tmp_path: Path) -> None:
    world = Scoring(tmp_path / "w")
    world.write("a.jsonl", rows_at_random(0, 60))
    world.refresh()
    limits = {
        "rules": {"sure": "abs(predicted_probability - 0.5) > 0.001"},
        "drift": {"columns": {"prediction": LIMIT}},
    }
    first = world.score(ground.models["paid"], **limits)
    assert first.result.accepted, first.result.violations
    world.write("b.jsonl", [{**row, "age": 89, "income": 70.0} for row in rows_at_random(60, 300)])
    world.refresh()
    (violation,) = world.score(ground.models["paid"], **limits, previous=first.folder).result.violations
    assert (violation.where, "allowed is 0.2" in violation.what) == ("prediction", True)


def test_a_kept_column_that_is_declared_as_sensitive_is_kept(ground: Ground, tmp_path: Path) -> None:
    world = Scoring(tmp_path / "w")
    world.write("a.jsonl", rows_at_random(0, 3))
    hidden = {"town": {"type": "string", "missing": 1.0, "sensitive": True}}
    world.refresh(columns=hidden, new_columns="allow")
    made = world.score(ground.models["paid"], ("id", "town"), columns=hidden, new_columns="allow")
    assert made.result.accepted
    assert not any(row["town"] and row["town"] in (made.folder / "profile.json").read_text() for row in made.rows())


def test_a_model_that_was_changed_is_refused(ground: Ground, tmp_path: Path) -> None:
    folder = trees(tmp_path / "trial")
    (folder / "model.txt").write_text((folder / "model.txt").read_text().replace("tree", "tree "))
    with pytest.raises(InputError, match="it was changed after it was trained"):
        ground.world.score(folder)


def test_it_says_the_same_with_any_number_of_threads(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    monkeypatch.setattr(scorer, "BATCH_ROWS", 16)
    contents = set()
    for cpus in ("1", "3", "0.5"):
        monkeypatch.setenv("SETPOINT_CPUS", cpus)
        contents.add(ground.world.score(ground.models["grade"], full=True).result.content)
    assert len(contents) == 1
    assert len(asked) == 3 * 16


STEP = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 3), st.integers(0, 4)),
    st.tuples(st.just("go"), st.integers(1, 3)),
    st.tuples(st.just("score"), st.integers(0, 1)),
)
SOURCE = {"predictions": {"of": "datasets/boxes", "by": "deployments/boxes", "keep": ["id"]}}
HEAD = "id,length,width,height,weight\n"


class Boxes:
    """Files of boxes that come and go, and what two models say of them."""

    def __init__(self, root: Path, models: list[Path]) -> None:
        self.models, self._root, self._count, self._number = models, root, 0, 0
        columns = {name: {"type": "number"} for name in HEAD.strip().split(",")}
        self._folder = Folder(root, columns={**columns, "id": {"type": "integer"}}, identifier="id")
        self._former: Path | None = None
        self.put(0, 1)

    def put(self, file: int, rows: int) -> None:
        """Write a file of so many boxes, or write it anew with others."""
        first, self._number = self._number, self._number + rows
        lines = (f"{n},{n / 7},{-n / 3},1.5,{n % 5 - 2.25}\n" for n in range(first, self._number))
        self._folder.write(f"{file}.csv", HEAD + "".join(lines))

    def go(self, file: int) -> None:
        """Take a file away."""
        (self._folder.place / f"{file}.csv").unlink(missing_ok=True)

    def rows(self) -> Path:
        """Make the next version of the boxes; return its folder."""
        return self._folder.refresh().folder

    def score(self, model: int, *, full: bool = False) -> Version:
        """Make the next version of what a model says of the newest boxes."""
        params = Parameters.model_validate({"source": SOURCE, "minimum_rows": 0})
        folder, self._count = self._root / f"s{self._count}", self._count + 1
        folder.mkdir()
        inputs = {"rows": str(self.rows()), "model": str(self.models[model])}
        former = Lent(self._former.as_uri(), self._former) if self._former and not full else None
        assert params.source.predictions
        made = Version(folder, grow_by_scores(params.source.predictions, params, folder, inputs, former), params)
        self._former = self._former if full else folder
        return made


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two models of four numbers."""
    root = tmp_path_factory.mktemp("two")
    return [trees(root / "a"), linear(root / "b")]


@given(st.lists(STEP, max_size=8))
@settings(max_examples=8, deadline=None)
def test_any_scorings_say_what_one_of_all_rows_says(two: list[Path], steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as place:
        boxes = Boxes(Path(place), two)
        for what, *told in steps:
            {"put": boxes.put, "go": boxes.go, "score": boxes.score}[what](*told)
        grown, whole = boxes.score(0), boxes.score(0, full=True)
        assert grown.said == whole.said
        assert sorted(map(str, grown.rows_as_they_are())) == sorted(map(str, whole.rows_as_they_are()))


def test_wherever_a_job_is_killed_the_next_attempt_makes_the_same(tmp_path: Path, two: list[Path]) -> None:
    boxes = Boxes(tmp_path, two)
    boxes.score(0)
    boxes.put(1, 40)
    inputs = {"rows": boxes.rows().as_uri(), "model": two[0].as_uri()}
    request = tmp_path / "made.json"
    told = {"run": "datasets/x/0", "runner": "ingest", "params": {"source": SOURCE}, "inputs": inputs}
    request.write_text(json.dumps({**told, "output": (tmp_path / "made").as_uri()}))

    def attempt(last: int) -> "subprocess.CompletedProcess[str]":
        line = [sys.executable, "-m", "tests.unit.runners.ingest.killed", str(request), str(last)]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    done = attempt(0)
    assert done.returncode == 0, done.stderr
    steps, result = int(done.stdout.split()[-1]), tmp_path / "made" / "result.json"
    content = json.loads(result.read_text())["content"]
    for share in (0.4, 0.8):
        result.unlink(missing_ok=True)
        assert attempt(int(steps * share)).returncode == -signal.SIGKILL
        assert not result.exists()
    assert attempt(0).returncode == 0
    assert json.loads(result.read_text())["content"] == content
    (tmp_path / "whole").mkdir()
    params = read_params(Parameters, {"source": SOURCE})
    assert content == ingest("datasets/x", params, tmp_path / "whole", inputs).content


def test_a_dataset_without_rows_has_the_columns_of_the_answers(tmp_path: Path, two: list[Path]) -> None:
    boxes = Boxes(tmp_path, two)
    boxes.put(0, 0)
    made = boxes.score(0)
    assert made.rows_as_they_are() == []
    assert list(made.grown.table.types) == ["id", "prediction", "predicted_probability", "model"]
