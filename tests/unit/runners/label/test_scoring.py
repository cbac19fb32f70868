"""Scoring: a served model is asked about a dataset's examples, whatever it answers and whatever they hold."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from runners.contract import InputError, Request, Result, SourceUnavailable
from runners.label import scoring
from runners.label.scores import Score, read_scores
from tests.unit.runners.label.test_choosing import dataset
from tests.unit.runners.smoke.answering import Revision, revision

TAKEN = [{"name": "age", "datatype": "FP64", "shape": [-1, 1]}, {"name": "sex", "datatype": "BYTES", "shape": [-1, 1]}]


def answering(refused: Callable[[Any], bool] = lambda _: False, taken: Any = None) -> Callable[..., tuple[int, Any]]:
    """Answer as a binary model does: by the age, in tenths; and refuse requests with some ages."""

    def answer(path: str, body: Any) -> tuple[int, Any]:
        if body is None:
            return 200, {"inputs": TAKEN if taken is None else taken}
        ages = body["inputs"][0]["data"]
        if any(map(refused, ages)):
            return 400, {"error": "age: it is odd"}
        chances = [0.5 if age is None else age / 10 for age in ages]
        outputs = {"prediction": [int(chance >= 0.5) for chance in chances], "predicted_probability": chances}
        return 200, {"outputs": [{"name": name, "data": data} for name, data in outputs.items()]}

    return answer


def score(data: Path, out: Path, url: str, **params: Any) -> Result:
    out.mkdir()
    inputs = {"dataset": data.as_uri(), "endpoint": url}
    told = {"name": "workers", **params}
    return scoring.run(Request(run="labels/x/0", runner="score", params=told, inputs=inputs, output=""), out)


@pytest.fixture
def workers(tmp_path: Path) -> Path:
    ages = [n % 11 for n in range(250)]
    return dataset(tmp_path, id=list(range(250)), age=[None if n == 7 else float(n) for n in ages], sex=["1"] * 250)


def test_every_example_is_asked_about_once_and_out_of_the_log(workers: Path, tmp_path: Path) -> None:
    with revision(answering()) as found:
        first = score(workers, tmp_path / "out", found.url)
        again = score(workers, tmp_path / "again", found.url)
    scores = read_scores(tmp_path / "out")
    assert len(scores) == 250
    assert scores["9"] == Score("1", 0.9, 0.468996, 0.8)
    assert scores["7"] == Score("1", 0.5, 1.0, 0.0)
    assert first.facts == {"scored": 250, "refused": 0, "why": ""}
    assert first.content == again.content != ""
    asked = [body for _, body, _ in found.asked if body]
    assert [len(body["inputs"][0]["data"]) for body in asked[:3]] == [100, 100, 50]
    assert {headers["X-Setpoint-Smoke"] for _, _, headers in found.asked} == {"1"}


def test_rows_that_the_model_won_t_take_have_no_score_and_the_others_do(workers: Path, tmp_path: Path) -> None:
    with revision(answering(lambda age: age == 3)) as found:
        result = score(workers, tmp_path / "out", found.url, where="id < 30")
    assert (result.facts["scored"], result.facts["refused"]) == (27, 3)
    assert "it is odd" in result.facts["why"]


def test_only_the_examples_that_are_meant_are_asked_about(workers: Path, tmp_path: Path) -> None:
    with revision(answering()) as found:
        score(workers, tmp_path / "out", found.url, where="id < 5")
    assert set(read_scores(tmp_path / "out")) == {"0", "1", "2", "3", "4"}


def test_of_very_many_so_many_are_drawn(workers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "MOST", 20)
    with revision(answering()) as found:
        score(workers, tmp_path / "out", found.url)
        score(workers, tmp_path / "again", found.url)
    drawn = set(read_scores(tmp_path / "out"))
    assert len(drawn) == 20
    assert drawn == set(read_scores(tmp_path / "again")) != {str(n) for n in range(20)}


@pytest.mark.parametrize(
    ("answer", "error", "what"),
    [
        (lambda *_: (404, {"error": "no such model"}), SourceUnavailable, "doesn't tell what workers takes"),
        (lambda *_: (503, b""), SourceUnavailable, "503"),
        (answering(lambda _: True), InputError, "took none of the examples: .*it is odd"),
        (answering(taken=[{"name": "height", "datatype": "FP64"}]), InputError, "height"),
        (lambda _, body: (200, {"inputs": TAKEN} if body is None else {"outputs": 1}), SourceUnavailable, "is none"),
        (lambda _, body: (200, {"inputs": TAKEN} if body is None else b"x"), SourceUnavailable, "is none"),
    ],
)
def test_who_is_at_fault_is_told(workers: Path, tmp_path: Path, answer: Any, error: type[Exception], what: str) -> None:
    with revision(answer) as found, pytest.raises(error, match=what):
        score(workers, tmp_path / "out", found.url, where="id < 9")


def test_where_all_is_refused_not_each_is_asked_alone(
    workers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "MOST_REFUSED", 3)
    with revision(answering(lambda age: age != 3)) as found, pytest.raises(InputError, match="took none"):
        score(workers, tmp_path / "out", found.url, where="age <> 3")
    assert len(found.asked) < 20


def test_nobody_there_is_out_of_reach(workers: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        score(workers, tmp_path / "out", "")


def test_values_go_as_a_client_writes_them(tmp_path: Path) -> None:
    columns = {
        "id": [1],
        "when": [datetime(2026, 5, 1, 12, tzinfo=UTC)],
        "day": [date(2026, 5, 1)],
        "money": pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
        "nan": [float("nan")],
        "code": [7],
        "none": pa.array([None], pa.string()),
        "yes": [True],
    }
    data = dataset(tmp_path, **columns)  # type: ignore[arg-type]
    kinds = {"when": "BYTES", "day": "BYTES", "money": "FP64", "nan": "FP64", "code": "BYTES", "none": "BYTES"}
    taken = [{"name": name, "datatype": kind} for name, kind in {**kinds, "yes": "BOOL"}.items()]

    def answer(_path: str, body: Any) -> tuple[int, Any]:
        return 200, {"inputs": taken} if body is None else {"outputs": [{"name": "prediction", "data": [1]}]}

    with revision(answer) as found:
        score(data, tmp_path / "out", found.url)
    assert _sent(found) == {
        "when": "2026-05-01T12:00:00+00:00", "day": "2026-05-01", "money": 1.5, "nan": None, "code": "7",
        "none": None, "yes": True,
    }  # fmt: skip


def _sent(found: Revision) -> dict[str, Any]:
    (body,) = (body for _, body, _ in found.asked if body)
    assert json.dumps(body, allow_nan=False)
    return {one["name"]: one["data"][0] for one in body["inputs"]}


def test_pictures_go_as_files(tmp_path: Path) -> None:
    data = tmp_path / "pictures"
    (data / "images/a").mkdir(parents=True)
    (data / "images/a/1.png").write_bytes(b"PNG")
    from pyarrow import parquet

    parquet.write_table(pa.table({"id": ["a/1.png"], "width": [1], "height": [1]}), data / "manifest.parquet")

    def answer(_path: str, body: Any) -> tuple[int, Any]:
        taken = {"inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 784]}]}
        return 200, taken if body is None else {"outputs": [{"name": "prediction", "data": ["left"]}]}

    with revision(answer) as found:
        score(data, tmp_path / "out", found.url)
    (body,) = (body for _, body, _ in found.asked if body)
    assert body["inputs"] == [{"name": "image", "shape": [1, 1], "datatype": "BYTES", "data": ["UE5H"]}]
    assert read_scores(tmp_path / "out") == {"a/1.png": Score("left")}
