"""Label Studio's exports."""

import json
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.label.formats import read_exports
from runners.label.parameters import Exports
from runners.label.questions import Answer, Answered
from tests.unit.runners.label.conftest import Write, task


def read(folder: Path, question: str = "digit") -> list[tuple[str, str]]:
    return [(answer.annotator, answer.label) for answer in answers(tasks(folder, question))]


def tasks(folder: Path, question: str = "digit") -> list[Answered]:
    return list(read_exports(Exports(url=str(folder), question=question)))


def answers(tasks: list[Answered]) -> list[Answer]:
    return [answer for task in tasks for answer in task.answers]


def test_answers_of_whole_tasks_are_read(tmp_path: Path, write: Write) -> None:
    write("p", [task("1.png", (1, "5"), ({"id": 2, "email": "bo@x.org"}, "6")), task("2.png", (1, "7"))])
    assert read(tmp_path / "exports") == [("1", "5"), ("bo@x.org", "6"), ("1", "7")]
    (first, *_) = tasks(tmp_path / "exports" / "p.json")
    assert first.data == {"image": "1.png"}
    assert (first.name, first.source) == ("p.json[0] task 1", "p.json")


def test_json_min_is_read(tmp_path: Path, write: Write) -> None:
    rows = [
        {"id": 7, "image": "1.png", "digit": "5", "annotator": 3, "annotation_id": 1},
        {"id": 8, "image": "2.png", "digit": {"choices": ["6"]}, "annotator": 4},
        {"id": 9, "image": "3.png", "annotator": 4},
    ]
    write("min", rows)
    assert read(tmp_path / "exports") == [("3", "5"), ("4", "6")]
    assert "id" not in tasks(tmp_path / "exports")[0].data


def test_what_was_skipped_or_asked_otherwise_is_no_answer(tmp_path: Path, write: Write) -> None:
    skipped, other, empty = task("1.png", (1, "5")), task("2.png", (1, "6")), task("3.png", (1, "7"))
    skipped["annotations"][0]["was_cancelled"] = True
    other["annotations"][0]["result"][0]["from_name"] = "mood"
    empty["annotations"][0]["result"] = []
    write("p", [skipped, other, empty, task("4.png", (1, "8")), task("5.png") | {"annotations": None}])
    assert read(tmp_path / "exports") == [("1", "8")]


def test_the_scale_is_that_of_the_kind_of_answer(tmp_path: Path, write: Write) -> None:
    given = [task(f"{n}.png", (1, "x")) for n in range(2)]
    for one, kind in zip(given, ("rating", "number"), strict=True):
        one["annotations"][0]["result"] = [{"from_name": "digit", "type": kind, "value": {kind: 4}}]
    write("p", [*given, task("3.png", (1, "x"))])
    found = answers(tasks(tmp_path / "exports"))
    assert [(answer.label, answer.scale) for answer in found] == [("4", "ordinal"), ("4", "interval"), ("x", "nominal")]


def test_the_ground_truth_is_told_apart(tmp_path: Path, write: Write) -> None:
    one = task("1.png", (1, "5"), (2, "6"))
    one["annotations"][1]["ground_truth"] = True
    write("p", [one])
    found = answers(tasks(tmp_path / "exports"))
    assert [answer.is_truth for answer in found] == [False, True]


def test_a_task_without_data_and_results_that_are_no_objects_are_passed_over(tmp_path: Path, write: Write) -> None:
    one = task("1.png", (1, "5")) | {"data": "1.png"}
    one["annotations"][0]["result"].append("odd")
    write("p", [one])
    assert tasks(tmp_path / "exports")[0].data == {}
    with pytest.raises(InputError, match="they answer digit"):
        read(tmp_path / "exports", "zzz")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_export_is_in_any_encoding_of_unicode(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "p.json").write_bytes(json.dumps([task("1.png", (1, "fünf"))], ensure_ascii=False).encode(encoding))
    assert read(tmp_path) == [("1", "fünf")]


def test_parts_of_one_project_keep_their_annotators(tmp_path: Path, write: Write) -> None:
    write("part1", [task("1.png", (1, "5"), (2, "5"))])
    write("part2", [task("2.png", (1, "6"))])
    assert read(tmp_path / "exports") == [("1", "5"), ("2", "5"), ("1", "6")]


def test_an_answer_of_nobody_is_its_files(tmp_path: Path, write: Write) -> None:
    write("ann", [task("1.png", (None, "5"))])
    assert read(tmp_path / "exports") == [("ann", "5")]


def test_a_question_that_nobody_answers_is_told_with_the_nearest(tmp_path: Path, write: Write) -> None:
    write("p", [task("1.png", (1, "5"))])
    with pytest.raises(InputError, match="no annotation answers digits; the nearest is digit"):
        read(tmp_path / "exports", "digits")
    with pytest.raises(InputError, match="they answer digit"):
        read(tmp_path / "exports", "zzz")


@pytest.mark.parametrize(
    ("text", "told", "where"),
    [
        ("[{", "this is no JSON", "p.json"),
        ('[{"annotations": nil}]', "this is no JSON", "p.json"),
        ('{"a": 1}', "this is no list of tasks", "p.json"),
        ("[1]", "this is no task", "p.json[0]"),
        ('[{"annotations": [7]}]', "an annotation that is no object", "p.json[0]"),
        ("[]", "no annotation answers digit", ""),
    ],
)
def test_files_that_are_no_exports_are_told(tmp_path: Path, text: str, told: str, where: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path)
    assert caught.value.where == (where or str(tmp_path))


def test_boxes_cannot_be_merged(tmp_path: Path, write: Write) -> None:
    one = task("1.png", (1, "x"))
    one["annotations"][0]["result"] = [{"from_name": "digit", "type": "rectanglelabels", "value": {"x": 1}}]
    write("p", [one])
    with pytest.raises(InputError, match="answers with rectanglelabels"):
        read(tmp_path / "exports")


def test_no_export_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="there is no label-studio file"):
        read(tmp_path)
