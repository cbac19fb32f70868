"""Patterns of paths, in time proportional to pattern times path."""

import time

import pytest

from reconciler.owners.globs import ANY, Glob, Letters, name_of


def letter(text: str) -> Letters:
    return Letters(((text, text),))


def test_a_name_is_its_letters_stars_and_classes() -> None:
    assert name_of("a?**", has_classes=False) == (letter("a"), ANY, None)
    assert name_of(r"\*[", has_classes=False) == (letter("*"), letter("["))
    assert name_of("[!a-c-]", has_classes=True) == (Letters((("a", "c"), ("-", "-")), is_excluded=True),)
    for broken in ("[a", "a\\"):
        with pytest.raises(ValueError, match=r"never closed|escape of nothing"):
            name_of(broken, has_classes=True)


def test_names_stand_one_after_the_other_and_none_for_any_number_of_them() -> None:
    a, b = name_of("a", has_classes=False), name_of("b*", has_classes=False)
    assert Glob((a, None, b)).matches("a/x/y/bz")
    assert Glob((a, None, b)).matches("a/b")
    assert not Glob((a, None, b)).matches("a/x")
    assert not Glob((a,)).matches("a/b")
    assert Glob((None,)).matches("")


def test_stars_upon_stars_take_no_longer_than_they_are_long() -> None:
    start = time.process_time()
    stars = name_of("*a" * 200 + "!", has_classes=False)
    assert not Glob((None, stars, None, stars)).matches("/".join(["a" * 100] * 20))
    assert time.process_time() - start < 10, "seconds of this machine"
