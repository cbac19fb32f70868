"""Label Studio exports and datasets, written small."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.label.answers import Answers, answers_of
from runners.label.formats import read_exports
from runners.label.parameters import Exports
from runners.label.questions import Answered
from runners.label.regions import regions_in

Write = Callable[[str, list[Any]], Path]


def task(image: str, *answers: tuple[Any, str], **more: Any) -> dict[str, Any]:
    """Return a task of Label Studio with what annotators answered to the question `digit`."""
    annotations = [
        {
            "completed_by": who,
            "was_cancelled": False,
            "result": [
                {"from_name": "digit", "to_name": "i", "type": "choices", "value": {"choices": said.split("+")}}
            ],
        }
        for who, said in answers
    ]
    return {"id": 1, "data": {"image": image}, "annotations": annotations, **more}


def said(told: Mapping[Any, Mapping[str, str]]) -> Answers:
    """Return as answers what annotators said, by example."""
    rows = [(example, who, label) for example, given in told.items() for who, label in given.items()]
    examples, annotators, labels = ([row[column] for row in rows] for column in range(3))
    names = {example: place for place, example in enumerate(dict.fromkeys(examples))}
    places = [[names[example] for example in examples], *(range(len(rows)) for _ in "al")]
    return answers_of(list(names), annotators, labels, np.array(places, np.int64))


def crowd(seed: int, examples: int = 60, names: str = "xyz", people: str = "abcd") -> dict[int, dict[str, str]]:
    """Return what annotators who are right in two of three cases said of examples."""
    chance = Random(seed)
    told: dict[int, dict[str, str]] = {}
    for n in range(examples):
        true = chance.choice(names)
        told[n] = {
            who: true if chance.random() < 0.67 else chance.choice(names) for who in people if chance.random() < 0.8
        }
    return {n: given for n, given in told.items() if given}


def read(folder: Path, format_: str, kind: Any, question: str | None = None) -> list[Answered]:
    """Read the exports in a folder."""
    exports = Exports.model_validate({"url": str(folder), "format": format_, "question": question})
    return list(read_exports(exports, kind))


def marks(tasks: list[Answered]) -> list[tuple[str, list[Any]]]:
    """Return who marked what, with numbers of four digits."""
    return [
        (
            answer.annotator,
            [(one.label, tuple(round(edge, 4) for edge in one.place)) for one in regions_in(answer.label)],
        )
        for task in tasks
        for answer in task.answers
    ]


def refused(folder: Path, format_: str, file: str, text: str) -> InputError:
    """Write a file that is no good; return what is said of it."""
    (folder / file).write_text(text)
    with pytest.raises(InputError) as caught:
        read(folder, format_, "spans" if format_ in ("conll", "doccano") else "boxes")
    assert caught.value.fix
    return caught.value


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes tasks to an export of a name, in the folder `exports`."""

    def write_tasks(name: str, tasks: list[Any]) -> Path:
        file = tmp_path / "exports" / f"{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(tasks))
        return file

    return write_tasks


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    """Return the URL of a dataset of ten images, two of them with the same name."""
    folder = tmp_path / "dataset"
    folder.mkdir()
    names = [f"{n}.png" for n in range(8)] + ["a/x.png", "b/x.png"]
    parquet.write_table(pa.table({"id": names}), folder / "manifest.parquet")
    return f"file://{folder}"
