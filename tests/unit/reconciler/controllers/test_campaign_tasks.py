"""The tasks of a campaign: slots, batches, one more where it is unsure, and an end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciler.controllers.campaign_tasks import (
    Chosen,
    chosen_in,
    is_all_answered,
    short_of,
    stopped,
    tasks_of,
    unsure_in,
)
from reconciler.model.kinds.campaigns import MOST_SLOTS, Campaign, Stop
from reconciler.model.label_projects import Asked, LabelProject, slot_name

ITEMS = [f"{n:012x}" for n in range(10)]
CHOSEN = chosen_in({"facts": {"items": ITEMS, "part": 4, "parts": ["a", "b", "c"]}})


def campaign(**more: Any) -> Campaign:
    return Campaign.model_validate({"show": "text", **more})


def project(tasks: dict[str, int]) -> LabelProject:
    return LabelProject("1", "", "", tasks={name: Asked(answers) for name, answers in tasks.items()})


def slots(*items: int, upto: int = 1, answers: int = 1) -> dict[str, int]:
    return {slot_name(ITEMS[item], slot): answers for item in items for slot in range(1, upto + 1)}


def added(asked: Campaign, tasks: dict[str, int], unsure: frozenset[str] = frozenset(), *, end: bool = False) -> Any:
    return tasks_of(asked, CHOSEN, project(tasks), unsure, is_stopped=end).add


def test_each_example_gets_a_slot_for_each_answer() -> None:
    assert added(campaign(answers={"wanted": 2}), {}) == tuple(slots(*range(10), upto=2))
    assert added(campaign(answers={"wanted": 2}), slots(*range(10))) == tuple(slot_name(item, 2) for item in ITEMS)
    assert added(campaign(), slots(*range(10))) == ()


def test_an_unsure_example_gets_one_more_when_all_of_its_slots_are_answered() -> None:
    asked, unsure = campaign(answers={"wanted": 2, "at_most": 3}), frozenset({ITEMS[0], ITEMS[1]})
    open_one = slots(*range(10), upto=2) | {slot_name(ITEMS[1], 2): 0}
    assert added(asked, open_one, unsure) == (slot_name(ITEMS[0], 3),)
    full = slots(*range(10), upto=MOST_SLOTS)
    assert added(asked, full, unsure) == ()


def test_batches_come_one_after_another() -> None:
    asked = campaign(batch=4)
    assert len(added(asked, {})) == 4
    assert added(asked, slots(0, 1, 2) | slots(3, answers=0)) == ()
    assert added(asked, slots(0, 1, 2, 3)) == tuple(slots(4, 5, 6, 7))
    assert added(asked, slots(*range(8))) == tuple(slots(8, 9))


def test_nobody_is_asked_anything_more_after_the_end() -> None:
    assert added(campaign(), {}, end=True) == ()


def test_tasks_of_examples_that_nobody_asks_about_are_spare_unless_they_are_answered() -> None:
    left = {"f" * 12 + "-1": 0, "e" * 12 + "-1": 1}
    found = tasks_of(campaign(), CHOSEN, project(left | slots(0)), (), is_stopped=False)
    assert found.spare == ("f" * 12 + "-1",)
    assert tasks_of(campaign(), Chosen(), project(left), (), is_stopped=False).spare == ()


@given(
    wanted=some.integers(1, 3),
    batch=some.none() | some.integers(1, 12),
    answered=some.lists(some.booleans(), min_size=80, max_size=80),
    unsure=some.frozensets(some.sampled_from(ITEMS)),
)
def test_what_is_added_is_never_there_and_rounds_come_to_an_end(
    wanted: int, batch: int | None, answered: list[bool], unsure: frozenset[str]
) -> None:
    asked, held = campaign(answers={"wanted": wanted}, batch=batch), dict[str, int]()
    for says in answered:
        new = added(asked, held, unsure if sum(map(len, held)) < 60 * 15 else frozenset())
        assert not set(new) & set(held)
        held |= dict.fromkeys(new, 0)
        waiting = [name for name, answers in held.items() if not answers]
        held |= dict.fromkeys(waiting, 1) if says or len(waiting) > 20 else {}
    held |= dict.fromkeys(held, 1)
    for _ in range(12):
        held |= dict.fromkeys(added(asked, held), 1)
    assert added(asked, held) == ()
    assert all(slot_name(item, slot) in held for item in ITEMS for slot in range(1, wanted + 1))
    assert is_all_answered(project(held))


@pytest.mark.parametrize(
    ("stop", "answers", "merged", "why"),
    [
        ({}, 10**6, {"interval": [1.0, 1.0], "disputes": 0, "answered": 9}, ""),
        ({"answers": 30}, 29, {}, ""),
        ({"answers": 30}, 30, {}, "30 answers were given"),
        ({"alpha": 0.8}, 0, {"interval": [0.79, 0.9]}, ""),
        ({"alpha": 0.8}, 0, {"interval": [0.81, 0.9]}, "at least 0.810"),
        ({"alpha": 0.8}, 0, {"interval": None}, ""),
        ({"alpha": 0.8}, 0, {"interval": ["x", 1]}, ""),
        ({"disputed": 0.1}, 0, {"disputes": 1, "answered": 10}, "10.0 % of the answered"),
        ({"disputed": 0.1}, 0, {"disputes": 2, "answered": 10}, ""),
        ({"disputed": 0.1}, 0, {"disputes": 0, "answered": 0}, ""),
    ],
)
def test_each_rule_of_stopping(stop: dict[str, Any], answers: int, merged: dict[str, Any], why: str) -> None:
    found = stopped(Stop.model_validate(stop), answers, merged)
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    "facts", [{}, {"items": "x"}, {"items": [1], "parts": [], "part": 0}, {"items": {}, "parts": [], "part": 5}]
)
def test_a_result_that_chooses_nothing_is_nothing(facts: dict[str, Any]) -> None:
    assert chosen_in({"facts": facts}).items == ()
    assert unsure_in({"facts": {"unsure": 3}}) == frozenset()


def test_names_that_are_none_are_left_out_and_parts_are_found_by_their_place() -> None:
    assert CHOSEN.parts_of([slot_name(ITEMS[0], 3), slot_name(ITEMS[9], 1)]) == ("a", "c")
    odd = chosen_in({"facts": {"items": ["../x", ITEMS[0], None], "part": 1, "parts": ["a", "b", "c"]}})
    assert (odd.items, odd.parts_of([slot_name(ITEMS[0], 1)])) == ((ITEMS[0],), ("b",))


GAIN = Stop.model_validate({"gain": {"answers": 100, "below": 0.05}})


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ({"answers": 100, "examples": 90, "changed": 0, "interval": [0.0, 0.041]}, True),
        ({"answers": 100, "examples": 90, "changed": 2, "interval": [0.006, 0.077]}, False),
        ({"answers": 100, "examples": 0, "changed": 0, "interval": None}, False),
        ({"answers": 50, "examples": 90, "changed": 0, "interval": [0.0, 0.041]}, False),
        ({"answers": 100, "interval": [0.0, -1.0]}, False),
        ({"answers": 100, "interval": ["0", "0"]}, False),
        ({"answers": 100}, False),
        ("nothing", False),
        (None, False),
    ],
)
def test_a_campaign_ends_when_newer_answers_change_little(told: Any, *, ends: bool) -> None:
    assert bool(stopped(GAIN, 10, {"gain": told})) == ends
    assert not stopped(Stop(), 10, {"gain": told})


@pytest.mark.parametrize(
    ("facts", "notes"),
    [
        ({}, []),
        ({"gold": {"questions": 5, "wanted": 5}, "slices": [{"value": "a", "lacks": 0}]}, []),
        ({"gold": {"questions": 3, "wanted": 20}}, ["3 of 20 gold questions"]),
        ({"slices": [{"value": "rare\x1b[0m", "lacks": 7}, {"value": "b", "lacks": 1}]}, ["2 slices will lack labels"]),
        ({"gold": 1, "slices": {"a": 1}}, []),
        ({"gold": {"questions": "x"}, "slices": [1]}, []),
    ],
)
def test_what_there_is_too_little_of_is_told(facts: dict[str, Any], notes: list[str]) -> None:
    found = short_of({"facts": facts})
    assert [told.startswith(note) for told, note in zip(found, notes, strict=True)] == [True] * len(notes)
    assert all(told.isprintable() for told in found)
