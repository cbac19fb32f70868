"""The picture of the agreement."""

from pathlib import Path

import pytest
from PIL import Image

from runners.label.annotators import annotators_of
from runners.label.merging import by_majority
from runners.label.pictures import _below, confusion, draw_agreement, draw_scores
from tests.unit.runners.label.conftest import said


def test_a_confusion_counts_answers_by_the_merged_label() -> None:
    answers = said({1: {"a": "x", "b": "x"}, 2: {"a": "y", "b": "x", "c": "x"}, 3: {"b": "y"}})
    assert confusion(answers, by_majority(answers), "a", ["x", "y"]).tolist() == [[1, 1], [0, 0]]
    assert confusion(answers, by_majority(answers), "b", ["x", "y"]).tolist() == [[2, 0], [0, 1]]


@pytest.mark.slow
@pytest.mark.parametrize(("annotators", "labels"), [(0, 0), (1, 1), (3, 10), (12, 40)])
def test_any_number_of_annotators_and_labels_is_drawn(tmp_path: Path, annotators: int, labels: int) -> None:
    answers = said({n: {f"$who{a}": f"label {n}" for a in range(annotators)} for n in range(labels)})
    merged = by_majority(answers)
    for name in ("once.png", "again.png"):
        draw_agreement(tmp_path / name, answers, merged, annotators_of(answers, merged), "simulated for $5")
    assert (tmp_path / "once.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    with Image.open(tmp_path / "once.png") as image:
        assert image.width <= 2100


def test_an_example_without_a_label_is_in_no_confusion() -> None:
    answers = said({1: {"a": "x", "b": "y"}, 2: {"a": "x", "b": "x"}})
    merged = by_majority(answers)
    assert [one.label for one in merged] == [None, "x"]
    assert confusion(answers, merged, "a", ["x", "y"]).tolist() == [[1, 0], [0, 0]]
    assert _below(merged, "") == "annotator's answer; 1 example without a label left out"
    assert _below(by_majority(said({})), "of $5") == "of $5"
    assert confusion(answers, merged, "nobody", ["x", "y"]).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("people", [0, 1, 40])
def test_scores_of_any_number_of_annotators_are_drawn(tmp_path: Path, people: int) -> None:
    scores = {f"$who{n}": {"answers": n, "f1": None if n == 3 else n / 40} for n in range(people)}
    for name in ("once.png", "again.png"):
        draw_scores(tmp_path / name, scores, "f1", "simulated for $5")
    assert (tmp_path / "once.png").read_bytes() == (tmp_path / "again.png").read_bytes()
