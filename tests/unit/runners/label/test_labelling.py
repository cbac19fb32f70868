"""Whole merges, of good exports and of ugly ones."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import Result
from runners.ingest.parameters import understood
from runners.label.labelling import label
from runners.label.parameters import Parameters
from runners.samples import digits
from tests.unit.runners.label.conftest import Write, task

FILES = {"labels.parquet", "disputes.json", "agreement.json", "agreement.png"}


def labelled(exports: Path, dataset: str, folder: Path, **spec: Any) -> Result:
    """Merge exports, and see that the result can be written."""
    folder.mkdir(exist_ok=True)
    params = understood(Parameters, {"exports": {"url": str(exports), "question": "digit"}, **spec})
    result = label(params, dataset, folder)
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert {file.name for file in folder.iterdir()} == FILES
    return result


def rows(folder: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = parquet.read_table(folder / "labels.parquet").to_pylist()
    return read


def test_answers_become_labels_in_the_order_of_the_dataset(tmp_path: Path, write: Write, dataset: str) -> None:
    file = write("p", [task("5.png", (1, "x"), (2, "y"), (3, "x")), task("1.png", (2, "y"), (1, "y"))])
    result = labelled(file, dataset, tmp_path / "out", note="a note")
    assert rows(tmp_path / "out") == [
        {
            "id": "1.png",
            "label": "y",
            "confidence": 1.0,
            "votes": 2,
            "answers": [{"annotator": "1", "answer": "y"}, {"annotator": "2", "answer": "y"}],
        },
        {
            "id": "5.png",
            "label": "x",
            "confidence": 0.666667,
            "votes": 3,
            "answers": [{"annotator": str(n), "answer": "xyx"[n - 1]} for n in (1, 2, 3)],
        },
    ]
    assert result.accepted
    assert result.facts["note"] == "a note"
    assert result.facts["unlabelled"] == 8
    assert result.metrics["coverage"] == 0.2
    assert result.facts["annotators"]["2"] == {"answers": 2, "accuracy": 0.5}


def test_disputes_are_listed_the_most_disputed_first(tmp_path: Path, write: Write, dataset: str) -> None:
    tasks = [
        task("1.png", (1, "x"), (2, "x")),
        task("2.png", (1, "x"), (2, "y"), (3, "x")),
        task("3.png", (1, "x"), (2, "y"), (3, "z")),
    ]
    result = labelled(write("p", tasks), dataset, tmp_path / "out")
    disputes = json.loads((tmp_path / "out/disputes.json").read_text())
    assert [dispute["id"] for dispute in disputes] == ["3.png", "2.png"]
    assert disputes[0]["answers"] == {"1": "x", "2": "y", "3": "z"}
    assert result.facts["most_disputed"] == disputes
    assert labelled(write("p", tasks), dataset, tmp_path / "out", dispute_below=0.5).facts["disputes"] == 1


def test_the_last_answer_of_an_annotator_counts(tmp_path: Path, write: Write, dataset: str) -> None:
    early, late = task("1.png", (1, "old")), task("1.png", (1, "new"))
    early["annotations"][0]["updated_at"] = "2024-01-01T00:00:00Z"
    late["annotations"][0]["updated_at"] = "2024-06-01T00:00:00Z"
    labelled(write("p", [late, early]), dataset, tmp_path / "out")
    assert [(row["label"], row["votes"]) for row in rows(tmp_path / "out")] == [("new", 1)]


def test_the_content_is_of_the_labels_alone(tmp_path: Path, write: Write, dataset: str) -> None:
    file = write("p", [task("1.png", (1, "x"), (2, "x")), task("2.png", (1, "y"))])
    first = labelled(file, dataset, tmp_path / "a")
    assert labelled(file, dataset, tmp_path / "b", note="n", agreement={"annotators": 2}).content == first.content
    changed = write("q", [task("1.png", (1, "x"), (2, "x")), task("2.png", (1, "z"))])
    assert labelled(changed, dataset, tmp_path / "c").content != first.content


def test_ids_keep_the_type_of_the_dataset(tmp_path: Path, write: Write) -> None:
    folder = tmp_path / "table"
    folder.mkdir()
    parquet.write_table(pa.table({"loan": pa.array([7, 8], pa.int64())}), folder / "data.parquet")
    (folder / "profile.json").write_text('{"identifier": {"column": "loan"}}')
    labelled(write("p", [task("", (1, "x")) | {"data": {"loan": "8"}}]), str(folder), tmp_path / "out")
    assert [row["id"] for row in rows(tmp_path / "out")] == [8]


@pytest.mark.parametrize("merge", ["majority", "dawid-skene"])
def test_exports_that_match_nothing_are_refused_and_never_crash(
    tmp_path: Path, write: Write, dataset: str, merge: str
) -> None:
    result = labelled(write("p", [task("nowhere.png", (1, "x"))]), dataset, tmp_path / "out", merge=merge)
    assert [violation.where for violation in result.violations] == ["tasks", "answers"]
    assert not result.accepted
    assert rows(tmp_path / "out") == []


def test_refused_labels_are_kept_for_inspection(tmp_path: Path, write: Write, dataset: str) -> None:
    file = write("p", [task("1.png", (1, "x"), (2, "y")), task("2.png", (1, "y"), (2, "x"))])
    result = labelled(file, dataset, tmp_path / "out", agreement={"alpha": 0.5}, choices=["x"])
    assert [violation.where for violation in result.violations] == ["choices", "agreement"]
    assert len(rows(tmp_path / "out")) == 2
    assert result.metrics["alpha"] < 0


@pytest.mark.slow
def test_the_sample_of_digits_is_merged_nearly_right(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    digits(tmp_path / "digits")
    names = [f"{number:04}.png" for number in range(1797)]
    parquet.write_table(pa.table({"id": names}), tmp_path / "manifest.parquet")
    result = labelled(
        tmp_path / "digits" / "annotations",
        str(tmp_path),
        tmp_path / "out",
        merge="dawid-skene",
        choices=list("0123456789"),
        agreement={"alpha": 0.6, "annotators": 2},
    )
    assert result.accepted
    assert 0.7 < result.facts["alpha"] < 0.95
    accuracies = [told["accuracy"] for told in result.facts["annotators"].values()]
    assert accuracies == sorted(accuracies, reverse=True)
    truth = load_digits().target
    right = [int(row["label"]) == truth[int(row["id"][:4])] for row in rows(tmp_path / "out")]
    assert sum(right) / len(right) > 0.98
    assert result.facts["disputes"] > 0
