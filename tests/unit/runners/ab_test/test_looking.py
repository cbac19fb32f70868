"""A look counts what has come since the one before, and tells what is sure by then."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runners.ab_test import run
from runners.ab_test.looking import DOCUMENT
from runners.contract import InputError, Request
from tests.unit.runners.ab_test.dealing import CHALLENGER, LIVE, START, STATED, dealing, event, log, look, outcomes


def world(folder: Path, right: tuple[float, float], count: int = 1500, share: float = 0.5) -> dict[str, Any]:
    """Write a log and its outcomes; return where these are."""
    events, told = dealing(count, right, share)
    log(folder / "logs", events)
    return {"outcomes": outcomes(folder / "outcomes.csv", told)}


def test_the_better_one_is_promoted(tmp_path: Path) -> None:
    found = look(tmp_path, **world(tmp_path, (0.6, 0.85)))
    assert found["verdict"] == "promote"
    assert 0 < found["low"] < found["gain"] < found["high"]
    assert found["means"][1] - found["means"][0] == pytest.approx(found["gain"])
    assert sum(found["units"]) == sum(found["assigned"]) == 1500
    assert json.loads((tmp_path / "out" / DOCUMENT).read_text()) == found


def test_one_that_isn_t_better_is_rejected_and_little_decides_nothing(tmp_path: Path) -> None:
    assert look(tmp_path, **world(tmp_path, (0.8, 0.6)))["verdict"] == "reject"
    few = look(tmp_path, most=100, **world(tmp_path / "few", (0.8, 0.75), 300), metric="error_rate")
    assert (few["verdict"], sum(few["units"])) == ("none", 100)


def test_looks_add_up_to_one_look_at_all(tmp_path: Path) -> None:
    asked = world(tmp_path, (0.7, 0.78))
    whole, state = look(tmp_path, **asked), None
    for minutes in (3, 9, 9, 20, 120):
        end = (START + timedelta(minutes=minutes)).isoformat()
        found = look(tmp_path, **asked, end=end, **({"former": state} if state else {}))
        state = found["state"]
    assert state["units"] == whole["state"]["units"]
    assert (found["low"], found["high"]) == pytest.approx((whole["low"], whole["high"]))


def test_an_outcome_that_comes_late_counts_for_nobody(tmp_path: Path) -> None:
    log(tmp_path / "logs", [event(1, 0), event(2, 1)])
    first = look(tmp_path, outcomes=outcomes(tmp_path / "o.csv", {2: "yes"}))
    later = look(tmp_path, outcomes=outcomes(tmp_path / "o.csv", {1: "yes", 2: "yes"}), former=first["state"])
    assert first["units"] == later["units"] == [0, 1]
    assert later["assigned"] == [1, 1]


def test_a_dealing_that_isn_t_as_stated_stops_the_test_in_words(tmp_path: Path) -> None:
    found = look(tmp_path, **world(tmp_path, (0.6, 0.9), share=0.4))
    assert found["verdict"] == "stop"
    assert found["why"].startswith("units were dealt out ")
    assert "where 50% was stated, by more than chance explains (sample ratio mismatch)" in found["why"]


def test_outcomes_that_are_known_of_one_arm_more_often_stop_it(tmp_path: Path) -> None:
    events, told = dealing(1500, (0.6, 0.9))
    log(tmp_path / "logs", events)
    lost = {number: word for number, word in told.items() if events[number]["subject"] == LIVE or number % 3}
    found = look(tmp_path, outcomes=outcomes(tmp_path / "o.csv", lost))
    assert (found["verdict"], found["why"][:32]) == ("stop", "outcomes or answers are known of")


def test_replicas_that_log_no_keys_stop_it(tmp_path: Path) -> None:
    log(tmp_path / "logs", [event(n, n % 2, unit=f"u{n}" if n % 2 else "") for n in range(200)])
    found = look(tmp_path, metric="error_rate", keyed=True)
    assert found["verdict"] == "stop"
    assert f"revision {LIVE} logs no keys, and the other one does" in found["why"]


def test_a_log_that_has_lost_its_beginning_stops_it(tmp_path: Path) -> None:
    log(tmp_path / "logs", [event(n, n % 2, unit=f"u{n}") for n in range(200)])
    end = (START + timedelta(minutes=4)).isoformat()
    first = look(tmp_path, metric="error_rate", keyed=True, end=end)
    assert (first["verdict"], sum(first["assigned"])) == ("", 180)
    (tmp_path / "logs" / CHALLENGER / "2026-03-01-1.jsonl").unlink()
    found = look(tmp_path, metric="error_rate", keyed=True, former=first["state"])
    assert "the payload log no longer holds 90 of 180 units" in found["why"]


def test_without_a_log_nothing_is_known_yet(tmp_path: Path) -> None:
    found = look(tmp_path, metric="error_rate")
    assert (found["verdict"], found["gain"], found["low"], found["high"]) == ("", None, -1.0, 1.0)


def test_an_input_that_isn_t_there_is_told(tmp_path: Path) -> None:
    asked = Request(run="r", runner="ab-test", params=dict(STATED), inputs={"logs": tmp_path.as_uri()}, output="x")
    with pytest.raises(InputError, match="a test needs `live` among its inputs"):
        run(asked, tmp_path)
    asked = asked.model_copy(update={"inputs": {**asked.inputs, "live": tmp_path.as_uri()}})
    with pytest.raises(InputError, match="there is no signature"):
        run(asked, tmp_path)
