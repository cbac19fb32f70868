"""Curves of trainings: of those that have ended and of those that run yet, in one chart for each figure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.web.pages.learning import (
    MOST_CURVES,
    MOST_TRAINING,
    learning,
    overlaid,
    to_draw,
    with_progress,
)
from reconciler.web.pages.trials import Ranking, Trial
from runners.contract.progress import Progress


def history(**series: list[float | None]) -> Mapping[str, Any]:
    return {"step": "epoch", "figure": "", "steps": [1, 2], "series": series}


def trial(digit: str, stage: str = "", **more: Any) -> Trial:
    return Trial(f"experiments/a/{digit * 12}", "", "", stage, "", {}, {}, Ranking(), **more)


def test_without_a_figure_for_all_each_series_is_a_chart() -> None:
    charts = learning(history(loss=[0.5, 0.25], accuracy=[0.5, 0.75]))
    assert [chart.title for chart in charts] == ["loss by epoch", "accuracy by epoch"]
    (chart,) = learning({**history(train=[0.5, 0.25], validation=[0.5, None]), "figure": "loss"})
    assert (chart.title, [line.name for line in chart.lines]) == ("loss by epoch", ["train", "validation"])


def test_a_trial_that_trains_has_the_curve_that_its_log_tells() -> None:
    steps = [Progress(n, 5, {"validation": 1 / n}, "epoch", "loss") for n in (1, 2)]
    run, other = trial("a", "running"), trial("b", "waiting")
    told = with_progress([run, other], {run.run: steps, other.run: steps})
    assert told[0].history["series"] == {"validation": [1.0, 0.5]}
    assert told[0].now == steps[-1]
    assert told[1] == other, "what hasn't begun trains nothing"
    ended = replace(trial("c"), history={**history(validation=[0.9, 0.8]), "figure": "loss"})
    (chart,) = overlaid([ended, told[0]])
    assert chart.title == "loss by epoch, validation"
    assert [line.name for line in chart.lines] == ["c" * 12, f"{'a' * 12} now"]


def test_those_that_train_are_drawn_among_the_best() -> None:
    ended = [replace(trial(f"{n:x}"), history=history(loss=[0.5, 0.25])) for n in range(10)]
    training = [trial(digit, "running") for digit in "abcdef"]
    drawn = to_draw([*ended, *training])
    assert len(drawn) == MOST_CURVES
    assert drawn[-MOST_TRAINING:] == training[:MOST_TRAINING]
    assert drawn[0] == ended[0]


def test_odd_histories_are_no_charts() -> None:
    assert learning({}) == []
    assert learning({"steps": [1, "x"], "series": {"a": [None, 3]}}) == []
    assert overlaid([replace(trial("a"), history={"series": "x", "figure": 7})]) == []
