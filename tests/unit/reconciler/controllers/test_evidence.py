"""What a reviewer reads beside a proposal."""

from dataclasses import replace
from typing import Any

from reconciler.controllers.evidence import evidence, leaderboard_of
from reconciler.controllers.gates import GateResult
from reconciler.controllers.promotion_case import ChosenTrial, chosen_trial
from reconciler.model.decision import Leaderboard, Scores, Trial
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API

BEST, SECOND = stage.trial("1", roc_auc=0.9), stage.trial("2", roc_auc=0.8)
BOARD = Leaderboard((BEST, SECOND), stage.data(), "roc_auc")
GATES = (GateResult("roc_auc", 0.9, "at least 0.8", True), GateResult("f1", 0.1, "at least 0.8", False))


def candidate(trial: Trial, board: Leaderboard = BOARD) -> ChosenTrial:
    return chosen_trial(trial, data=board.data.run, metric=board.metric, chosen=leaderboard_of(board, trial))


def write(comparison: dict[str, Any], live: str | None = None) -> str:
    return evidence(API, candidate(BEST), (comparison, GATES), live)


def test_the_candidate_stands_beside_the_live_model_on_the_same_rows() -> None:
    text = write(
        stage.result(metrics={"candidate.roc_auc": 0.9, "live.roc_auc": 0.85}, facts={"rows": 500}), "experiments/x/1"
    )
    assert "in place of `experiments/x/1`" in text
    assert "## Metrics on the same 500 test rows" in text
    assert "| roc_auc | 0.85 | 0.9 | +0.0500 |" in text


def test_without_a_live_model_there_is_no_column_for_it() -> None:
    text = write(stage.result(metrics={"candidate.roc_auc": 0.9}))
    assert "which has none yet." in text
    assert "| metric | candidate |" in text
    assert "live" not in text


def test_a_metric_that_the_live_model_lacks_leaves_its_cells_empty() -> None:
    assert "| f1 |  | 0.5 |  |" in write(stage.result(metrics={"candidate.f1": 0.5}), "experiments/x/1")


def test_what_is_to_be_doubted_stands_above_the_figures() -> None:
    trial = replace(BEST, doubts=("the stated coverage isn't reached: 82.1% of the test rows",))
    text = evidence(API, candidate(trial), (stage.result(metrics={"candidate.roc_auc": 0.9}), GATES), None)
    assert "> **Warning**: the stated coverage isn't reached: 82.1% of the test rows." in text
    assert text.index("Warning") < text.index("## Metrics")
    assert "Warning" not in write(stage.result())


def test_gates_are_told_with_their_verdicts() -> None:
    text = write(stage.result())
    assert "| roc_auc | 0.9 | at least 0.8 | pass |" in text
    assert "| f1 | 0.1 | at least 0.8 | **fail** |" in text


def test_slices_are_shown_old_against_new() -> None:
    slices = {"sex": {"1": {"roc_auc": 0.9, "rows": 10.0}}}
    facts = {"candidate": {"slices": slices}, "live": {"slices": {"sex": {"1": {"roc_auc": 0.8}}}}}
    assert "| sex = 1 | 0.8 | 0.9 | 10 |" in write(stage.result(facts=facts), "experiments/x/1")
    assert "| sex = 1 | 0.9 | 10 |" in write(stage.result(facts=facts))
    assert "By slice" not in write(stage.result())
    cut = {**facts, "cut_slices": ["town: 20 of 142 values, the most frequent"]}
    assert "| town: 20 of 142 values, the most frequent |" in write(stage.result(facts=cut), "experiments/x/1")
    assert "By slice" not in write(stage.result(facts={"cut_slices": "town"}))


def test_every_slice_shows_the_metric_that_ranks_and_nothing_where_it_is_undefined() -> None:
    town = {"A": {"roc_auc": 0.9, "f1": 0.5, "rows": 9.0}, "B": {"f1": 1.0, "rows": 1.0}}
    text = write(stage.result(facts={"candidate": {"slices": {"town": town}}}))
    assert "## By slice: roc_auc" in text
    assert "| town = A | 0.9 | 9 |\n| town = B |  | 1 |" in text
    other = {"town": {"A": {"f1": 0.5, "rows": 9.0}}}
    assert "## By slice: f1" in write(stage.result(facts={"candidate": {"slices": other}}))


def test_what_the_data_holds_shows_as_it_is() -> None:
    town = {"<img src=x>@ada *x* | y": {"roc_auc": 0.9, "rows": 9.0}}
    gates = [GateResult("roc_auc where town = <i>North</i>", 0.9, "at least 0.8", True)]
    trial = replace(BEST, params={"note": "`<b>`"})
    comparison = stage.result(facts={"candidate": {"slices": {"town": town}}})
    board = Leaderboard((trial,), stage.data(), "roc_auc")
    text = evidence(API, candidate(trial, board), (comparison, gates), None)
    assert "| town = &lt;img src=x&gt;@\u2060ada \\*x\\* \\| y | 0.9 | 9 |" in text
    assert "| roc_auc where town = &lt;i&gt;North&lt;/i&gt; |" in text
    assert "- parameters: `` note=`<b>` ``" in text


def test_the_leaderboard_marks_the_chosen_trial_and_the_origin_names_its_data() -> None:
    text = write(stage.result())
    assert "**`111111111111`** | model=1 | 0.9" in text
    assert "| `222222222222` | model=2 | 0.8" in text
    assert "- data: `datasets/loans/0123456789ab`" in text
    assert f"- model: `{BEST.model_digest}`" in text


def test_trials_are_shown_with_the_figure_that_ranks_them_and_its_interval() -> None:
    told = Scores({"roc_auc": 0.91, "accuracy": 0.2}, interval={"roc_auc": {"low": 0.88, "high": 0.94}})
    best = replace(BEST, validation=told, test=Scores({"roc_auc": 0.7}))
    text = evidence(
        API, candidate(best, Leaderboard((best, SECOND), stage.data(), "roc_auc")), (stage.result(), GATES), None
    )
    assert "| trial | parameters | roc_auc (validation) | 95 % interval |" in text
    assert "**`111111111111`** | model=1 | 0.91 | 0.88 to 0.94 |" in text
    assert "| `222222222222` | model=2 | 0.8 |  |" in text


def test_the_same_comparison_gives_the_same_text() -> None:
    comparison = stage.result(metrics={"candidate.a": 1.0, "candidate.b": 2.0})
    turned = stage.result(metrics={"candidate.b": 2.0, "candidate.a": 1.0})
    assert write(comparison) == write(turned)
