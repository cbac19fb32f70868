"""Traffic that is divided by a header's values: real Caddys, replicas that start at once."""

import os
import signal
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, OLD

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]
USERS = [f"user-{number}@example.org" for number in range(300)]


def divided(place: Place, share: int = 30, **told: Any) -> None:
    """Give a second revision a share of the traffic, by a header."""
    place.go_live(**told)
    place.serve(NEW, **told)
    place.serving.route(DEPLOYMENT, {OLD: 100 - share, NEW: share}, "X-User")
    place.until(lambda: len({place.ask(headers={"X-User": user})["revision"] for user in USERS[:50]}) == 2)


def asked(place: Place, **headers: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what each user is answered."""
    return {user: place.ask(headers={"X-User": user, **headers}) for user in USERS}


def revisions(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {user: str(told["revision"]) for user, told in answers.items()}


def test_a_user_is_always_answered_by_the_same_revision(place: Place) -> None:
    divided(place)
    first = asked(place)
    assert 0.2 < Counter(revisions(first).values())[NEW] / len(USERS) < 0.4
    place.serving = place.opened()
    place.serving.settle()
    assert place.endpoint.key == "X-User"
    assert revisions(asked(place)) == revisions(first), "the next daemon deals out anew"
    forged = asked(place, **{"X-Setpoint-Bucket": "/b/00", "X-Setpoint-Unit": "me"})
    assert revisions(forged) == revisions(first), "a client chooses its revision"
    told = {str(answer["headers"]["x-setpoint-unit"]) for answer in forged.values()}
    assert told == {f"{'.'.join(sorted((OLD, NEW)))}:{user}" for user in USERS}
    assert not any("x-setpoint-bucket" in answer["headers"] for answer in forged.values())


def test_who_has_no_key_is_dealt_out_by_request(place: Place) -> None:
    divided(place, 50)
    answers = [place.ask(headers=headers) for headers in ({}, {"X-User": ""}) for _ in range(60)]
    assert len({told["revision"] for told in answers}) == 2
    assert not any("x-setpoint-unit" in told["headers"] for told in answers)
    spoken = place.ask(headers={"X-Setpoint-Unit": "me"})["headers"]
    assert "x-setpoint-unit" not in spoken, "a client names its own unit"


def test_requests_are_counted_once_and_a_change_ends_the_division(place: Place) -> None:
    divided(place, visibility="public")
    place.serving.route(DEPLOYMENT, {OLD: 50, NEW: 50}, "X-User")
    place.until(lambda: place.endpoint.figures.requests == 0)
    asked(place)
    place.until(lambda: place.endpoint.figures.requests >= len(USERS))
    place.serving.route(DEPLOYMENT, {NEW: 100})
    assert place.endpoint.key == ""
    assert set(revisions(asked(place)).values()) == {NEW}
    place.until(lambda: place.endpoint.figures.requests >= len(USERS))
    assert place.endpoint.figures.requests == len(USERS)


def test_a_key_whose_replica_dies_stays_with_its_revision(place: Place) -> None:
    divided(place, 50, minimum=2)
    before = revisions(asked(place))
    one = place.ask(headers={"X-User": USERS[0]})
    os.kill(one["pid"], signal.SIGKILL)
    assert revisions(asked(place)) == before
