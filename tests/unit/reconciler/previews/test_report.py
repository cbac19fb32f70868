"""What is said of a preview: where it stands, where it answers, and on which rows what was measured."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.reviews import Verdict
from reconciler.previews.report import Scored, Standing, candidate, ended, page, scores, served, without

DEPLOYMENT = Address("deployments/loans")
OLD, NEW = RunName("experiments/loans/old"), RunName("experiments/loans/new")
PAIR = (CommitId("b" * 40), CommitId("a" * 40))


def statuses(state: str = "ready", **facts: Any) -> dict[Address, Mapping[str, Any]]:
    condition = {"type": "Ready", "message": "it <is> so"}
    return {
        DEPLOYMENT: {"state": state, "facts": facts, "conditions": [condition]},
        Address("promotions/loans"): {"state": "ready", "facts": {"deployment": DEPLOYMENT, "candidate": NEW}},
    }


def live(trial: str = OLD) -> dict[Address, Mapping[str, Any]]:
    return {DEPLOYMENT: {"facts": {"served": [{"trial": "former"}, {"trial": trial}]}}}


def scored(**rows: tuple[str, int]) -> Any:
    found = {
        OLD: Scored(OLD, {"roc_auc": 0.8, "f1": 0.5}, *rows.get("old", ("datasets/loans/1", 200))),
        NEW: Scored(NEW, {"roc_auc": 0.85}, *rows.get("new", ("datasets/loans/1", 200))),
    }
    return found.get


@pytest.mark.parametrize(
    ("states", "verdict", "summary"),
    [
        ({}, Verdict.PENDING, "pr-7: begins"),
        (statuses("reconciling"), Verdict.PENDING, "pr-7: 1 of 2 resources ready"),
        (statuses("stalled"), Verdict.FAILURE, "pr-7: 1 of 2 resources ready, 1 stalled"),
        (statuses(), Verdict.SUCCESS, "pr-7: 2 of 2 resources ready"),
    ],
)
def test_the_verdict_is_that_of_all_its_resources(states: dict[Address, Any], verdict: Verdict, summary: str) -> None:
    standing = Standing("pr-7", PAIR, states)
    assert (standing.verdict, standing.summary) == (verdict, summary)


def test_what_hinders_it_comes_first() -> None:
    standing = Standing("pr-7", PAIR, statuses(), problem="it conflicts")
    assert (standing.verdict, standing.summary) == (Verdict.FAILURE, "pr-7: it conflicts")


def test_the_page_tells_where_it_answers_and_how_it_does_on_the_same_rows() -> None:
    text = page(Standing("pr-7", PAIR, statuses(url="http://x/loans", traffic={"r": 100}), ("prod", live())), scored())
    assert "| 🟢 | `deployments/loans` | ready | `http://x/loans` |" in text
    assert "Beside what is live in `prod`" in text
    assert "| roc\\_auc | 0.85 | 0.8 |" in text or "| roc_auc | 0.85 | 0.8 |" in text
    assert "| f1 |  | 0.5 |" in text
    assert f"Here: `{NEW}`, on 200 test rows of `datasets/loans/1`." in text
    assert "Both are the test rows of one version of the data." in text


@pytest.mark.parametrize("rows", [("datasets/loans/2", 200), ("datasets/loans/1", 100), ("", 200)])
def test_figures_of_other_rows_are_told_to_be_that(rows: tuple[str, int]) -> None:
    text = page(Standing("pr-7", PAIR, statuses(), ("prod", live())), scored(new=rows, old=("datasets/loans/1", 200)))
    assert "These are not the same rows" in text


def test_without_anything_live_its_own_figures_stand_alone() -> None:
    text = page(Standing("pr-7", PAIR, statuses(), ("prod", {})), scored())
    assert "nothing is live there that its metrics are known of" in text
    assert "Measured on 200 test rows" in text
    assert "Beside" not in page(Standing("pr-7", PAIR, statuses()), scored())


def test_the_same_model_is_told_to_be_that() -> None:
    assert f"the same model, `{NEW}`" in page(Standing("pr-7", PAIR, statuses(), ("prod", live(NEW))), scored())


def test_text_of_others_is_text() -> None:
    text = page(Standing("pr-7", PAIR, statuses("stalled"), problem="<b>no</b>"), scored())
    assert "<b>" not in text
    assert "it &lt;is&gt; so" in text
    assert "<" not in without(7, "<i>").replace("### ", "")
    assert ended("pr-7").endswith("Nothing of it is left.")


def test_a_candidate_is_what_was_chosen_else_what_is_pinned() -> None:
    told = statuses(trial=OLD)
    assert candidate(DEPLOYMENT, told[DEPLOYMENT], told) == NEW
    assert candidate(DEPLOYMENT, told[DEPLOYMENT], {}) == OLD
    assert candidate(DEPLOYMENT, {"facts": {"trial": 7}}, {}) is None


@pytest.mark.parametrize("odd", [None, "x", [], [7], [{"trial": 7}], {}])
def test_a_status_of_odd_shape_tells_of_no_model(odd: Any) -> None:
    assert served({"facts": {"served": odd}}) is None


def test_scores_are_read_with_their_rows() -> None:
    result = {
        "metrics": {"roc_auc": 0.8, "odd": "x"},
        "facts": {"rows": {"test": 200}},
        "provenance": {"input_dataset": "datasets/loans/1"},
    }
    assert scores(OLD, result) == Scored(OLD, {"roc_auc": 0.8}, "datasets/loans/1", 200)
    assert scores(OLD, {}) == Scored(OLD, {}, "", None)
