"""Gold questions: mixed in where nobody tells them, held against what annotators say, and never labels themselves."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.contract import InputError
from runners.label.known import judged, known_answers, mixed
from runners.label.matching import Matched
from runners.label.parameters import HeldTo, KnownAnswers
from runners.label.pool import KEY
from tests.unit.runners.label.conftest import said


def rows(prefix: str, count: int) -> list[dict[str, Any]]:
    return [{KEY: f"{prefix}{n}"} for n in range(count)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 80), st.floats(0.01, 0.5))
def test_gold_questions_are_spread_by_their_share_and_others_stay_in_their_order(
    others: int, golds: int, share: float
) -> None:
    found = mixed(rows("m", others), rows("g", golds), share)
    names = [row[KEY] for row in found.rows]
    assert [name for name in names if name[0] == "m"] == [f"m{n}" for n in range(others)]
    assert found.gold == sum(name[0] == "g" for name in names) == min(golds, found.wanted)
    if found.gold and found.gold == found.wanted:
        assert found.gold / len(names) == pytest.approx(share, abs=1 / len(names) + 1e-6) or found.gold == 1
        stretch = others / found.gold
        for first in range(0, others, max(1, int(stretch))):  # no stretch of work is without, nor has many
            until = names[: first + found.gold]
            assert abs(sum(name[0] == "g" for name in until) - len(until) * found.gold / len(names)) < 2.5


def test_they_come_at_no_regular_places() -> None:
    names = [row[KEY][0] for row in mixed(rows("m", 900), rows("g", 100), 0.1).rows]
    places = [place for place, name in enumerate(names) if name == "g"]
    assert len({place % 10 for place in places}) == 10


def test_known_answers_are_read_from_a_table_or_from_labels(tmp_path: Path) -> None:
    table = tmp_path / "known.csv"
    table.write_text("id,label,why\n7,spam,x\n007,ham,\n8,,\n,spam,\n", "utf-8")
    assert known_answers(KnownAnswers(url=table.as_uri()), None) == {"7": "spam", "007": "ham"}
    lines = tmp_path / "known.jsonl"
    lines.write_text('{"id": 7, "label": "spam"}\n{"id": 8, "label": "ham"}\n', "utf-8")
    assert known_answers(KnownAnswers(url=lines.as_uri(), format="jsonl"), None) == {"7": "spam", "8": "ham"}
    parquet.write_table(pa.table({"id": [7, 8], "label": ["spam", None]}), tmp_path / "labels.parquet")
    assert known_answers(KnownAnswers(), tmp_path.as_uri()) == {"7": "spam"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,label\n1,a\n1,b\n", "1 has two known answers: a and b"),
        ("id,label\n1,\n", "there are no known answers"),
        ("name,label\n1,a\n", "the table has the columns name, label"),
    ],
)
def test_known_answers_that_are_none_are_told(tmp_path: Path, text: str, what: str) -> None:
    table = tmp_path / "known.csv"
    table.write_text(text, "utf-8")
    with pytest.raises(InputError, match=what):
        known_answers(KnownAnswers(url=table.as_uri()), None)


def test_labels_that_aren_t_single_ones_hold_no_known_answers(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": [7], "regions": ["[]"]}), tmp_path / "labels.parquet")
    with pytest.raises(InputError, match="aren't single ones"):
        known_answers(KnownAnswers(), tmp_path.as_uri())


def test_answers_to_gold_questions_are_figures_and_no_labels() -> None:
    told = {n: {"ada": "x", "ben": "y"} for n in range(12)} | {12: {"cleo": "x"}}
    known = {str(n): "x" for n in range(8)}
    for leaves_out in (False, True):
        found = judged(Matched(said(told), {3: "x", 9: "y"}), known, HeldTo(minimum=0.5, leaves_out=leaves_out))
        answers = found.matched.answers
        assert list(answers.examples) == [8, 9, 10, 11, 12]
        assert answers.annotators == (["ada", "cleo"] if leaves_out else ["ada", "ben", "cleo"])
        assert found.matched.truths == {9: "y"}
        assert found.facts["annotators"]["ada"] == {
            "answers": 8, "right": 8, "accuracy": 1.0, "interval": [0.675592, 1.0],
        }  # fmt: skip
        assert found.facts["annotators"]["ben"]["under"] is True
        assert (found.facts["under"], found.facts["unheld"]) == (["ben"], 1)
        assert found.facts["left_out"] == (4 if leaves_out else 0)
        assert json.dumps(found.facts)


@pytest.mark.parametrize("questions", [20, 60])
def test_of_those_who_are_right_just_often_enough_few_are_taken_for_worse(questions: int) -> None:
    chance, minimum, people = Random(7), 0.8, 600
    told = {
        n: {f"p{who}": "x" if chance.random() < minimum else "y" for who in range(people)} for n in range(questions)
    }
    found = judged(Matched(said(told)), {str(n): "x" for n in told}, HeldTo(minimum=minimum))
    figures = _under(told, minimum)
    assert sum(figures) / people < 0.025 + 3 * (0.025 * 0.975 / people) ** 0.5
    assert found.facts["answers"] == people * questions


def _under(told: dict[int, dict[str, str]], minimum: float) -> list[bool]:
    """Judge each annotator alone, as facts name no more than some of many."""
    people = list(next(iter(told.values())))
    known = {str(n): "x" for n in told}
    answers = said(told)
    found = []
    for who in people:
        is_theirs = answers.annotator == answers.annotators.index(who)
        figures = judged(Matched(answers.where(is_theirs)), known, HeldTo(minimum=minimum)).facts
        found.append(figures["under"] == [who])
    return found
