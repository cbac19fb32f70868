"""People who label a problem's rows: they agree, tie, skip and contradict one another; the laws of what is merged."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import krippendorff
import numpy as np
from hypothesis import strategies as st
from pyarrow import parquet

from tests.problems.columns import meaning
from tests.problems.laws import same
from tests.problems.playing import Played
from tests.problems.problem import Problem

CHOICES = ("no", "yes", "größte, x")
QUESTION = "q"
ODD = (3, 9)
"""Answers of one person that go another way, of ten; the many of a quarrel."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A problem whose rows so many people label; `quarrel` of ten answers go by chance, `skips` of ten are none."""

    problem: Problem
    people: int
    quarrel: int
    skips: int

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def answers(self) -> Mapping[Any, Mapping[str, str]]:
        """Return what each person said of each row, by its identifier; rows of which nobody said anything are left."""
        chance, told = Random(self.problem.seed), {}
        for row, name in enumerate(self.problem.column(str(self.problem.identifier)).values):
            usual = CHOICES[row % 2]
            said = {
                f"p{person}@example.com": chance.choice(CHOICES) if chance.randrange(10) < self.quarrel else usual
                for person in range(self.people)
                if chance.randrange(10) >= self.skips
            }
            told |= {name: said} if said else {}
        return told


def labelled(problems: st.SearchStrategy[Problem]) -> st.SearchStrategy[Labelled]:
    """Draw a problem with people who label it."""
    return st.builds(Labelled, problems, st.integers(1, 4), st.sampled_from((0, *ODD)), st.sampled_from((0, 2)))


def write_export(told: Labelled, path: Path) -> None:
    """Write the answers as Label Studio exports them; a skipped task has a cancelled annotation."""
    tasks = []
    for number, (name, said) in enumerate(told.answers.items()):
        annotations: list[dict[str, Any]] = [
            {"completed_by": {"email": person}, "was_cancelled": False, "result": [_result(answer)]}
            for person, answer in said.items()
        ]
        annotations.append({"completed_by": {"email": "skips"}, "was_cancelled": True, "result": [_result("no")]})
        tasks.append({"id": number, "data": {"id": name}, "annotations": annotations})
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")


def _result(answer: str) -> dict[str, Any]:
    return {"from_name": QUESTION, "to_name": "t", "type": "choices", "value": {"choices": [answer]}}


def labels_are_right(told: Labelled, played: Played) -> None:
    """Labels, votes, confidence, ties and agreement are the oracle's."""
    answers, metrics = told.answers, played.told["metrics"]
    rows = {row["id"]: row for row in parquet.read_table(played.folder / "labels.parquet").to_pylist()}
    merged = {meaning(name): _majority(said) for name, said in answers.items()}
    assert set(rows) == set(merged), "other rows are labelled"
    for name, (label, confidence) in merged.items():
        assert rows[name]["label"] == label, f"{name} is {label}, and {rows[name]} is told"
        same(rows[name]["confidence"], confidence, f"confidence of {name}", within=1e-5)
    ties = sum(label is None for label, _ in merged.values())
    same(metrics["answers"], sum(map(len, answers.values())), "answers")
    same(metrics["labelled"], len(merged) - ties, "labelled")
    same(metrics["coverage"], (len(merged) - ties) / told.problem.rows, "coverage")
    assert played.told["facts"]["ties"] == ties
    _agreement_is_right(answers, played.told["facts"])


def gate_holds(played: Played) -> None:
    """Labels on which people agree less than by chance aren't accepted, all others are."""
    wrong = [one["where"] for one in played.told["violations"]]
    alpha = played.told["facts"]["alpha"]
    assert wrong == (["agreement"] if alpha is not None and alpha < 0 else []), played.told["violations"]


def _majority(said: Mapping[str, str]) -> tuple[str | None, float]:
    counted = Counter(said.values())
    most = max(counted.values())
    winners = [label for label, count in counted.items() if count == most]
    return winners[0] if len(winners) == 1 else None, most / len(said)


def _agreement_is_right(answers: Mapping[Any, Mapping[str, str]], facts: Mapping[str, Any]) -> None:
    people = sorted({person for said in answers.values() for person in said})
    table = np.array(
        [[CHOICES.index(said[who]) if who in said else np.nan for said in answers.values()] for who in people]
    )
    paired = [label for said in answers.values() if len(said) > 1 for label in said.values()]
    if len(set(paired)) < 2:
        assert facts["alpha"] is None, facts["alpha"]
        assert facts["undefined"], "why alpha is undefined isn't said"
        return
    right = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    same(facts["alpha"], float(right), "alpha", within=2e-6)
