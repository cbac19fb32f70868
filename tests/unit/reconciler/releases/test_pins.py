"""Pins, commit by commit, without Git."""

import pytest

from reconciler.releases.pins import Arrival, Pins, Said, pins_of, said

OURS, SHARED = "environments/dev/deployments/{}.yaml", "specs/deployments/{}.yaml"


def walked(*commits: dict[str, str | None], place: str = OURS) -> Pins:
    """Walk commits that each put trials in the files of some deployments; None: the file is gone."""
    return pins_of(
        Arrival(n, {(place.format(name), name): None if t is None else Said(t) for name, t in commit.items()})
        for n, commit in enumerate(commits)
    )


def told(pins: Pins) -> list[tuple[str, bool]]:
    return [(pin.trial, pin.is_return) for pin in pins.pins]


def test_a_model_that_came_before_the_present_one_is_gone_back_to() -> None:
    assert told(walked(*({"x": trial} for trial in "abca"))) == [("a", False), ("b", False), ("c", False), ("a", True)]


def test_what_was_taken_back_is_new_when_it_is_pinned_again() -> None:
    pins = walked(*({"x": trial} for trial in "abab"))
    assert [is_return for _, is_return in told(pins)] == [False, False, True, False]
    assert [pin.next for pin in pins.pins] == [1, 2, 3, None]


def test_the_same_pin_again_is_nothing_new() -> None:
    assert told(walked({"x": "a"}, {"x": "a"}, {"y": "a"})) == [("a", False), ("a", False)]


def test_what_is_pinned_after_a_time_without_any_is_new() -> None:
    pins = walked({"x": "a"}, {"x": "b"}, {"x": None}, {"x": "a"})
    assert told(pins) == [("a", False), ("b", False), ("a", False)]
    assert [(pin.next, pin.is_removed) for pin in pins.pins] == [(1, False), (None, True), (None, False)]


def test_which_pin_was_in_force_when() -> None:
    pins = walked({"y": "z"}, {"x": "a"}, {}, {"x": "b"}, {"x": ""}, {"x": "c"})
    assert [pins.at("x", position) for position in range(-1, 7)] == [None, None, 1, 1, 2, None, 3, 3]
    assert pins.at("nobody", 3) is None


def test_a_rename_is_followed_when_nothing_is_said_of_the_former_name_any_more() -> None:
    begin = Arrival(0, {(OURS.format("x"), "x"): Said("a")})
    moved = Arrival(1, {(SHARED.format("y"), "y"): Said("", ("w", "x")), (OURS.format("y"), "y"): Said("a")})
    gone = Arrival(1, {**moved.changed, (OURS.format("x"), "x"): None})
    pins = pins_of([begin, gone])
    assert told(pins) == [("a", False)]
    assert (pins.at("x", 0), pins.at("x", 1), pins.at("y", 0), pins.at("y", 1)) == (0, None, None, 0)
    assert not pins.pins[0].is_removed
    assert told(pins_of([begin, moved])) == [("a", False), ("a", False)], "x is there still: y is another one"


def test_the_environment_s_own_file_counts_before_the_one_that_all_share() -> None:
    shared = Arrival(0, {(SHARED.format("x"), "x"): Said("a")})
    own = Arrival(1, {(OURS.format("x"), "x"): Said("b")})
    later = Arrival(2, {(SHARED.format("x"), "x"): Said("c")})
    assert [(pin.trial, pin.path) for pin in pins_of([shared, own, later]).pins] == [
        ("a", SHARED.format("x")),
        ("b", OURS.format("x")),
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"model": {"trial": "a"}, "moved_from": "w"}, Said("a", ("w",))),
        ({"moved_from": ["v", "w", 3]}, Said("", ("v", "w"))),
        ({"model": "a", "moved_from": {"w": 1}}, Said()),
        ({"model": {"trial": 3}}, Said()),
        ({}, Said()),
    ],
)
def test_what_a_file_says(document: dict[str, object], expected: Said) -> None:
    assert said(document) == expected
