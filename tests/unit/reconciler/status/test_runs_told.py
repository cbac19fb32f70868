"""Runs and their causes, by what status commits told one after another."""

from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.status.runs_told import runs_told
from reconciler.status.timeline import Past

START = datetime(2026, 1, 1, tzinfo=UTC)


def past(*facts: dict[str, Any] | None) -> list[Past]:
    """Return documents with these facts, told hour by hour; the newest comes first."""
    told = [
        Past(START + timedelta(hours=hour), "datasets/a", None if one is None else {"facts": one})
        for hour, one in enumerate(facts)
    ]
    return told[::-1]


def causes(*facts: dict[str, Any] | None) -> list[tuple[str, str]]:
    return [(run.run, run.cause) for run in runs_told(past(*facts))]


def test_what_a_run_was_made_from_says_why_it_began() -> None:
    one = {"run": "datasets/a/1", "stage": "accepted", "made_from": {"source": "x", "seed": "1"}}
    two = {"run": "datasets/a/2", "stage": "running", "made_from": {"source": "y", "seed": "1", "columns": "c"}}
    assert causes(one, one, two, {**two, "stage": "accepted"}) == [
        ("datasets/a/2", "changed: columns, source"),
        ("datasets/a/1", "it is the first that is told of"),
    ]
    newest, oldest = runs_told(past(one, one, two, {**two, "stage": "accepted"}))
    assert (newest.stage, newest.since) == ("accepted", START + timedelta(hours=2))
    assert oldest.since == START


def test_an_alert_and_a_moment_are_causes() -> None:
    first = {"run": "datasets/a/1"}
    due = {"run": "datasets/a/2", "due": "2026-01-01T01:00:00+00:00"}
    alert = {"run": "datasets/a/3", "due": due["due"], "refreshed_for": "monitors/m/9"}
    assert causes(first, due, alert) == [
        ("datasets/a/3", "the alert of monitors/m/9"),
        ("datasets/a/2", "due since 2026-01-01T01:00:00+00:00"),
        ("datasets/a/1", ""),
    ]


def test_trials_and_reports_are_runs() -> None:
    board = {"leaderboard": [{"run": "experiments/e/1", "stage": "failed"}, {"run": "experiments/e/2"}, "odd"]}
    assert [(run.run, run.stage) for run in runs_told(past(board))] == [
        ("experiments/e/1", "failed"),
        ("experiments/e/2", ""),
    ]
    reports = {"reports": ["monitors/m/1", "monitors/m/2"], "due": "2030-01-01"}
    assert causes(reports) == [("monitors/m/2", ""), ("monitors/m/1", "")], "when the next is due is no cause"


def test_what_makes_no_sense_or_is_gone_is_no_run() -> None:
    assert causes(None, {"run": None, "leaderboard": "x", "reports": 3}) == []
    assert runs_told([Past(START, "a", {"facts": "x"}), Past(START, "a", {})]) == []


def test_beyond_what_is_looked_at_nothing_is_said_to_be_the_first() -> None:
    told = [{"run": f"datasets/a/{n}", "made_from": {"source": str(n)}} for n in range(5)]
    found = runs_told(past(*told), most=2)
    assert [(run.run[-1], run.cause) for run in found] == [("4", "changed: source"), ("3", "changed: source")]
