"""YAML is merged by what it says."""

import pytest
import yaml

from reconciler.yaml.merge import merge_yaml

BASE = "a: 1\nb: 2\nc: {d: 1, e: 1}\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ("a: 9\nb: 2\nc: {d: 1, e: 1}\n", "a: 1\nb: 8\nc: {d: 1, e: 1}\n", {"a": 9, "b": 8, "c": {"d": 1, "e": 1}}),
        ("a: 1\nb: 2\nc: {d: 9, e: 1}\n", "a: 1\nb: 2\nc: {d: 1, e: 8}\n", {"a": 1, "b": 2, "c": {"d": 9, "e": 8}}),
        ("a: 1\nb: 2\nc: {d: 1, e: 1}\nx: 1\n", BASE + "y: [2]\n", {"x": 1, "y": [2], **yaml.safe_load(BASE)}),
        (BASE + "x: 1\n", BASE + "x: 1\n", {"x": 1, **yaml.safe_load(BASE)}),
    ],
)
def test_changes_of_different_values_meet(ours: str, theirs: str, merged: object) -> None:
    text = merge_yaml(BASE, ours, theirs)
    assert text is not None
    assert yaml.safe_load(text) == merged


def test_our_comments_stay() -> None:
    assert merge_yaml("a: 1\nb: 2\n", "a: 9  # mine\nb: 2\n", "a: 1\nb: 8\n") == "a: 9  # mine\nb: 8\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("a: 1\n", "a: 2\n", "a: 3\n"),
        ("a: 1\n", "b: 1\n", "a: 2\n"),
        ("a: 1\nb: 1\n", "a: 1\nb: 1\n", "a: 1\n"),
        ("a: {b: 1}\n", "a: 1\n", "a: {b: 2}\n"),
        ("", "x: 1\n", "x: 2\n"),
        ("a: 1\n", "- 1\n", "a: 2\n"),
        ("a: 1\n", "a: 1\nb: [\n", "a: 2\n"),
        ("a: 1\n", "a: 1\n", "a: 1\nb.c: 2\n"),
        ("a: 1\n", "a: 1\n", "a: 1\n2: 2\n"),
    ],
)
def test_what_conflicts_is_left_to_a_person(base: str, ours: str, theirs: str) -> None:
    assert merge_yaml(base, ours, theirs) is None
