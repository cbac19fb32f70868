"""Surveys of whole files."""

import random
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.survey.surveying import Wish, speakable, survey
from runners.survey.task import Task


def table(folder: Path, header: str, *columns: str, rows: int = 60) -> str:
    chance = random.Random(1)
    kinds = {
        "id": lambda n: f"K{n:04}",
        "number": lambda n: f"{chance.random():.4f}",
        "class": lambda n: chance.choice("ab"),
        "copy": lambda n: "",
        "text": lambda n: " ".join(chance.choices(["late", "again", "fine", "small", "large"], k=8)) + f" {n}",
        "gap": lambda n: "" if n % 5 == 0 else f"{chance.random():.4f}",
        "day": lambda n: f"2024-01-{n % 28 + 1:02}",
    }
    lines = [header]
    for n in range(rows):
        values = [kinds[kind](n) for kind in columns]
        lines.append(
            ",".join(
                value or values[-1] if kind == "copy" else value for kind, value in zip(columns, values, strict=True)
            )
        )
    (folder / "x.csv").write_text("\n".join(lines) + "\n")
    return str(folder / "x.csv")


def test_all_that_specs_say(tmp_path: Path) -> None:
    path = table(tmp_path, "key,x,note,seen,part,was,y", "id", "number", "text", "day", "gap", "copy", "class")
    seen = survey(path, Wish("y"))
    assert (seen["identifier"], seen["timestamp"], seen["rows"]) == ("key", "seen", 60)
    assert seen["task"]["name"] == "binary"
    assert seen["leaks"] == ["was"]
    assert seen["exclude"] == ["key", "was"]
    assert seen["preparations"] == {"note": [{"text": {}}], "part": [{"impute": {"indicator": True}}]}
    assert seen["columns"]["part"]["missing"] > 0
    assert seen["columns"]["y"] == {"type": "string", "enum": ["a", "b"]}
    assert all("was" not in one["what"] for one in seen["findings"])


@pytest.mark.parametrize("task", [None, "binary"])
def test_a_person_says_who_names_a_row_and_the_task(tmp_path: Path, task: Task | None) -> None:
    path = table(tmp_path, "a,key,y", "id", "id", "class")
    with pytest.raises(InputError, match="no column to learn y from"):
        survey(path, Wish("y", task, "a"))


@pytest.mark.parametrize(
    ("header", "target", "what"),
    [
        ("a,b", "y", "there is no column"),
        ("prediction,y", "y", "as what a model answers is"),
        ("${env.x},y", "y", "which no spec can say"),
    ],
)
def test_names_that_do_not_do(tmp_path: Path, header: str, target: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        survey(table(tmp_path, header, "number", "class"), Wish(target))


def test_a_file_without_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only a header"):
        survey(table(tmp_path, "a,y", "number", "class", rows=0), Wish("y"))


@pytest.mark.parametrize("name", ["a b", "Ünï", "a.b[0]", "${x"[1:]])
def test_what_specs_can_say(name: str) -> None:
    assert speakable(name)
    assert not speakable(name + "\n")
