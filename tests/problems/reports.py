"""The laws of a monitor's report: counts, quality, outcomes and the realised figure are the oracle's."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.problems.figures import watched_as
from tests.problems.laws import Tested, plainly, same
from tests.problems.playing import Played
from tests.problems.traffic import BROKEN, LEAST, Asked, Traffic, known

SIX_DIGITS = 1e-5
"""Reports tell six significant digits."""
FOUR_DIGITS = 1e-3
"""And of what moved, four."""
FEWEST_OUTCOMES = 30
JUDGED = ("ok", "alert", "partly_watched")


def report_is_right(traffic: Traffic, hour: int, asked: Sequence[Asked], trial: Played, played: Played) -> None:
    """All figures of a report are right; what isn't known is said.

    Args:
        traffic: the traffic of all hours.
        hour: which hour is reported on.
        asked: all rows that were asked about up to then.
        trial: the trial whose model answered.
        played: the report.
    """
    report = played.json("report.json")
    now = [one for one in asked if one.hour == hour]
    _counts_are_right(traffic, hour, now, report["rows"], played.told["metrics"])
    if len(now) < LEAST:
        assert report["verdict"] == "not_enough_data", report["verdict"]
        assert "nothing is judged" in report["why"]
        return
    assert report["verdict"] in JUDGED, report["verdict"]
    _quality_is_right(now, Tested(trial), report)
    _outcomes_are_right(traffic, hour, asked, report)
    _alerts_name_what_to_do(report)


def _counts_are_right(traffic: Traffic, hour: int, now: Sequence[Asked], told: Any, metrics: Any) -> None:
    malformed = [past for past in range(hour + 1) if traffic.moods[past] == "malformed"]
    is_malformed = int(hour in malformed)
    right = {
        "logged": len(now), "events": len(now) + is_malformed, "failed": is_malformed, "duplicates": is_malformed,
        "broken": len(BROKEN) * len(malformed), "other_models": 0, "thinned": 0,
    }  # fmt: skip
    same(told, right, "rows")
    assert metrics["rows"] == len(now)


def _quality_is_right(now: Sequence[Asked], tested: Tested, report: Any) -> None:
    by_name = {one["name"]: one for one in report["columns"]}
    for name, is_text in tested.inputs.items():
        before, after = [plainly(row[name]) for row in tested.rows], [plainly(one.row[name]) for one in now]
        figures = watched_as(name, before, after, is_text=is_text)
        gaps = [one for one in figures if one not in by_name]
        assert not gaps or name in _unwatched(report, [name]), f"{', '.join(gaps)} is neither watched nor named"
        for figure in set(figures) & set(by_name):
            column_is_right(by_name[figure], *figures[figure])


def column_is_right(told: Any, before: Sequence[Any], after: Sequence[Any]) -> None:
    """What is missing of a column, new or out of range is the oracle's, and so are the means of numbers."""
    name = told["name"]
    if told["kind"] == "category":
        before, after = [_text(value) for value in before], [_text(value) for value in after]
        alien = [value for value in after if value is not None and value not in before]
        same(told["unseen_share"], len(alien) / len(after), f"unseen_share of {name}", SIX_DIGITS)
    else:
        _range_is_right(told, before, after, name)
        _means_are_right(told, before, after)
    same(told["missing"], after.count(None) / len(after), f"missing of {name}", SIX_DIGITS)
    same(told["missing_reference"], before.count(None) / len(before), f"missing_reference of {name}", SIX_DIGITS)


def _means_are_right(told: Any, before: Sequence[Any], after: Sequence[Any]) -> None:
    sides = [[value for value in side if value is not None] for side in (before, after)]
    if not all(sides):
        assert told["change"] == "", told
        return
    found = told["change"].removeprefix("mean ").split(" → ")
    for number, side in zip(found, sides, strict=True):
        same(float(number), float(np.mean(side)), f"mean of {told['name']}", FOUR_DIGITS)


def _unwatched(report: Any, names: Sequence[str]) -> list[str]:
    said = "\n".join(report["unwatched"])
    return [name for name in names if name in said]


def _text(value: Any) -> str | None:
    """Return a category's text, which ends before its last null characters; the empty one is missing."""
    return None if value is None else str(value).rstrip("\0") or None


def _range_is_right(told: Any, before: Sequence[Any], after: Sequence[Any], name: str) -> None:
    usual = [value for value in before if value is not None]
    low, high = min(usual, default=-math.inf), max(usual, default=math.inf)
    beyond = [value for value in after if value is not None and not low <= value <= high]
    same(told["out_of_range"], len(beyond) / len(after), f"out_of_range of {name}", SIX_DIGITS)


def _outcomes_are_right(traffic: Traffic, hour: int, asked: Sequence[Asked], report: Any) -> None:
    pairs = known(traffic, asked, hour)
    same(report["outcomes"], sum(one.hour == hour for one, _ in pairs), "outcomes")
    if traffic.arrival == "never":
        assert any("outcomes" in note.lower() for note in report["notes"]), "that there are no outcomes isn't said"
        return
    same(report["lookback"], {"rows": len(asked), "known": len(pairs)}, "lookback")
    told = {one["metric"]: one["realized"] for one in report["performance"]}
    if len(pairs) < FEWEST_OUTCOMES:
        assert not any(value is not None for value in told.values()), f"{len(pairs)} outcomes are known, and {told}"
        return
    said, truth = [one.prediction for one, _ in pairs], [outcome for _, outcome in pairs]
    if traffic.problem.task == "regression":
        same(told["mae"], float(np.abs(np.array(said, float) - np.array(truth, float)).mean()), "mae", SIX_DIGITS)
    else:
        hits = [_text(plainly(a)) == _text(plainly(b)) for a, b in zip(said, truth, strict=True)]
        same(told["accuracy"], float(np.mean(hits)), "accuracy", SIX_DIGITS)


def _alerts_name_what_to_do(report: Any) -> None:
    for alert in report["alerts"]:
        assert alert["what"], alert
        assert alert["fix"], alert
