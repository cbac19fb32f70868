"""People who label a problem's rows: they agree, tie, skip and contradict one another; the laws of what is merged."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import krippendorff
import numpy as np
from hypothesis import strategies as st
from pyarrow import parquet

from tests.problems.columns import meaning
from tests.problems.laws import same
from tests.problems.observers import likeliest, posteriors
from tests.problems.playing import Played
from tests.problems.problem import Problem

ANSWERS: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "choices": ("no", "yes", "größte, x"),
        "rating": (1, 2, 5),
        "number": (0.5, 2, 10.25),
    }
)
"""What people may say, by the kind of their answer; the first two are what is usual."""
SCALES: Mapping[str, str] = MappingProxyType({"choices": "nominal", "rating": "ordinal", "number": "interval"})
TEXTS: Mapping[Any, str] = MappingProxyType({0.5: "0.5", 10.25: "10.25"})
"""How numbers are told that aren't whole."""
RULES = ("majority", "dawid-skene")
DISPUTED = 0.7
QUESTION = "q"
ODD = (3, 9)
"""Answers of one person that go another way, of ten; the many of a quarrel."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A problem whose rows so many people label; `quarrel` of ten answers go by chance, `skips` of ten are none.

    Of every tenth row the first answer may be marked as the truth; labels in dispute may be dropped.
    """

    problem: Problem
    people: int
    quarrel: int
    skips: int
    kind: str = "choices"
    rule: str = "majority"
    has_truths: bool = False
    drops: bool = False

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def params(self) -> dict[str, Any]:
        """Return how the spec has them merged."""
        return {"merge": self.rule, "disputed": "drop" if self.drops else "keep", "dispute_below": DISPUTED}

    @property
    def answers(self) -> Mapping[Any, Mapping[str, Any]]:
        """Return what each person said of each row, by its identifier; rows of which nobody said anything are left."""
        chance, told, known = Random(self.problem.seed), {}, ANSWERS[self.kind]
        for row, name in enumerate(self.problem.column(str(self.problem.identifier)).values):
            usual = known[row % 2]
            said = {
                f"p{person}@example.com": chance.choice(known) if chance.randrange(10) < self.quarrel else usual
                for person in range(self.people)
                if chance.randrange(10) >= self.skips
            }
            told |= {name: said} if said else {}
        return told

    @property
    def truths(self) -> Mapping[Any, str]:
        """Return what is marked as the truth, by the row's identifier."""
        marked = list(self.answers.items())[::10] if self.has_truths else []
        return {name: text_of(next(iter(said.values()))) for name, said in marked}


def labelled(problems: st.SearchStrategy[Problem]) -> st.SearchStrategy[Labelled]:
    """Draw a problem with people who label it."""
    often = st.sampled_from((0, *ODD)), st.sampled_from((0, 2))
    how = st.sampled_from(tuple(ANSWERS)), st.sampled_from(RULES), st.booleans(), st.booleans()
    return st.builds(Labelled, problems, st.integers(1, 4), *often, *how)


def text_of(answer: Any) -> str:
    """Return the label that an answer is."""
    return TEXTS.get(answer, str(answer))


def write_export(told: Labelled, path: Path) -> None:
    """Write the answers as Label Studio exports them; a skipped task has a cancelled annotation."""
    tasks, truths = [], told.truths
    for number, (name, said) in enumerate(told.answers.items()):
        annotations: list[dict[str, Any]] = [
            {"completed_by": {"email": person}, "was_cancelled": False, "result": [_result(told.kind, answer)]}
            for person, answer in said.items()
        ]
        annotations[0]["ground_truth"] = name in truths
        skipped = [_result(told.kind, ANSWERS[told.kind][0])]
        annotations.append({"completed_by": {"email": "skips"}, "was_cancelled": True, "result": skipped})
        tasks.append({"id": number, "data": {"id": name}, "annotations": annotations})
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")


def _result(kind: str, answer: Any) -> dict[str, Any]:
    value = {kind: [answer] if kind == "choices" else answer}
    return {"from_name": QUESTION, "to_name": "t", "type": kind, "value": value}


