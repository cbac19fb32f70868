"""The risk over a series of reports: its false alarms have a rate, harm is found, and each row counts once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runners.monitor.findings import Findings
from runners.monitor.kept import RiskPart
from runners.monitor.parameters import Outcomes, Parameters, Thresholds, Window
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, Reference, Task
from runners.monitor.report import Former
from runners.monitor.risk import risk_of
from runners.monitor.tables import TIME, Tables
from runners.monitor.verdict import alerts_of
from tests.shares import Hand
from tests.unit.runners.monitor.traffic import START
from tests.unit.runners.rates import hold

GROUPS, OF_ONE = 24, 25
"""So many groups of so many series: 600 in `make deep`, a share of the groups in a run."""

RATE, LOOKBACK = 0.1, timedelta(hours=6)
SOURCE = {"files": {"url": "file:///outcomes.csv", "format": "csv"}, "lookback": LOOKBACK}


def answers(wrong: float, rows: int, random: np.random.Generator, task: Task = "binary") -> pd.DataFrame:
    """Return rows of which so large a share is wrong; of numbers, the mean error is this share of the spread."""
    truth = random.random(rows) if task == "regression" else random.integers(0, 2, rows).astype(float)
    is_wrong = random.random(rows) < wrong
    if task == "regression":
        return pd.DataFrame({PREDICTION: truth + random.exponential(0.9 * wrong, rows), TARGET: truth})
    rows_ = pd.DataFrame({PREDICTION: np.where(is_wrong, 1.0 - truth, truth), TARGET: truth})
    return rows_ if task == "binary" else rows_.replace({0.0: "no", 1.0: "yes"})


@dataclass
class Series:
    """Hourly reports on rows that came evenly, as a deployment's are made: each reads what the one before wrote."""

    before: pd.DataFrame
    rows: pd.DataFrame
    task: Task = "binary"
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(false_alarms=RATE, risk_rise=0.0))
    trial: str = "experiments/a/0123456789ab"
    gap: str = ""

    def report(self, hour: int, known: Any, former: RiskPart | None) -> RiskPart | None:
        """Make the report of an hour; `known` tells of rows, by their places, whether their outcome has come."""
        start, end = START + timedelta(hours=hour), START + timedelta(hours=hour + 1)
        told = self.rows.assign(**{TARGET: self.rows[TARGET].where(known(self.rows, end))})
        now = told[(told[TIME] >= start) & (told[TIME] < end)].reset_index(drop=True)
        earlier = told[(told[TIME] >= end - LOOKBACK) & (told[TIME] < start)].reset_index(drop=True)
        tables = Tables(self.before, *[self.before] * 3, now, 1, earlier)
        params = Parameters(thresholds=self.thresholds, trial=self.trial, window=Window(start=start, end=end))
        params = params.model_copy(update={"outcomes": Outcomes.model_validate(SOURCE)})
        kept = None if former is None else Former.model_validate_json(written(former)).risk
        risk, self.gap = risk_of(Reference(self.before, (), self.task), tables, params, kept)
        return risk

    def reports(self, hours: Sequence[int], known: Any) -> list[RiskPart]:
        """Make reports one after the other."""
        found: list[RiskPart] = []
        for hour in hours:
            made = self.report(hour, known, found[-1] if found else None)
            assert made is not None
            found.append(made)
        return found


def written(risk: RiskPart) -> str:
    return json.dumps(Former(risk=risk).model_dump(mode="json"), allow_nan=False)


