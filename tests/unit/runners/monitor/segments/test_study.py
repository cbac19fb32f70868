"""Segments of a window: what broke in one of them is found there, and nothing is found where nothing changed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from runners.monitor.parameters import Segments, Thresholds
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY
from runners.monitor.segments.groups import groupings
from runners.monitor.segments.study import segments_of, worst_first
from runners.monitor.segments.told import SegmentPart
from tests.shares import Hand
from tests.unit.runners.monitor.segments import world
from tests.unit.runners.rates import hold

RATE, REFERENCES, OF_ONE = 0.2, 250, 4
USUAL = Thresholds(drifted_columns=1, estimated_drop=0.03, realized_drop=0.03, risk_rise=0.03)


def window(seed: int, before: int = 4_000, now: int = 3_000) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    return world.population(before, random), world.population(now, random)


def broken(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Let outcomes of a segment no longer follow from what the model says."""
    is_it = (rows["group"] == group).to_numpy()
    return rows.assign(**{TARGET: np.where(is_it, 1 - rows[PREDICTION], rows[TARGET])})


def test_outcomes_that_turned_in_one_segment_are_found_there_though_all_rows_look_fine() -> None:
    before, now = window(0)
    told, alerts = world.told(world.tables_of(before, broken(now, "d")), world.params_of(USUAL))
    worst = told.found[0]
    assert "group = d" in worst.name
    assert {alert.what.split(" in ")[0] for alert in alerts} == {"realised roc_auc fell", "risk rose"}
    assert all("d" in alert.what for alert in alerts[:2])
    assert worst.realized is not None
    assert worst.reference is not None
    assert worst.realized_low is not None
    assert worst.realized_low < worst.realized < worst.reference - 0.3
    assert worst.risk is not None
    assert worst.risk.risk == 1.0
    assert next(one for one in told.found if one.name == "group = a").alerts == ()


def test_a_segment_that_the_model_is_unsure_of_is_estimated_to_be_worse() -> None:
    before, now = window(1)
    is_it = now["group"] == "b"
    now.loc[is_it, PROBABILITY] = 0.5 + (now.loc[is_it, PROBABILITY] - 0.5) * 0.05
    now[PREDICTION] = (now[PROBABILITY] > 0.5).astype(float)
    params = world.params_of(USUAL).model_copy(update={"outcomes": None})
    told, alerts = world.told(world.tables_of(before, now.drop(columns=TARGET)), params)
    assert told.found[0].name.startswith("group = b")
    assert told.found[0].realized is None
    assert any(alert.what == "estimated roc_auc fell in group = b" for alert in alerts)


def test_a_segment_of_few_rows_is_told_to_have_too_few_and_not_to_be_fine() -> None:
    before, now = window(2, now=600)
    asked = Segments(columns=("group",), minimum_rows=100)
    told, alerts = world.told(world.tables_of(before, broken(now, "e")), world.params_of(USUAL, asked))
    (few,) = (one for one in told.found if one.name == "group = e")
    assert few.gap == f"too few rows: {few.rows} in the window, and 100 are needed"
    assert (few.estimated, few.realized, few.drifted) == (None, None, ())
    assert few.reference is not None
    assert [one.is_judged for one in told.found] == sorted((one.is_judged for one in told.found), reverse=True)
    assert not [alert for alert in alerts if "fell" in alert.what or "drift" in alert.what]


def test_a_value_that_no_test_row_holds_is_told_with_its_rows() -> None:
    before, now = window(3)
    now["group"] = now["group"].cat.add_categories(["new"]).where(np.arange(len(now)) % 3 > 0, "new")
    told, _ = world.told(world.tables_of(before, now), world.params_of(USUAL))
    (fresh,) = (one for one in told.found if one.name == "group: values that the test rows don't hold")
    assert (fresh.rows, fresh.reference_rows, fresh.gap) == (1000, 0, "too few rows: 0 test rows, and 50 are needed")


