"""Rules that estimate who is to be believed: the same as crowd-kit's, and the same whoever is called what."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import GLAD, MACE
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.label.answers import Answers
from runners.label.glad import by_glad
from runners.label.mace import by_mace
from runners.label.merging import Rule
from runners.label.rules import RULES
from tests.unit.runners.label.conftest import said

Told = dict[int, dict[str, str]]


class Uniform(MACE):
    """crowd-kit's MACE from where ours begins, without its random beginnings."""

    def _initialize(self, n_workers: int, n_labels: int) -> None:
        super()._initialize(n_workers, n_labels)
        self.spamming_, self.thetas_ = np.full((n_workers, 2), 0.5), np.full((n_workers, n_labels), 1 / n_labels)


def crowd(seed: int) -> Told:
    """Return what three who are mostly right, one who always says the same and one who guesses said."""
    chance = Random(seed)
    told: Told = {}
    for n in range(60):
        true = "abc"[n % 3]
        given = {who: true if chance.random() < 0.75 else chance.choice("abc") for who in "pqr"}
        told[n] = given | {"same": "a", "guess": chance.choice("abc")}
    return told


def table(answers: Answers) -> pd.DataFrame:
    labels = [answers.labels[place] for place in answers.label.tolist()]
    told = pd.DataFrame({"task": answers.example, "worker": answers.annotator, "label": labels})
    return told.sort_values(["label", "worker", "task"])  # crowd-kit's MACE mixes up names that come in another order


@pytest.mark.parametrize("seed", range(2))
def test_mace_is_crowd_kits(seed: int) -> None:
    answers = said(crowd(seed))
    peer = Uniform(n_restarts=1, n_iter=60).fit(table(answers)).probas_
    assert peer is not None
    chances = peer.sort_index()
    ours = by_mace(answers)
    assert ours.confidence == pytest.approx(chances.max(axis=1).to_numpy(), abs=1e-4)
    assert [one.label for one in ours] == chances.idxmax(axis=1).tolist()


@pytest.mark.parametrize("seed", range(1))
def test_glad_is_crowd_kits(seed: int) -> None:
    answers = said(crowd(seed))
    chances = (
        GLAD(n_iter=20, tol=-1.0, m_step_max_iter=20, m_step_tol=1e-4).fit_predict_proba(table(answers)).sort_index()
    )
    ours = by_glad(answers)
    assert ours.confidence == pytest.approx(chances.max(axis=1).to_numpy(), abs=0.01)
    assert [one.label for one in ours] == chances.idxmax(axis=1).tolist()


@pytest.mark.parametrize("name", ["mace", "dawid-skene"])
def test_who_answers_without_looking_is_believed_less_than_by_count(name: str) -> None:
    chance = Random(4)
    told: Told = {}
    for n in range(300):
        good = {who: "ab"[n % 2] if chance.random() < 0.85 else "ba"[n % 2] for who in "pqr"}
        told[n] = good | dict.fromkeys(("same", "too"), "a")
    right = {
        rule: sum(one.label == "ab"[n % 2] for n, one in enumerate(RULES[rule](said(told))))
        for rule in (name, "majority")
    }
    assert right[name] > right["majority"] + 30


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(
    told=st.dictionaries(
        st.integers(0, 8), st.dictionaries(st.sampled_from("pqrs"), st.sampled_from("abc"), min_size=1), min_size=1
    ),
    names=st.permutations("pqrs"),
)
@settings(max_examples=25, deadline=None)
def test_what_annotators_are_called_makes_no_difference(rule: Rule, told: Told, names: list[str]) -> None:
    called = dict(zip("pqrs", names, strict=True))
    as_told, otherwise = (
        rule(said(one))
        for one in (told, {n: {called[who]: label for who, label in given.items()} for n, given in told.items()})
    )
    assert otherwise.confidence == pytest.approx(as_told.confidence, abs=2e-4)
    for one, other, confidence in zip(as_told, otherwise, as_told.confidence.tolist(), strict=True):
        assert one.label == other.label or confidence < 0.51
