"""What a status document tells of a release."""

from typing import Any

import pytest

from reconciler.releases.sightings import Sighting, sighting
from tests.unit.reconciler.releases.made import hour, serves, starts, taken_back


def seen(document: dict[str, Any]) -> Sighting:
    found = sighting("x", document, hour(9))
    assert found is not None
    return found


def test_a_model_that_serves_does_so_since_its_condition_says() -> None:
    assert seen(serves("one", 7)) == Sighting("x", "one", "", hour(9), serves=hour(7))
    assert seen(serves("one", 12)).serves == hour(9), "no later than it was told"


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00", None, 3])
def test_what_is_no_moment_is_when_it_was_told(since: object) -> None:
    document = serves("one", 7)
    document["conditions"][0]["since"] = since
    assert seen(document).serves == hour(9)


def test_one_that_starts_neither_serves_nor_was_taken_back() -> None:
    found = seen(starts("one"))
    assert (found.serves, found.is_rolled_back) == (None, False)


def test_one_that_was_taken_back_says_whether_the_traffic_has_gone_back() -> None:
    decided, routed = seen(taken_back("one", is_routed=False)), seen(taken_back("one"))
    assert (decided.is_rolled_back, decided.is_restored) == (True, False)
    assert (routed.is_rolled_back, routed.is_restored) == (True, True)


def test_one_whose_start_failed_with_traffic_was_taken_back_and_one_that_serves_again_is_not() -> None:
    failed = taken_back("one")
    failed["conditions"][0]["reason"] = "RevisionFailed"
    assert seen(failed).is_rolled_back
    again = serves("one", 7)
    again["facts"]["rolled_back"] = ["one"]
    assert not seen(again).is_rolled_back


@pytest.mark.parametrize("odd", [{}, {"facts": []}, {"facts": {}}, {"facts": {"trial": ""}, "conditions": [1]}])
def test_what_tells_of_no_model_is_no_sighting(odd: dict[str, Any]) -> None:
    assert sighting("x", odd, hour(0)) is None


def test_odd_conditions_and_facts_say_nothing() -> None:
    odd = {"facts": {"trial": "one", "traffic": [1], "rolled_back": 3}, "conditions": [1, {"type": "Ready"}]}
    found = sighting("x", odd, hour(0))
    assert found == Sighting("x", "one", "", hour(0))
