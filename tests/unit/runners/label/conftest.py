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

from runners.label.answers import Answers, answers_of

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
