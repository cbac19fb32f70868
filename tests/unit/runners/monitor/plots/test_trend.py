"""The trend begins with the second report that was judged."""

from runners.monitor.plots.trend import trend
from tests.unit.runners.monitor.example import document


def test_former_reports_are_drawn() -> None:
    figure = trend(document(former=2))
    assert figure
    left, right = figure.plots
    (bars,) = right.marks
    assert len(bars.xs) == 3
    assert {mark.label for mark in left.marks if mark.label} == {"reference", "estimated", "realised"}


def test_one_report_is_no_trend() -> None:
    assert trend(document()) is None


def test_reports_that_judged_nothing_are_left_out() -> None:
    told = document(former=1)
    quiet = told.history[0].model_copy(update={"verdict": "not_enough_data"})
    assert trend(told.model_copy(update={"history": (quiet, *told.history[1:])})) is None
