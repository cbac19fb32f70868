"""Pre-labels: which answers keep what a model said, and how often people are taken to follow it who don't."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.contract.files import KEPT_BACK
from runners.label.prelabels import LEVEL, Kept, difference, facts_of, fisher, kept_in, write_kept
from runners.label.questions import Question

QUESTION = Question("answer")


def result(label: str) -> list[dict[str, Any]]:
    return [{"from_name": "answer", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]


def annotation(who: str, label: str, when: str = "1", **more: Any) -> dict[str, Any]:
    return {"completed_by": {"email": who}, "result": result(label), "updated_at": when, **more}


def export(folder: Path, *tasks: dict[str, Any]) -> str:
    file = folder / "answers.json"
    file.write_text(json.dumps(list(tasks)), "utf-8")
    return file.as_uri()


def test_answers_stand_beside_what_was_shown_or_kept_back(tmp_path: Path) -> None:
    shown = {"predictions": [{"result": result("spam"), "model_version": "v1"}]}
    back = {"meta": {KEPT_BACK: {"label": "ham", "version": "v2"}}}
    url = export(
        tmp_path,
        {"data": {"id": 1}, **shown, "annotations": [annotation("ada", "ham", "1"), annotation("ada", "spam", "2")]},
        {
            "data": {"id": 2},
            **back,
            "annotations": [annotation("ben", "ham"), annotation("x", "ham", was_cancelled=True)],
        },
        {"data": {"id": 3}, "annotations": [annotation("ben", "ham")], "predictions": [], "meta": None},
        {"data": {"id": 4}, **shown, "annotations": []},
    )
    found = list(kept_in(url, QUESTION))
    assert found == [
        Kept("1", "ada", "spam", "spam", "v1", shown=True),
        Kept("2", "ben", "ham", "ham", "v2", shown=False),
    ]
    write_kept(tmp_path / "kept.parquet", found)
    assert parquet.read_table(tmp_path / "kept.parquet")["accepted"].to_pylist() == [True, True]


@pytest.mark.parametrize(
    "task",
    [
        1,
        {"predictions": [1], "meta": 2},
        {"predictions": [{"result": [1]}], "annotations": [annotation("a", "x")]},
        {"meta": {KEPT_BACK: {"label": 3}}, "annotations": [annotation("a", "x")]},
        {"meta": {KEPT_BACK: {"label": "x"}}, "data": 1, "annotations": [2, {"result": [3]}]},
    ],
)
def test_a_task_may_be_anything(tmp_path: Path, task: Any) -> None:
    assert list(kept_in(export(tmp_path, task), QUESTION)) == []


def test_what_is_no_list_of_tasks_is_told(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="no list of tasks"):
        list(kept_in((tmp_path / "answers.json").as_uri(), QUESTION))


def kept(share_shown: float, share_back: float, count: int, chance: Random) -> list[Kept]:
    return [
        Kept(
            str(n),
            "ada",
            "x" if chance.random() < (share_shown if is_shown else share_back) else "y",
            "x",
            "v",
            is_shown,
        )
        for n in range(count)
        for is_shown in (True, False)
    ]


def test_how_often_people_are_taken_to_follow_who_don_t() -> None:
    chance, tries = Random(3), 400
    told = [facts_of(kept(0.8, 0.8, 60, chance)) for _ in range(tries)]
    assert sum(one["follows"] for one in told) / tries < LEVEL
    assert sum(one["p"] < LEVEL for one in told) / tries < LEVEL
    inside = sum(one["difference"]["interval"][0] <= 0 <= one["difference"]["interval"][1] for one in told)
    assert inside / tries > 0.93
    follows = [facts_of(kept(0.97, 0.75, 100, chance))["follows"] for _ in range(100)]
    assert sum(follows) / 100 > 0.9


def test_the_interval_and_the_test_are_those_of_the_literature() -> None:
    """Newcombe's example (a) of 1998, and Fisher's tea."""
    assert difference(56, 70, 48, 80)["interval"] == [pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4)]
    assert fisher(3, 4, 1, 4) == pytest.approx(0.4857, abs=1e-4)


def test_without_a_share_kept_back_nothing_is_said_of_following() -> None:
    told = facts_of([Kept("1", "ada", "x", "x", "v", shown=True)])
    assert told["shown"]["share"] == 1.0
    assert told["kept_back"] == {"answers": 0, "accepted": 0, "share": None, "interval": None}
    assert "follows" not in told