def test_outcomes_that_arrive_later_are_of_the_segment_that_their_row_was_in() -> None:
    before, now = window(4)
    tables = world.tables_of(before, world.unknown(now, 0.5, 0))
    former = broken(window(5)[1], "c").assign(setpoint_time=pd.Timestamp("2026-03-01T09:00", tz="UTC"))
    whole = world.told(tables, world.params_of(USUAL))[0]
    told, alerts = world.told(replace(tables, former=former), world.params_of(USUAL))
    assert any(alert.what.endswith(" in group = c") for alert in alerts)
    one, other = (next(each for each in side.found if each.name == "group = c") for side in (told, whole))
    assert one.outcomes > other.outcomes + 400
    assert one.rows == other.rows


def test_risk_is_followed_from_report_to_report() -> None:
    params = world.params_of(USUAL)
    before, now = window(6)
    first, _ = world.told(world.tables_of(before, now), params)
    second, _ = world.told(world.tables_of(before, broken(now, "c"), start="2026-03-02T10:00"), params, first)
    one, other = (next(each for each in side.found if each.name == "group = c").risk for side in (first, second))
    assert one is not None
    assert other is not None
    assert other.rows > one.rows
    assert other.since is not None
    assert other.rate == pytest.approx(USUAL.false_alarms / 2 / len(names(before)))


def names(before: pd.DataFrame) -> list[str]:
    tables = world.tables_of(before, before)
    return [name for one in groupings(tables, world.COLUMNS[:2], world.ASKED) for name in one.names]


def test_the_worst_come_first_by_what_was_lost_beyond_chance() -> None:
    def part(name: str, **more: object) -> SegmentPart:
        return SegmentPart.model_validate({"name": name} | more)

    lost = {"realized_drop": 0.1, "realized_chance": 0.0}
    parts = [
        part("more lost", **lost | {"realized_drop": 0.2}),
        part("lost", **lost),
        part("expected to be lost", estimated_drop=0.1, estimated_chance=1e-5),
        part("drifts", drifted=("a",), nats=50.0),
        part("moved", nats=3.0),
        part("won", realized_drop=-0.1, realized_chance=0.9),
        part("few", gap="too few rows", **lost),
    ]
    mixed = parts[1::2] + parts[::2]
    assert sorted(mixed, key=worst_first) == parts


def test_without_segments_nothing_is_looked_at() -> None:
    before, now = window(7, 200, 100)
    tables = world.tables_of(before, now)
    assert segments_of(world.reference_of(before), tables, world.params_of(asked=None), world.COLUMNS, None) is None


def alarms(rows: tuple[int, int], metric: str, seed: int, reports: int = OF_ONE) -> int:
    """Count the reports of which a segment alerts, on windows that never change; every figure may, however small."""
    (before, now), random, hits = rows, np.random.default_rng((7, seed)), 0
    allowed = world.NOTHING_ALLOWED.model_copy(update={"false_alarms": RATE})
    params = world.params_of(allowed).model_copy(update={"metric": metric})
    reference = world.population(before, random)
    for number in range(reports):
        tables = world.tables_of(reference, world.population(now, random), seed * OF_ONE + number)
        hits += bool(world.told(tables, params)[1])
    return hits


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "metric"), [((600, 600), "accuracy"), ((1_000, 500), "roc_auc"), ((600, 1_000), "recall")]
)
def test_segments_without_a_change_alert_no_more_often_than_stated(
    rows: tuple[int, int], metric: str, share: Hand
) -> None:
    seeds = share.take(f"segments without a change, {metric} of {rows[0]} rows", range(REFERENCES))
    hits, reports = sum(alarms(rows, metric, seed) for seed in seeds), len(seeds) * OF_ONE
    hold(f"segments, {metric} of {rows}", hits, reports, RATE / 2, share)


def test_a_few_windows_without_a_change_are_quiet() -> None:
    assert alarms((600, 500), "accuracy", 0, 2) == 0
