"""A run's page: figures with intervals, slices, files, where it serves, and runs of which nothing is known."""

from reconciler.model.ids import Address
from reconciler.web.pages.runs import learning, run_of
from reconciler.web.pages.tables import Interval
from reconciler.web.pages.trials import trials
from tests.unit.reconciler.web.pages.conftest import (
    CARD,
    DOCUMENTS,
    HOSTILE,
    LEFT,
    OTHER,
    TRIAL,
    VERSION,
    made,
    tree_of,
)

ONE = made(
    DOCUMENTS, tree=tree_of({**LEFT, f"reports/{TRIAL}/model-card.md": CARD.encode(), f"reports/{TRIAL}/roc.png": b""})
)
TRIALS = {trial.run: trial for trial in trials(ONE, Address("experiments/loans"))}


def test_a_trial_tells_its_figures_its_slices_and_where_it_is_from() -> None:
    told = run_of(ONE, TRIAL, TRIALS[TRIAL])
    assert told
    tables = {table.title: table for table in told.tables}
    assert isinstance(tables["Figures"].rows[0][1], Interval)
    assert tables["Figures"].rows[1] == ("f1", "0.7", "")
    assert "700 train, 200 test" in tables["Figures"].note
    (cut,) = tables["By slice of the test rows"].rows
    assert cut[:2] == (f"town = {HOSTILE}", "40")
    assert isinstance(cut[2], Interval)
    assert tables["What it relies on"].rows[0] == (HOSTILE, "0.2")
    assert ("python", "3.11.1") in tables["Environment"].rows
    assert told.served_by == ["deployments/loans"]
    assert told.made_from == [("dataset", VERSION)]
    assert told.card == CARD
    assert (told.pictures, told.pages) == ([f"reports/{TRIAL}/roc.png"], [])
    assert ("model-card.md", "sha256:1", f"reports/{TRIAL}/model-card.md") in told.files
    assert ("model.onnx", "sha256:0", "") in told.files
    assert len(told.curves) == 1


def test_a_trial_that_left_nothing_tells_its_row() -> None:
    told = run_of(ONE, OTHER, TRIALS[OTHER])
    assert told
    assert (told.stage, told.made_from, told.is_known, told.served_by) == ("failed", [("dataset", VERSION)], True, [])


def test_of_a_resource_that_is_known_a_run_may_be_forgotten_and_of_another_there_is_none() -> None:
    told = run_of(ONE, "datasets/loans/cccccccccccc", None)
    assert told
    assert (told.is_known, told.tables, told.files) == (False, [], [])
    assert run_of(ONE, "datasets/other/cccccccccccc", None) is None


def test_a_history_of_odd_shape_is_no_chart() -> None:
    assert learning({}) == []
    assert learning({"steps": [1, "x"], "series": {"a": [None, 3]}}) == []