def labels_are_right(told: Labelled, played: Played) -> None:
    """Labels, votes, confidence, ties and agreement are the oracle's."""
    answers, metrics = told.answers, played.told["metrics"]
    rows = {row["id"]: row for row in parquet.read_table(played.folder / "labels.parquet").to_pylist()}
    assert set(rows) == set(map(meaning, answers)), "other rows are labelled"
    labels = {name: _told_of(rows[meaning(name)], told) for name in answers}
    if told.rule == "majority":
        _are_those_of_most(told, rows)
    else:
        _are_the_likeliest(told, rows)
    labelled = sum(label is not None for label in labels.values())
    same(metrics["answers"], sum(map(len, answers.values())), "answers")
    same(metrics["labelled"], labelled, "labelled")
    same(metrics["coverage"], labelled / told.problem.rows, "coverage")
    _agreement_is_right(told, played.told["facts"])


def _told_of(row: Mapping[str, Any], told: Labelled) -> str | None:
    """Return the label of a row; one in dispute has none where those are dropped."""
    is_dropped = told.drops and row["confidence"] < DISPUTED
    assert not (is_dropped and row["label"]), f"{row} is in dispute, and isn't dropped"
    return None if is_dropped else row["label"]


def _are_those_of_most(told: Labelled, rows: Mapping[Any, Any]) -> None:
    for name, said in told.answers.items():
        label, confidence = _majority(said)
        if name in told.truths:
            label, confidence = told.truths[name], 1.0
        _is_told(rows[meaning(name)], {label}, confidence, told)


def _are_the_likeliest(told: Labelled, rows: Mapping[Any, Any]) -> None:
    """Hold labels against the estimation's last step, or the neighbour of it that is the nearest to what is told."""
    texts = {name: {who: text_of(one) for who, one in said.items()} for name, said in told.answers.items()}
    labels, steps = posteriors(texts)
    sure = np.array([rows[meaning(name)]["confidence"] for name in texts])
    is_judged = np.array([name not in told.truths for name in texts])
    nearest = min(steps, key=lambda chances: np.abs(chances.max(axis=1) - sure)[is_judged].sum())
    for name, chances in zip(texts, nearest.tolist(), strict=True):
        allowed, best = ({told.truths[name]}, 1.0) if name in told.truths else likeliest(labels, chances)
        _is_told(rows[meaning(name)], allowed, best, told)


def _is_told(row: Mapping[str, Any], allowed: set[str | None], confidence: float, told: Labelled) -> None:
    same(row["confidence"], confidence, f"confidence of {row['id']}", within=1e-5)
    if told.drops and row["confidence"] < DISPUTED:
        allowed = {None}
    assert row["label"] in allowed, f"{row['id']} is {allowed}, and {row} is told"


def gate_holds(played: Played) -> None:
    """Labels on which people agree less than by chance aren't accepted, and none at all aren't; all others are."""
    wrong = [one["where"] for one in played.told["violations"]]
    alpha, labelled = played.told["facts"]["alpha"], played.told["metrics"]["labelled"]
    right = (["answers"] if not labelled else []) + (["agreement"] if alpha is not None and alpha < 0 else [])
    assert wrong == right, played.told["violations"]


def _majority(said: Mapping[str, Any]) -> tuple[str | None, float]:
    counted = Counter(map(text_of, said.values()))
    most = max(counted.values())
    winners = [label for label, count in counted.items() if count == most]
    return winners[0] if len(winners) == 1 else None, most / len(said)


def _agreement_is_right(told: Labelled, facts: Mapping[str, Any]) -> None:
    answers, known = told.answers, ANSWERS[told.kind]
    people = sorted({person for said in answers.values() for person in said})
    codes = {answer: place if told.kind == "choices" else answer for place, answer in enumerate(known)}
    table = np.array([[codes[said[who]] if who in said else np.nan for said in answers.values()] for who in people])
    paired = [answer for said in answers.values() if len(said) > 1 for answer in said.values()]
    same(facts["scale"], SCALES[told.kind], "scale")
    if len(set(paired)) < 2:
        assert facts["alpha"] is None, facts["alpha"]
        assert facts["undefined"], "why alpha is undefined isn't said"
        return
    right = krippendorff.alpha(reliability_data=table, level_of_measurement=SCALES[told.kind])
    same(facts["alpha"], float(right), "alpha", within=2e-6)
