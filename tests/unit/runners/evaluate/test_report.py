"""The report: what a reviewer reads."""

from dataclasses import replace
from pathlib import Path

from runners.evaluate.compared import Comparison, Side
from runners.evaluate.metrics import METRICS
from runners.evaluate.report import report, write_report
from runners.evaluate.resampling import Interval
from tests.unit.runners.evaluate.conftest import binary

AREA = next(metric for metric in METRICS["binary"] if metric.name == "roc_auc")


def comparison(*, is_live: bool) -> Comparison:
    """Return a comparison whose figures are round."""
    slices = {"sex": {"1": {"roc_auc": 0.85, "rows": 1200.0}}}
    own = Side("experiments/x/aaaaaaaaaaaa", binary(), {"roc_auc": 0.9}, slices)
    live = Side("experiments/x/bbbbbbbbbbbb", binary(), {"roc_auc": 0.8}, slices)
    known = {"roc_auc": Interval(0.1, 0.05, 0.15)}
    return Comparison(2500, AREA, (AREA,), own, live if is_live else None, known, {"sex": {"1": known}})


def test_a_reviewer_reads_both_figures_the_difference_and_how_sure_it_is() -> None:
    lines = report(comparison(is_live=True)).splitlines()
    assert "`experiments/x/aaaaaaaaaaaa` against `experiments/x/bbbbbbbbbbbb`, on the same 2,500 rows." in lines
    assert "| metric | live | candidate | difference | 95 % interval |  |" in lines
    assert "| **roc_auc** | 0.8000 | 0.9000 | +0.1000 | +0.0500 to +0.1500 | better |" in lines
    assert "| sex = 1 | 1,200 | 0.8500 | 0.8500 | +0.1000 | +0.0500 to +0.1500 | better |" in lines


def test_a_candidate_alone_has_its_own_interval() -> None:
    lines = report(comparison(is_live=False)).splitlines()
    assert "| metric | candidate | 95 % interval |" in lines
    assert "| **roc_auc** | 0.9000 | 0.0500 to 0.1500 |" in lines
    assert "| sex = 1 | 1,200 | 0.8500 | 0.0500 to 0.1500 |" in lines


def test_values_that_are_no_slices_are_told() -> None:
    cut = replace(comparison(is_live=True), cut=("town: 20 of 142 values, the most frequent",))
    assert "town: 20 of 142 values, the most frequent" in report(cut).splitlines()


def test_it_is_written_with_its_picture(tmp_path: Path) -> None:
    write_report(comparison(is_live=True), tmp_path)
    assert "![roc_auc](comparison.png)" in (tmp_path / "comparison.md").read_text()
    assert (tmp_path / "comparison.png").exists()
