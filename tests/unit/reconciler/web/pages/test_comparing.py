"""Comparing: only what differs, how far from the live model on the same data, curves overlaid."""

from dataclasses import replace
from typing import Any

from reconciler.web.pages.comparing import Choice, choice_of, comparison
from reconciler.web.pages.tables import Link
from reconciler.web.pages.trials import Ranking, Trial
from tests.unit.reconciler.web.pages.conftest import FORMER, VERSION


def trial(digit: str, value: float | None, version: str = VERSION, **more: Any) -> Trial:
    ranking = Ranking(value, value and value - 0.1, value and value + 0.1)
    params = {"seed": 1, "depth": int(digit, 16)}
    return replace(Trial(f"experiments/a/{digit * 12}", version, "1", "", "", params, {"f1": 0.5}, ranking), **more)


TOLD = [
    trial("a", 0.9),
    trial("b", 0.8, is_live=True),
    trial("c", None, stage="failed", rank="", message="it broke"),
    trial("d", 0.7, FORMER),
]


def test_only_what_differs_stands_in_the_table_until_all_is_asked_for() -> None:
    told = comparison(TOLD, Choice(), "auc", is_more=True)
    assert told.table.heads == [
        "trial",
        "rank",
        "auc (validation), 95 % interval",
        "to the live model",
        "depth",
        "f1 (test)",
        "data",
    ]
    assert told.same == [("seed", "1")]
    assert [name for name in comparison(TOLD, Choice(is_all=True), "auc", is_more=True).table.heads if name == "seed"]
    assert [one.message for one in told.failed] == ["it broke"]
    assert told.picture is not None


def test_how_far_a_trial_is_from_the_live_model_is_told_on_the_same_data_alone() -> None:
    first, second, third, fourth = comparison(TOLD, Choice(), "auc", is_more=True).table.rows
    assert [row[3] for row in (first, second, third, fourth)] == ["+0.1000", "it is live", "", ""]
    assert first[0] == Link("aaaaaaaaaaaa", "experiments/a/aaaaaaaaaaaa")
    assert second[0] == Link("bbbbbbbbbbbb live", "experiments/a/bbbbbbbbbbbb")
    assert third[2] == "failed"


def test_a_version_is_chosen_by_the_url() -> None:
    chosen = choice_of({"version": "bbbbbbbbbbbb", "all": "1", "odd": "x"})
    assert chosen == Choice("bbbbbbbbbbbb", is_all=True)
    assert chosen.url(all="") == "?version=bbbbbbbbbbbb"
    told = comparison(TOLD, chosen, "auc", is_more=True)
    assert told.runs == ["experiments/a/dddddddddddd"]
    assert told.versions == [VERSION, FORMER]
    assert "to the live model" not in told.table.heads


def test_trainings_of_one_figure_are_drawn_over_each_other() -> None:
    history = {
        "step": "trees",
        "figure": "auc",
        "steps": [1, 2],
        "series": {"train": [0.5, 0.6], "validation": [0.4, 0.5]},
    }
    told = [replace(one, history=history) for one in TOLD[:2]] + [
        replace(TOLD[3], history={**history, "figure": "loss"})
    ]
    auc, loss = comparison(told, Choice(), "auc", is_more=True).curves
    assert (auc.title, len(auc.lines), loss.title, len(loss.lines)) == (
        "auc by trees, validation",
        2,
        "loss by trees, validation",
        1,
    )
    assert auc.lines[0].path == "experiments/a/aaaaaaaaaaaa"
    assert comparison(TOLD, Choice(), "auc", is_more=True).curves == []
