"""Reports alert without drift as seldom as they say, whatever the columns and the reference; real shifts at once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reconciler.model.kinds.monitors import Monitor
from runners.monitor.analysis import study
from runners.monitor.family import rate_of
from runners.monitor.parameters import Parameters, Thresholds
from runners.monitor.payloads import Prediction
from runners.monitor.reference import read_reference
from runners.monitor.verdict import alerts_of
from tests.shares import Hand
from tests.unit.runners.monitor import streams
from tests.unit.runners.monitor.traffic import START, write_trial
from tests.unit.runners.rates import hold

RATE, REFERENCES, OF_ONE = 0.05, 50, 10
"""The rate that is stated, so many references, and so many reports on each."""
STRICT = streams.NOTHING_ALLOWED.model_copy(update={"false_alarms": RATE})
USUAL = Thresholds(drifted_columns=1, missing_share=0.05, unseen_share=0.05)


def alarms(rows: tuple[int, int], seed: int, reports: int, thresholds: Thresholds) -> int:
    """Count the alarms of some reports against one reference, on windows that never drift."""
    (before, now), random, hits = rows, np.random.default_rng((5, seed)), 0
    reference = streams.population(before, random)
    for number in range(reports):
        tables = streams.tables_of(reference, streams.population(now, random), max(1, now // 4), seed * OF_ONE + number)
        hits += streams.has_alert(streams.found(tables, thresholds, seed * OF_ONE + number), thresholds)
    return hits


@pytest.mark.slow
@pytest.mark.parametrize("rows", [(500, 500), (2_000, 1_000), (10_000, 500)])
def test_a_stream_without_drift_alerts_no_more_often_than_stated(rows: tuple[int, int], share: Hand) -> None:
    seeds = share.take(f"references without drift, of {rows[0]} rows", range(REFERENCES))
    hits, reports = sum(alarms(rows, seed, OF_ONE, STRICT) for seed in seeds), len(seeds) * OF_ONE
    hold(f"{rows} rows", hits, reports, RATE, share)


def test_a_few_reports_without_drift_are_quiet() -> None:
    assert alarms((500, 300), 0, 4, STRICT.model_copy(update={"false_alarms": 0.001})) == 0


def shifted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(normal=rows["normal"] + 1.0)


def gone(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(whole=np.where(np.arange(len(rows)) % 4 == 0, np.nan, rows["whole"]))


def unseen(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(of_2=np.where(np.arange(len(rows)) % 5 == 0, "new", rows["of_2"]))


def constant(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(mostly_zero=-1.0)


def renamed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(of_2000="v1")


@pytest.mark.parametrize("change", [shifted, gone, unseen, constant, renamed])
@pytest.mark.parametrize("before", [500, 5_000])
def test_a_real_shift_is_found_at_once(change: Callable[[pd.DataFrame], pd.DataFrame], before: int) -> None:
    random = np.random.default_rng(11)
    reference, now = streams.population(before, random), change(streams.population(500, random))
    told = streams.found(streams.tables_of(reference, now, 125, 0), USUAL, 0)
    assert streams.has_alert(told, USUAL)


def test_a_shift_of_the_newest_rows_of_a_long_window_is_found() -> None:
    random = np.random.default_rng(12)
    reference, now = streams.population(5_000, random), streams.population(10_000, random)
    now.loc[now.index[-600:], "normal"] += 1.5
    told = streams.found(streams.tables_of(reference, now, 200, 0), USUAL, 0)
    assert told.drifted == ["normal"]


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("seed", range(3))
def test_the_first_report_on_the_rows_that_a_model_learned_from_is_quiet(tmp_path: Path, seed: int) -> None:
    """Thirty columns of 569 rows, of which the reference holds a quarter: as in the tutorial of an own script."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, truth = load_breast_cancer(return_X_y=True, as_frame=True)
    learned, tested, labels, known = train_test_split(rows, truth, test_size=0.25, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(learned, labels)
    inputs = [{"name": name, "datatype": "FP64", "shape": [-1, 1]} for name in rows]
    signature = {"task": "binary", "target": "target", "classes": [0, 1], "positive": 1, "inputs": inputs}
    told = tested.assign(target=known, prediction=model.predict(tested))
    reference = read_reference(
        write_trial(tmp_path, told.assign(predicted_probability=model.predict_proba(tested)[:, 1]), signature)
    )
    answers = zip(rows.to_dict("records"), model.predict(rows), model.predict_proba(rows)[:, 1], strict=True)
    asked = [Prediction(START, str(at), *answer) for at, answer in enumerate(answers)]
    thresholds = Monitor.model_validate({"deployment": "deployments/a"}).monitor_params["thresholds"]
    params = Parameters(chunk=50, minimum_rows=100, thresholds=thresholds)
    found, _ = study(reference, asked, params, seed=seed)
    assert (alerts_of(found, params.thresholds), found.drifted) == ((), [])


def test_every_figure_that_may_alert_is_counted() -> None:
    random = np.random.default_rng(0)
    reference, now = streams.population(100, random), streams.population(90, random)
    columns, of_them = len(streams.COLUMNS), sum(one.kind == "category" for one in streams.COLUMNS)
    short, long = (streams.tables_of(reference, now, size, 0) for size in (30, 15))
    assert rate_of(short, streams.COLUMNS, Parameters(thresholds=Thresholds())).figures == columns
    assert rate_of(long, streams.COLUMNS, Parameters(thresholds=Thresholds(false_alarms=0.2))).figures == 2 * columns, (
        "all and the newest"
    )
    assert rate_of(long, streams.COLUMNS, Parameters(thresholds=Thresholds(false_alarms=0.2))).rate == 0.2
    shares = Thresholds(missing_share=0.1, unseen_share=0.1)
    assert rate_of(short, streams.COLUMNS, Parameters(thresholds=shares)).figures == columns + columns + of_them
    wholes = Thresholds(outlier_share=0.1, distance=0.6, estimated_drop=0.1, realized_drop=0.1)
    assert rate_of(short, streams.COLUMNS, Parameters(thresholds=wholes)).figures == columns + 6, (
        "drops of all chunks and of the newest"
    )
    assert rate_of(short, (), Parameters(thresholds=Thresholds(error_rate=0.1))).figures == 0
    assert rate_of(short, (), Parameters(thresholds=Thresholds()), texts=2, pictures=3).figures == 2 * 2 + 3
