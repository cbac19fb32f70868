"""Whole merges, of good exports and of ugly ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import Result
from runners.contract.request import read_params
from runners.label.annotators import wilson
from runners.label.labelling import label
from runners.label.parameters import Parameters
from runners.samples import digits
from tests.unit.runners.label.conftest import Write, task

FILES = {"labels.parquet", "disputes.json", "agreement.json", "agreement.png"}


def labelled(exports: Path, dataset: str, folder: Path, **spec: Any) -> Result:
    """Merge exports, and see that the result can be written."""
    return merged(dataset, folder, exports={"url": str(exports), "question": "digit"}, **spec)


def merged(dataset: str, folder: Path, **spec: Any) -> Result:
    """Merge what a spec names, and see that the result can be written."""
    folder.mkdir(exist_ok=True)
    params = read_params(Parameters, spec)
    result = label(params, dataset, folder)
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert {file.name for file in folder.iterdir()} - {"regions.coco.json", "disputes.png", "disputed"} == FILES
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
            "disputed": False,
            "votes": 2,
            "answers": [{"annotator": "1", "answer": "y"}, {"annotator": "2", "answer": "y"}],
            "chances": [{"label": "y", "chance": 1.0}],
        },
        {
            "id": "5.png",
            "label": "x",
            "confidence": 0.666667,
            "disputed": True,
            "votes": 3,
            "answers": [{"annotator": str(n), "answer": "xyx"[n - 1]} for n in (1, 2, 3)],
            "chances": [{"label": "x", "chance": 0.666667}, {"label": "y", "chance": 0.333333}],
        },
    ]
    assert result.accepted
    assert result.facts["note"] == "a note"
    assert result.facts["unlabelled"] == 8
    assert result.metrics["coverage"] == 0.2
    assert result.facts["annotators"]["2"] == {"answers": 2, "accuracy": 0.5, "interval": wilson(1, 2)}


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


def test_of_equal_confidence_what_has_more_different_answers_is_disputed_more(
    tmp_path: Path, write: Write, dataset: str
) -> None:
    half = [(1, "x"), (2, "x"), (3, "y"), (4, "y")]
    tasks = [task("1.png", *half), task("2.png", (1, "x"), (2, "x"), (3, "y"), (4, "z"))]
    labelled(write("p", tasks), dataset, tmp_path / "out")
    disputes = json.loads((tmp_path / "out/disputes.json").read_text())
    assert [(dispute["id"], dispute["confidence"]) for dispute in disputes] == [("2.png", 0.5), ("1.png", 0.5)]


def two_who_disagree(write: Write) -> Path:
    tasks = [task(f"{n}.png", (1, "x"), (2, "y" if n < 2 else "x")) for n in range(4)]
    return write("p", [*tasks, task("4.png", (1, "y"), (2, "x"), (3, "y"), (4, "y"), (5, "x"))])


def test_a_tie_has_no_label_and_is_counted(tmp_path: Path, write: Write, dataset: str) -> None:
    result = labelled(two_who_disagree(write), dataset, tmp_path / "out", agreement={"alpha": -1})
    assert [row["label"] for row in rows(tmp_path / "out")] == [None, None, "x", "x", "y"]
    assert (result.facts["ties"], result.facts["disputes"], result.facts["labels"]) == (2, 3, {"x": 2, "y": 1})
    assert (result.metrics["labelled"], result.facts["answered"]) == (3, 5)
    assert result.accepted


def test_the_spec_says_whether_disputed_labels_are_used(tmp_path: Path, write: Write, dataset: str) -> None:
    result = labelled(two_who_disagree(write), dataset, tmp_path / "out", disputed="drop")
    assert [row["label"] for row in rows(tmp_path / "out")] == [None, None, "x", "x", None]
    assert (result.facts["disputed"], result.facts["labels"], result.facts["unlabelled"]) == ("drop", {"x": 2}, 8)
    disputes = json.loads((tmp_path / "out/disputes.json").read_text())
    assert [(one["id"], one["label"]) for one in disputes] == [("0.png", None), ("1.png", None), ("4.png", "y")]


def test_the_ground_truth_is_the_label_whatever_the_majority_says(tmp_path: Path, write: Write, dataset: str) -> None:
    one = task("1.png", (1, "x"), (2, "x"), (3, "y"))
    one["annotations"][2]["ground_truth"] = True
    result = labelled(write("p", [one, task("2.png", (1, "x"), (2, "y"))]), dataset, tmp_path / "out")
    assert [(row["label"], row["confidence"]) for row in rows(tmp_path / "out")] == [("y", 1.0), (None, 0.5)]
    assert result.facts["ground_truth"] == 1
    assert result.facts["annotators"]["3"] == {"answers": 1, "accuracy": 1.0, "interval": wilson(1, 1)}
    assert result.facts["annotators"]["2"]["gold"] == {"answers": 1, "accuracy": 0.0, "interval": wilson(0, 1)}


def rated(write: Write, kind: str, pairs: Sequence[tuple[float, float]]) -> Path:
    tasks = [task(f"{n}.png", (1, "?"), (2, "?")) for n in range(len(pairs))]
    for one, pair in zip(tasks, pairs, strict=True):
        for annotation, said in zip(one["annotations"], pair, strict=True):
            annotation["result"] = [{"from_name": "digit", "type": kind, "value": {kind: said}}]
    return write("rated", tasks)


def test_ratings_that_nearly_agree_agree(tmp_path: Path, write: Write, dataset: str) -> None:
    near = [(1, 2), (2, 2), (3, 4), (4, 4), (5, 4), (1, 1), (5, 5), (2, 1)]
    file = rated(write, "rating", near)
    result = labelled(file, dataset, tmp_path / "out", agreement={"alpha": 0.8})
    assert result.accepted
    assert result.facts["scale"] == "ordinal"
    strict = labelled(file, dataset, tmp_path / "out", agreement={"alpha": 0.8, "scale": "nominal"})
    assert strict.facts["alpha"] < 0.5 < result.facts["alpha"]
    assert [violation.where for violation in strict.violations] == ["agreement"]


def test_numbers_are_labels_with_all_their_digits(tmp_path: Path, write: Write, dataset: str) -> None:
    pairs = [(1234567, 1234569), (20240115, 20240116), (7, 7.0), (0.12345671, 0.12345679)]
    result = labelled(rated(write, "number", pairs), dataset, tmp_path / "out")
    said = [[answer["answer"] for answer in row["answers"]] for row in rows(tmp_path / "out")]
    assert said == [["1234567", "1234569"], ["20240115", "20240116"], ["7", "7"], ["0.12345671", "0.12345679"]]
    assert [row["label"] for row in rows(tmp_path / "out")] == [None, None, "7", None]
    assert (result.facts["disputes"], result.facts["scale"]) == (3, "interval")
    assert (
        0.99 < result.facts["alpha"] < 1
        or labelled(rated(write, "number", pairs), dataset, tmp_path / "out", agreement={"scale": "nominal"}).facts[
            "alpha"
        ]
        < 0.5
    )


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
    assert [violation.where for violation in result.violations] == ["answers", "choices", "agreement"]
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


def test_sets_of_labels_are_merged_label_by_label(tmp_path: Path, write: Write, dataset: str) -> None:
    tasks = [
        task("1.png", (1, "art+web"), (2, "art+web"), (3, "art")),
        task("2.png", (1, "web"), (2, "web"), (3, "web")),
        task("3.png", (1, "art"), (2, "web")),
        task("4.png", (1, "web"), (2, "web"), (3, "web")),
    ]
    for annotation in tasks[3]["annotations"]:
        annotation["result"][0]["value"]["choices"] = []
    result = labelled(write("p", tasks), dataset, tmp_path / "out", answer="labels", choices=["art", "web"])
    assert [(row["labels"], row["confidence"]) for row in rows(tmp_path / "out")] == [
        (["art", "web"], 0.666667),
        (["web"], 1.0),
        (None, 0.5),
        ([], 1.0),
    ]
    assert rows(tmp_path / "out")[0]["answers"][0] == {"annotator": "1", "answer": ["art", "web"]}
    assert result.accepted
    assert (result.facts["ties"], result.facts["labels"], result.facts["scale"]) == (1, {"web": 2, "art": 1}, "masi")
    (first, second) = json.loads((tmp_path / "out/disputes.json").read_text())
    assert first == {
        "id": "3.png",
        "labels": None,
        "confidence": 0.5,
        "answers": {"1": ["art"], "2": ["web"]},
        "differ": ["art", "web"],
    }
    assert (second["labels"], second["differ"]) == (["art", "web"], ["web"])
    told = json.loads((tmp_path / "out/agreement.json").read_text())
    assert set(told["labels"]) == {"art", "web"}
    assert told["annotators"]["3"]["labels"]["web"] == {
        "answers": 1,
        "precision": 1.0,
        "interval": wilson(1, 1),
        "recall": 0.5,
    }


def test_a_label_of_a_set_that_is_not_allowed_is_told(tmp_path: Path, write: Write, dataset: str) -> None:
    file = write("p", [task("1.png", (1, "art+wbe"), (2, "art+web"))])
    result = labelled(file, dataset, tmp_path / "out", answer="labels", choices=["art", "web"])
    assert [violation.where for violation in result.violations] == ["answers", "choices"]
    assert "1 answer is `wbe`, which is not among choices: 1.png by 1" in result.violations[1].what


def test_boxes_of_several_annotators_are_merged(tmp_path: Path, dataset: str) -> None:
    folder = tmp_path / "boxes"
    (folder / "ann").mkdir(parents=True)
    for name, shift in (("ann", 0.0), ("bo", 0.01), ("cy", -0.01)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "0.txt").write_text(f"0 {0.3 + shift} 0.4 0.2 0.4\n")
        (folder / name / "1.txt").write_text("1 0.5 0.5 0.1 0.1\n" if name == "bo" else "")
        (folder / name / "2.txt").write_text("1 0.7 0.7 0.3 0.3\n")
    (folder / "classes.txt").write_text("cat\ndog\n")
    exports = {"url": str(folder), "format": "yolo"}
    result = merged(
        dataset, tmp_path / "out", exports=exports, answer="boxes", choices=["cat", "dog"], agreement={"alpha": 0.5}
    )
    assert result.accepted
    assert [(row["id"], row["confidence"]) for row in rows(tmp_path / "out")] == [
        ("0.png", 1.0),
        ("1.png", 0.666667),
        ("2.png", 1.0),
    ]
    assert rows(tmp_path / "out")[0]["regions"] == [
        {"label": "cat", "left": 0.2, "top": 0.2, "right": 0.4, "bottom": 0.6}
    ]
    assert rows(tmp_path / "out")[1]["regions"] == []
    assert (result.facts["scale"], result.facts["labels"]) == ("iou", {"cat": 1, "dog": 1})
    assert result.facts["annotators"]["bo"] == {"answers": 3, "f1": 0.666667, "interval": [0.013345, 1.0]}
    (dispute,) = json.loads((tmp_path / "out/disputes.json").read_text())
    assert (dispute["id"], dispute["regions"], dispute["differ"]) == ("1.png", [], ["dog"])
    assert result.facts["most_disputed"] == [{"id": "1.png", "confidence": 0.666667}]


def test_boxes_of_pictures_of_known_sizes_are_left_as_coco_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    manifest = {"id": ["a/0.png", "a/1.png"], "width": [200, 200], "height": [100, 100]}
    parquet.write_table(pa.table(manifest), tmp_path / "data" / "manifest.parquet")
    for name in ("ann", "bo"):
        (tmp_path / "boxes" / name).mkdir(parents=True)
        (tmp_path / "boxes" / name / "0.txt").write_text("0 0.3 0.4 0.2 0.4\n")
    (tmp_path / "boxes" / "classes.txt").write_text("cat\n")
    exports = {"url": str(tmp_path / "boxes"), "format": "yolo"}
    merged(str(tmp_path / "data"), tmp_path / "out", exports=exports, answer="boxes")
    told = json.loads((tmp_path / "out" / "regions.coco.json").read_text())
    assert [(one["id"], one["file_name"]) for one in told["images"]] == [(1, "a/0.png")]
    assert [one["bbox"] for one in told["annotations"]] == [[40.0, 20.0, 40.0, 40.0]]


def test_merged_outlines_are_written_for_other_tools(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table = pa.table({"id": ["a/0.png", "1.png"], "width": [200, 200], "height": [100, 100]})
    parquet.write_table(table, tmp_path / "data" / "manifest.parquet")
    for name, x in (("ann", "0.1"), ("bo", "0.11"), ("cy", "0.12")):
        (tmp_path / "drawn" / name).mkdir(parents=True)
        (tmp_path / "drawn" / name / "0.txt").write_text(f"0 {x} 0.2 0.5 0.2 0.5 0.8\n")
        (tmp_path / "drawn" / name / "1.txt").write_text("" if name == "ann" else f"0 {x} 0.2 0.5 0.2 0.5 0.8\n")
    (tmp_path / "drawn" / "classes.txt").write_text("cat\n")
    exports = {"url": str(tmp_path / "drawn"), "format": "yolo"}
    write = {"formats": ["coco", "cvat"]}
    out = tmp_path / "out"
    out.mkdir()
    spec = {"exports": exports, "answer": "polygons", "write": write, "disputed": "drop"}
    result = label(read_params(Parameters, spec), str(tmp_path / "data"), out)
    assert result.facts["written"] == {"coco": {"examples": 1}, "cvat": {"examples": 1}}
    assert {file.name for file in out.iterdir()} == FILES | {
        "regions.coco.json",
        "regions.cvat.xml",
        "disputes.png",
        "disputed",
    }
    [image] = json.loads((out / "regions.coco.json").read_text())["images"]
    assert (image["file_name"], image["width"]) == ("a/0.png", 200)
    assert [row["regions"] and row["regions"][0]["points"][0] for row in rows(out)] == [{"x": 0.11, "y": 0.2}, None]
    assert [dispute["id"] for dispute in json.loads((out / "disputes.json").read_text())] == ["1.png"]


def test_spans_are_written_with_the_texts_of_the_dataset(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    parquet.write_table(pa.table({"row": [7, 8], "body": ["Bo went", "#tag it"]}), tmp_path / "data" / "data.parquet")
    (tmp_path / "data" / "profile.json").write_text('{"identifier": {"column": "row"}}')
    (tmp_path / "bo.jsonl").write_text(
        '{"row": 7, "text": "", "label": [[0, 2, "PER"]]}\n{"row": 8, "text": "", "label": [[0, 4, "TAG"]]}\n'
    )
    (tmp_path / "out").mkdir()
    spec = {"exports": {"url": str(tmp_path / "bo.jsonl"), "format": "doccano"}, "answer": "spans"}
    spec["write"] = {"formats": ["conll"], "text": "body"}
    result = label(read_params(Parameters, spec), str(tmp_path / "data"), tmp_path / "out")
    assert result.facts["written"] == {"conll": {"examples": 2}}
    assert (tmp_path / "out" / "spans.conll").read_text() == (
        "# id = 7\n# text = Bo went\nBo\tB-PER\nwent\tO\n\n# id = 8\n# text = #tag it\n#tag\tB-TAG\nit\tO\n"
    )