def asked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Spread the rows of each hour over it."""
    times = [
        START + timedelta(hours=hour + at / len(part)) for hour, part in enumerate(parts) for at in range(len(part))
    ]
    return pd.concat(parts, ignore_index=True).assign(**{TIME: pd.DatetimeIndex(times).as_unit("us")})


def at_once(rows: pd.DataFrame, end: datetime) -> Any:
    return rows[TIME] < end


def late(hours: float) -> Any:
    return lambda rows, end: rows[TIME] < end - timedelta(hours=hours)


def series(wrong: Sequence[float], random: np.random.Generator, task: Task = "binary", each: int = 20) -> Series:
    before, parts = answers(0.2, 400, random, task), [answers(share, each, random, task) for share in wrong]
    return Series(before, asked(parts), task)


def alarms(told: RiskPart) -> bool:
    found = Findings((), {}, {}, risk=told)
    return [one.what for one in alerts_of(found, Thresholds(risk_rise=0.0))] == ["risk rose"]


@pytest.mark.slow
def test_of_all_reports_together_a_share_cries_wolf(share: Hand) -> None:
    groups = share.take("series of reports without harm", range(GROUPS))
    randoms = [np.random.default_rng((group, number)) for group in groups for number in range(OF_ONE)]
    hits = sum(alarms(series([0.2] * 5, one, each=40).reports(range(5), late(0.5))[-1]) for one in randoms)
    hold("series without harm", hits, len(randoms), RATE, share)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_harm_is_found_though_outcomes_are_late_and_no_report_alone_could(task: Task) -> None:
    told = series([0.2] * 4 + [0.45] * 30, np.random.default_rng(3), task).reports(range(34), late(2.5))
    first = next(at for at, one in enumerate(told) if alarms(one))
    assert 6 <= first < 30
    assert all(alarms(one) for one in told[first:]), "it isn't taken back"
    assert (told[-1].since or 0) > 80
    quiet_one = series([0.2] * 34, np.random.default_rng(4), task).reports(range(34), late(2.5))
    assert not alarms(quiet_one[-1])


@pytest.mark.parametrize("known", [at_once, late(0.5), late(3), late(5)])
def test_each_row_counts_once_whenever_its_outcome_comes(known: Any) -> None:
    made = series([0.3] * 12, np.random.default_rng(5))
    told = made.reports(range(12), known)
    come = int(known(made.rows, START + timedelta(hours=12)).sum())
    assert sum(one.counted for one in told) == told[-1].rows == come
    wrong = (made.rows[PREDICTION] != made.rows[TARGET]).iloc[:come]
    assert told[-1].risk == pytest.approx(wrong.mean())


def test_the_same_window_twice_counts_nothing_anew() -> None:
    told = series([0.3] * 3, np.random.default_rng(5)).reports([0, 1, 2, 2], at_once)
    assert [one.counted for one in told] == [20, 20, 20, 0]
    assert told[3].state == told[2].state


def test_evidence_does_not_hang_on_how_the_rows_are_cut_into_reports() -> None:
    made = series([0.3] * 6, np.random.default_rng(6))
    hourly, late_ones = made.reports(range(6), at_once)[-1], made.reports(range(6), late(0))[-1]
    whole = replace(made, rows=made.rows.assign(**{TIME: made.rows[TIME].iloc[0] + (made.rows[TIME] - START) / 6}))
    once = whole.reports([0], at_once)[-1]
    assert hourly.state == late_ones.state
    assert once.state.evidence.log == pytest.approx(hourly.state.evidence.log)
    assert once.state.live.low == pytest.approx(hourly.state.live.low)


def test_the_order_is_that_of_time() -> None:
    made = series([0.2, 0.2, 0.9], np.random.default_rng(7))
    mixed = replace(made, rows=made.rows.sample(frac=1.0, random_state=1))
    assert mixed.reports(range(3), at_once)[-1].state == made.reports(range(3), at_once)[-1].state


def test_who_waits_longest_is_not_counted_last() -> None:
    """Wrong answers are known at once and right ones three hours later: the early ones alone would cry wolf."""

    def known(rows: pd.DataFrame, end: datetime) -> Any:
        return (rows[PREDICTION] != rows[TARGET]) | (rows[TIME] < end - timedelta(hours=3))

    made = series([0.2] * 10, np.random.default_rng(8), each=50)
    told = made.reports(range(10), known)
    assert told[-1].risk == pytest.approx((made.rows[PREDICTION] != made.rows[TARGET]).iloc[:350].mean(), abs=0.03)
    assert told[-1].waiting > 100
    assert not any(alarms(one) for one in told)


def test_an_outcome_that_never_comes_is_waited_for_as_long_as_the_look_back() -> None:
    def known(rows: pd.DataFrame, end: datetime) -> Any:
        return (rows[TIME] < end) & (rows.index % 20 != 0)

    told = series([0.3] * 12, np.random.default_rng(9)).reports(range(12), known)
    assert [one.counted for one in told[:5]] == [0] * 5
    assert [one.counted for one in told[6:]] == [19] * 6
    assert told[-1].waiting == 20 * 5


def test_a_new_model_another_reference_or_tolerance_begins_anew() -> None:
    made = series([0.9] * 3, np.random.default_rng(10))
    former = made.reports(range(2), at_once)[-1]
    assert alarms(former)
    other = answers(0.2, 400, np.random.default_rng(11))
    tolerant = Thresholds(false_alarms=RATE, risk_rise=0.5)
    kept = made.report(2, at_once, former)
    assert kept is not None
    assert (kept.rows, kept.counted) == (60, 20)
    for changed in (replace(made, trial="b"), replace(made, before=other), replace(made, thresholds=tolerant)):
        told = changed.report(2, at_once, former)
        assert told is not None
        assert told.rows == told.counted == 60, "the look-back's rows, against the new level"
    ahead = former.model_copy(update={"until": START + timedelta(days=9999)})
    told = made.report(2, at_once, ahead)
    assert told is not None
    assert told.rows == 60, "rows of times to come can't have been counted"


def test_where_nobody_looked_it_is_said() -> None:
    made = series([0.3], np.random.default_rng(12))
    constant = made.before.assign(**{TARGET: 1.0})
    for changed, why in (
        (replace(made, task="multilabel"), "classes and of numbers"),
        (replace(made, before=made.before[[PREDICTION]]), "no predictions or no outcomes"),
        (replace(made, before=made.before.assign(**{TARGET: np.nan})), "no row of the reference"),
        (replace(made, before=constant, task="regression"), "don't vary"),
    ):
        assert changed.report(0, at_once, None) is None
        assert why in changed.gap
    params, tables = Parameters(), Tables(made.before, *[made.before] * 3, made.rows, 1)
    assert risk_of(Reference(made.before, (), "binary"), tables, params, None)[1].startswith("no outcomes are config")
    former = made.report(0, at_once, None)
    assert former is not None
    params = Parameters(thresholds=made.thresholds, trial=made.trial, outcomes=Outcomes.model_validate(SOURCE))
    tables = replace(tables, now=made.rows.drop(columns=TARGET))
    kept, gap = risk_of(Reference(made.before, (), "binary"), tables, params, former)
    assert (kept, gap) == (former.model_copy(update={"counted": 0}), "the outcomes couldn't be joined")


def test_a_state_is_small_whatever_it_counted() -> None:
    told = series([0.3] * 2, np.random.default_rng(13), each=2000).reports(range(2), at_once)[-1]
    assert len(written(told)) < 2000
    assert Former.model_validate_json(written(told)).risk == told


def test_the_alert_says_since_when_and_how_much() -> None:
    told = series([0.2, 0.9, 0.9], np.random.default_rng(14), each=100).reports(range(3), at_once)[-1]
    (alert,) = alerts_of(Findings((), {}, {}, risk=told), Thresholds(risk_rise=0.0))
    assert (alert.value, alert.threshold) == (told.highest, told.needed)
    assert alert.value >= alert.threshold
    for part in (f"since row {told.since}", f"{told.risk:.1%} against", "lower bound"):
        assert part in alert.where
    assert alerts_of(Findings((), {}, {}, risk=told), Thresholds()) == ()
