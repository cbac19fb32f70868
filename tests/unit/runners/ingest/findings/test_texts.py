"""Texts that are nearly alike, and scripts."""

import random

import pytest

from runners.ingest.findings.texts import near_duplicates, script_of
from tests.unit.runners.ingest.findings.looked import WORDS, found_in

CHANCE = random.Random(5)


def text(words: int = 30) -> str:
    return " ".join(CHANCE.choices(WORDS, k=words))


def test_nearly_all_twins_are_found_and_nothing_else() -> None:
    texts = [text() for _ in range(600)]
    twins = [f"{one[:100]}Z{one[101:]}" for one in texts[:200]]
    found = near_duplicates([*texts, *twins])
    expected = {*range(200), *range(600, 800)}
    assert found <= expected
    assert len(found) >= 0.99 * len(expected)


@pytest.mark.parametrize(
    ("left", "right", "is_near"),
    [
        ("The quick brown fox jumps over it", "the  quick brown fox jumps over it", True),
        ("The quick brown fox jumps over it", "A slow green turtle crawls under it", False),
        ("The same text here", "The same text here", False),
        ("", " ", True),
        ("ab", "abc", False),
    ],
)
def test_the_same_text_is_no_near_one(left: str, right: str, is_near: bool) -> None:
    assert near_duplicates([left, right]) == ({0, 1} if is_near else set())


def texts_of(values: list[str], **roles: object) -> dict[str, str]:
    return {one.kind: one.what for one in found_in({"x": values}, {"x": "string"}, **roles)}


def test_a_column_of_texts_is_looked_at_and_one_of_names_is_not() -> None:
    texts = [text() for _ in range(300)]
    assert texts_of(texts) == {}
    assert "20 texts of x are nearly" in texts_of([*texts, *(f"{one}!" for one in texts[:10])])["near_duplicate_texts"]
    assert texts_of([f"name {place}" for place in range(300)]) == {}


def test_scripts_are_told_by_their_shares() -> None:
    texts = [text() for _ in range(200)]
    russian = [f"быстрая коричневая лиса прыгает {place * 7919}" for place in range(100)]
    assert "Latin 66.7%, Cyrillic 33.3%" in texts_of([*texts, *russian])["mixed_scripts"]
    assert "mixed_scripts" not in texts_of([*texts, *russian[:4]])
    hidden = texts_of([*texts, *russian], columns={"x": {"type": "string", "sensitive": True}})["mixed_scripts"]
    assert "Latin" not in hidden


@pytest.mark.parametrize(
    ("one", "script"), [("été", "Latin"), ("123 !", ""), ("日本語", "Cjk"), ("नमस्ते", "Devanagari")]
)
def test_a_text_has_the_script_of_most_of_its_letters(one: str, script: str) -> None:
    assert script_of(one) == script


def test_texts_that_no_encoding_holds_are_no_trouble() -> None:
    assert near_duplicates(["\ud800" * 30, "\ud800" * 29 + "x", "\U0001f600" * 9]) <= {0, 1, 2}
