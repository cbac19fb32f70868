"""Handwritten digits and their simulated annotators."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sklearn.datasets import load_digits

from runners.samples.digits import ANNOTATORS, digits

COUNT = 1797


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample."""
    place = tmp_path_factory.mktemp("digits")
    assert digits(place) == COUNT
    return place


def answers_of(folder: Path, name: str) -> dict[str, str]:
    """Return an annotator's answers by the name of the picture."""
    tasks: list[Any] = json.loads((folder / "annotations" / f"{name}.json").read_text())
    answers = {}
    for task in tasks:
        (annotation,) = task["annotations"]
        picture = task["data"]["image"].rsplit("/", 1)[1]
        for item in annotation["result"]:
            answers[picture] = item["value"]["choices"][0]
    return answers


def test_the_pictures_are_those_of_scikit_learn(folder: Path) -> None:
    files = sorted((folder / "images").iterdir())
    assert len(files) == COUNT
    expected = load_digits().images[1234].astype(int)
    with Image.open(folder / "images" / "1234.png") as image:
        assert (image.size, image.mode) == ((8, 8), "L")
        assert list(image.tobytes()) == [value * 255 // 16 for value in expected.flatten()]


def test_annotators_err_and_skip_at_their_rates(folder: Path) -> None:
    truth = load_digits().target
    for annotator in ANNOTATORS:
        answers = answers_of(folder, annotator.name)
        wrong = sum(int(label) != truth[int(picture[:4])] for picture, label in answers.items())
        assert len(answers) == COUNT - round(annotator.skips * COUNT)
        assert wrong / len(answers) == pytest.approx(annotator.errors, abs=0.015)


def test_every_picture_has_two_answers_at_least(folder: Path) -> None:
    each = [answers_of(folder, annotator.name).keys() for annotator in ANNOTATORS]
    assert all(sum(f"{number:04}.png" in answered for answered in each) >= 2 for number in range(COUNT))


def test_the_readme_says_that_the_annotators_are_simulated(folder: Path) -> None:
    text = (folder / "README.txt").read_text()
    assert "SIMULATED" in text
    assert all(annotator.name in text for annotator in ANNOTATORS)


def test_the_same_seed_makes_the_same_bytes_and_another_doesnt(folder: Path, tmp_path: Path) -> None:
    digits(tmp_path / "again")
    digits(tmp_path / "other", seed=8)
    name = "annotations/annotator-2.json"
    assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()
    assert (tmp_path / "again" / "images/0007.png").read_bytes() == (folder / "images/0007.png").read_bytes()
