"""labels_merge_cpu_s, label_tasks_per_cpu_s: a campaign of a million answers, from its export to judged labels."""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
from crowdkit.aggregation import DawidSkene
from pyarrow import parquet

from runners.label.examples import read_examples
from runners.label.formats import read_exports
from runners.label.labelling import settle
from runners.label.matching import Matched, match
from runners.label.parameters import Exports, Parameters
from tests.bench.figure import Figure

CLASSES = ("arts", "politics", "science", "sports", "web")
ANNOTATORS = 50
EACH = 3
"""Answers to an example."""


def measure(quick: bool) -> Iterator[Figure]:
    """Read and merge what fifty annotators said of examples, three of each, more and less often rightly."""
    examples = (30_000 if quick else 1_000_000) // EACH
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), examples)
        exports = Exports(url=f"{folder}/exports", question="topic")
        began = time.process_time()
        tasks = sum(1 for _ in read_exports(exports))
        rate = tasks / (time.process_time() - began)
        known = read_examples(f"{folder}/data")
        matched = match(read_exports(exports), known)
        params = Parameters(exports=exports, merge="dawid-skene")
        began = time.process_time()
        settle(params, matched, len(known), Path(folder))
        merging = time.process_time() - began
    beside = f"{tasks:,} tasks of {EACH} answers"
    yield Figure("label_tasks_per_cpu_s", rate, "tasks/s", ">= 50000", beside)
    told = f"{len(matched.answers):,} answers; crowd-kit's estimation alone {_peer(matched):.1f} s"
    yield Figure("labels_merge_cpu_s", merging, "s", "<= 5", told)


def _write(folder: Path, examples: int) -> None:
    """Write a dataset and an export of Label Studio about it."""
    chance = Random(1)
    (folder / "data").mkdir()
    (folder / "exports").mkdir()
    names = [f"row-{number:07d}" for number in range(examples)]
    parquet.write_table(pa.table({"id": names}), folder / "data" / "data.parquet")
    (folder / "data" / "profile.json").write_text(json.dumps({"identifier": {"column": "id"}}), "utf-8")
    people = {f"annotator{number}@corp.example": chance.uniform(0.6, 0.95) for number in range(ANNOTATORS)}
    with (folder / "exports" / "all.json").open("w", encoding="utf-8") as stream:
        for number, name in enumerate(names):
            stream.write(("," if number else "[") + json.dumps(_task(number, name, people, chance)))
        stream.write("]")


def _task(number: int, name: str, people: dict[str, float], chance: Random) -> dict[str, Any]:
    truth = chance.choice(CLASSES)
    said = {
        who: truth if chance.random() < people[who] else chance.choice(CLASSES)
        for who in chance.sample(sorted(people), EACH)
    }
    annotations = [
        {
            "id": number,
            "completed_by": {"id": 7, "email": who},
            "result": [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [label]}}],
            "updated_at": "2026-01-01T00:00:00Z",
            "was_cancelled": False,
            "ground_truth": False,
            "lead_time": 3.2,
        }
        for who, label in said.items()
    ]
    return {"id": number, "data": {"id": name, "text": "some words of the example"}, "annotations": annotations}


def _peer(matched: Matched) -> float:
    """Return the CPU seconds that crowd-kit's own estimation takes of the same answers, as places."""
    answers = matched.answers
    table = pd.DataFrame({"task": answers.example, "worker": answers.annotator, "label": answers.label})
    began = time.process_time()
    DawidSkene(n_iter=100).fit(table)
    return time.process_time() - began
