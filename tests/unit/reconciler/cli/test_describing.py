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
        "  Ready: True for 3 h, Serving: all is well",
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
    facts = {
        "alerts": alerts,
        "test": {"low": 0, "gain": 0, "high": 0},
        "url": "http://x",
        **{f"fact{n}": n for n in range(90)},
    }
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


def test_what_to_do_is_wrapped_and_not_cut() -> None:
    remedy = " ".join(["either deal its rows out as those of the live model were"] * 6) + " or propose it by hand"
    lines = page(described(state="stalled", conditions=[condition(message=remedy), condition(type="Stalled")]), NOW)
    assert remedy in " ".join(line.strip() for line in lines)
    assert max(map(len, lines)) <= WIDTH
    assert "  waits for: a person" in lines


def test_a_message_that_two_conditions_have_is_told_once() -> None:
    lines = page(described(state="stalled", conditions=[condition(status="False"), condition(type="Stalled")]), NOW)
    assert lines[1:3] == ["  Ready: False for 3 h, Serving: all is well", "  Stalled: True for 3 h, Serving"]


def test_a_message_that_is_newer_than_its_condition_says_so() -> None:
    told = described(conditions=[condition(message="event 0")], events=[event(0)])
    assert page(told, NOW)[1] == "  Ready: True for 3 h, Serving: event 0 (told 2 min ago)"


def test_a_promotion_does_not_wait_for_what_waits_for_it() -> None:
    needs = {"deployments/api": "waiting", "experiments/score": "reconciling"}
    told = described("promotions/go", "waiting", facts={"deployment": "deployments/api"}, needs=needs)
    assert waits_for(told) == "all is well; above it: experiments/score (reconciling)"
    assert "needs: deployments/api (waiting), experiments/score (reconciling)" in page(told, NOW)


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


def test_an_a_b_test_is_told_in_two_lines() -> None:
    known = {"revision": "c1", "live": "c0", "metric": "accuracy", "low": -0.01, "gain": 0.02, "high": 0.05}
    until = {"start": "2026-03-01T10:00:00+00:00", "stop": "2026-03-15T10:00:00+00:00"}
    lines = page(described(facts={"test": known | until}), NOW)
    place = lines.index("A/B test:")
    assert lines[place + 1 : place + 3] == [
        "  c1 against c0 by accuracy, better by 0.0200 (-0.0100 to 0.0500)",
        "  since 2026-03-01T10:00, until 2026-03-15T10:00 UTC at the latest",
    ]
    assert "  A/B test: it is better" in page(described(facts={"test": {"words": "A/B test: it is better"}}), NOW)
    assert "A/B test:" not in page(described(facts={"test": "odd"}), NOW)
