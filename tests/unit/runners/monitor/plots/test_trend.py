"""The trend begins with the second report that was judged."""

from runners.monitor.plots.trend import trend
from tests.unit.runners.monitor.example import document


def test_former_reports_are_drawn() -> None:
    figure = trend(document(former=2))
    assert figure
    left, right = figure.axes
    assert len(right.patches) == 3
    assert {str(line.get_label()) for line in left.get_lines()} == {"reference", "estimated", "realised"}


def test_one_report_is_no_trend() -> None:
    assert trend(document()) is None


def test_reports_that_judged_nothing_are_left_out() -> None:
    told = document(former=1)
    quiet = told.history[0].model_copy(update={"verdict": "not_enough_data"})
    assert trend(told.model_copy(update={"history": (quiet, *told.history[1:])})) is None
