"""Which of two things is better."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.label.comparisons import Compared, apart, comparison_in, comparison_said
from runners.label.labelling import label
from runners.label.parameters import Parameters
from runners.label.reliability import reliability_of
from tests.unit.runners.label.conftest import said


def item(value: Any, kind: str = "pairwise") -> dict[str, Any]:
    return {"from_name": "q", "to_name": "l", "type": kind, "value": value}


def test_pairwise_and_choices_say_it() -> None:
    told = [
        comparison_in([item({"selected": "left"})], "q", "x"),
        comparison_in([item({"choices": ["tie"]}, "choices")], "q", "x"),
        comparison_said("right", "q", "x"),
        comparison_said({"selected": "right"}, "q", "x"),
    ]
    assert [one and one.label for one in told] == ["left", "tie", "right", "right"]
    assert comparison_in([], "q", "x") is comparison_said(None, "q", "x") is comparison_said([], "q", "x") is None


@pytest.mark.parametrize(
    "value", [{"selected": "both"}, {"selected": 3}, {"choices": ["left", "right"]}, "Left", [["left"]]]
)
def test_what_is_no_comparison_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="none of left, tie, right"):
        comparison_said(value, "q", "x")
    with pytest.raises(InputError, match="one comparison"):
        comparison_in([item({"selected": "left"}, "rating")], "q", "x")
    with pytest.raises(InputError, match="one comparison"):
        comparison_in([item({"selected": "left"})] * 2, "q", "x")


def test_a_tie_is_half_way_between_left_and_right() -> None:
    def alpha(other: str) -> float:
        answers = said(
            {n: {"a": "left", "b": other if n < 5 else "left"} for n in range(20)} | {20: {"a": "right", "b": "right"}}
        )
        found = reliability_of(answers, apart).alpha
        assert found is not None
        return found

    assert alpha("tie") > alpha("right")


def test_by_strengths_a_pair_is_what_its_things_are_elsewhere() -> None:
    pairs = dict(enumerate([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("e", "f")]))
    answers = said({
        0: {"x": "left", "y": "left", "z": "left"}, 1: {"x": "left", "y": "left", "z": "left"},
        2: {"x": "left"}, 3: {"x": "left"}, 4: {"x": "left", "y": "right"},
    })  # fmt: skip
    merged = list(Compared(pairs).merge(answers))
    assert [one.label for one in merged] == ["left", "left", "right", "left", None]
    assert min(one.confidence for one in merged[:4]) > 0.5 == merged[4].confidence


@pytest.mark.parametrize("pair", [("a", "a"), ("", "a"), None])
def test_what_compares_no_two_things_is_told(pair: Any) -> None:
    with pytest.raises(InputError, match="1 doesn't compare two things"):
        Compared({1: pair} if pair else {}).merge(said({1: {"x": "left"}}))


@pytest.mark.parametrize("merge", ["majority", "bradley-terry"])
def test_an_export_becomes_labels_and_strengths(tmp_path: Path, merge: str) -> None:
    things, chance = ["plain", "good", "better"], np.random.default_rng(1)
    rows = [(n, *chance.choice(3, 2, replace=False).tolist()) for n in range(30)]
    table = {
        "id": [f"p{n}" for n, _, _ in rows],
        "one": [things[i] for _, i, _ in rows],
        "two": [things[j] for _, _, j in rows],
    }
    (tmp_path / "data").mkdir()
    (tmp_path / "out").mkdir()
    parquet.write_table(pa.table(table), tmp_path / "data/data.parquet")
    (tmp_path / "data/profile.json").write_text(json.dumps({"identifier": {"column": "id"}}))
    tasks = [
        {
            "data": {"id": f"p{n}"},
            "annotations": [
                {
                    "completed_by": who,
                    "result": [item({"selected": "left" if (i > j) != (chance.random() < 0.1) else "right"})],
                }
                for who in (1, 2, 3)
            ],
        }
        for n, i, j in rows
    ]
    (tmp_path / "e.json").write_text(json.dumps(tasks))
    told = {"exports": {"url": str(tmp_path / "e.json"), "question": "q"}, "answer": "comparison", "merge": merge}
    params = Parameters.model_validate({**told, "compared": {"left": "one", "right": "two"}})
    result = label(params, str(tmp_path / "data"), tmp_path / "out")
    assert result.accepted, result.violations
    assert result.facts["scale"] == "comparison"
    strengths = json.loads((tmp_path / "out/strengths.json").read_text())
    assert [one["thing"] for one in strengths] == ["better", "good", "plain"]
    assert strengths == result.facts["strengths"]
    merged = parquet.read_table(tmp_path / "out/labels.parquet").to_pylist()
    assert len(merged) == 30
    right = sum(row["label"] == ("left" if i > j else "right") for row, (_, i, j) in zip(merged, rows, strict=True))
    assert right == 30 if merge == "bradley-terry" else right > 26
    assert {one["label"] for one in merged[0]["chances"]} <= {"left", "tie", "right"}
