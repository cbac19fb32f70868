"""The page about a resource: what stands on it, that it fits on a screen, and that what is left out is counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.cli.describing import MOST_LINES, WIDTH, Described, commands, page, waits_for
from reconciler.status.runs_told import RunTold
from reconciler.status.timeline import Event

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def condition(**more: Any) -> dict[str, Any]:
    told = {"type": "Ready", "status": "True", "reason": "Serving", "message": "all is well"}
    return {**told, "since": "2026-01-01T21:00:00+00:00", **more}


def described(address: str = "deployments/api", state: str = "ready", **more: Any) -> Described:
    document = {"state": state, "conditions": more.pop("conditions", [condition()]), "facts": more.pop("facts", {})}
    return Described(address, "dev", document, **{"needs": {}, "needed_by": {}, **more})


def event(number: int) -> Event:
    when = (NOW - timedelta(minutes=number + 2)).isoformat()
    return Event(when, "deployments/api", "ready", "Serving", f"event {number}", "c" * 40)


RUN = RunTold("datasets/a/1", "accepted", NOW - timedelta(hours=5), "changed: source")


def test_a_page() -> None:
    told = described(
        "datasets/a", facts={"version": "datasets/a/1", "is": True, "evidence": "long", "result": {"x": 1}},
        runs=[RUN], events=[event(0)], needs={"pools/shared": "ready"}, needed_by={"experiments/e": "stalled"},
    )  # fmt: skip
    assert page(told, NOW) == [
        "datasets/a in dev: ready",
        "  Ready: True, Serving, 3 h ago: all is well",
        "newest runs:",
        "  datasets/a/1, accepted, 5 h ago, changed: source",
        "facts:",
        "  version: datasets/a/1",
        "  is: true",
        "needs: pools/shared (ready)",
        "needed by: experiments/e (stalled)",
        "last events:",
        "  2 min ago: ready, event 0",
        "next:",
        "  setpoint history datasets/a --environment dev",
        "  setpoint get datasets/a --environment dev",
    ]


def test_the_largest_page_fits_on_a_screen_and_counts_what_it_leaves_out() -> None:
    alerts = [{"what": f"drift {n}", "severity": "critical", "where": "x" * 500} for n in range(9)]
    facts = {"alerts": alerts, "url": "http://x", **{f"fact{n}": n for n in range(90)}}
    told = described(
        state="stalled",
        conditions=[condition(type=f"T{n}", message="y" * 900) for n in range(9)],
        facts=facts,
        runs=[replace(RUN, run=f"datasets/a/{n}") for n in range(50)],
        events=[event(n) for n in range(20)],
        has_more_events=True,
        needs={f"pools/p{n}": "waiting" for n in range(100)},
        needed_by={f"monitors/m{n}": "ready" for n in range(8)},
    )
    lines = page(told, NOW)
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDTH
    for counted in ("… and 6 more", "… and 47 more", "… and 86 more", "… and at least 16 more", "… and 94 more"):
        assert any(line.endswith(counted) for line in lines), counted
    assert len(told.as_json()["runs"]) == 50, "JSON has all of it"


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (described(), ""),
        (described(suspended=True), "a person: it is suspended"),
        (described(state="stalled"), "a person: all is well"),
        (described(state="waiting"), "all is well"),
        (
            described(state="waiting", needs={"pools/a": "ready", "datasets/d": "stalled", "monitors/m": "alerting"}),
            "all is well; above it: datasets/d (stalled)",
        ),
    ],
)
def test_what_it_waits_for(told: Described, what: str) -> None:
    assert waits_for(told) == what
    assert ("  waits for: " in " ".join(page(told, NOW))) == bool(what)


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (described(suspended=True), "resume deployments/api"),
        (described(state="stalled"), "logs deployments/api"),
        (described(state="waiting", conditions=[condition(reason="WaitsForReview")]), "open deployments/api"),
        (described(facts={"url": "http://x"}), "trace deployments/api"),
        (described("experiments/e", facts={"leaderboard": [1]}), "compare experiments/e"),
        (described("pools/p"), "history pools/p"),
    ],
)
def test_the_command_that_comes_next(told: Described, first: str) -> None:
    assert commands(told)[0] == f"setpoint {first} --environment dev"


def test_neighbours_that_can_t_be_read_are_no_absent_ones() -> None:
    lines = page(described(needs=None, needed_by=None, unread="no commit was applied yet"), NOW)
    assert "needs: not known, no commit was applied yet" in lines
    assert "needed by: nothing" in page(described(), NOW)


def test_whatever_somebody_wrote_there_is_a_page() -> None:
    odd = Described("a/b", "dev", {"conditions": None, "facts": ["y"]}, needs={}, needed_by={})
    assert page(odd, NOW)[0].startswith("a/b in dev")
    document = {"conditions": [condition(since="soon")], "facts": {"alerts": [1, {}], "x": "\x1b[31m"}}
    lines = page(Described("a/b", "dev", document, needs={}, needed_by={}), NOW)
    assert "  Ready: True, Serving: all is well" in lines
    assert not any("\x1b" in line for line in lines)
