"""Reading what a forge answered: of the type that is asked for, and bounded, or as if unsaid."""

from typing import Any

import pytest

from reconciler.forges.documents import commit, flag, items, number, text
from reconciler.model.errors import Unavailable

ODD: list[Any] = [None, 1, -1, 1.5, True, "x", [], {}, [1], {"a": 1}]


def test_what_is_there_is_read() -> None:
    told = {"a": {"b": "text", "n": 7, "f": True, "l": [{"x": 1}, 2, {"y": 2}], "c": "a" * 40}}
    assert text(told, "a", "b") == "text"
    assert number(told, "a", "n") == 7
    assert flag(told, "a", "f")
    assert items(told, "a", "l") == [{"x": 1}, {"y": 2}]
    assert commit(told, "a", "c") == "a" * 40


@pytest.mark.parametrize("odd", ODD)
def test_what_is_of_another_type_is_unsaid(odd: Any) -> None:
    for document in (odd, {"a": odd}, {"a": {"b": odd}}):
        assert isinstance(text(document, "a", "b"), str)
        assert isinstance(flag(document, "a", "b"), bool)
        assert isinstance(items(document, "a", "b"), list)


@pytest.mark.parametrize("odd", [None, 0, -1, 1.5, True, "7", [7]])
def test_what_names_nothing_is_told(odd: Any) -> None:
    with pytest.raises(Unavailable, match="told no number"):
        number({"number": odd}, "number")


@pytest.mark.parametrize("odd", ["", "a" * 39, "a" * 41, "A" * 40, "a" * 40 + "\n", 7, None, "a" * 64 + "b"])
def test_what_is_no_commit_is_told(odd: Any) -> None:
    with pytest.raises(Unavailable, match="told no commit"):
        commit({"sha": odd}, "sha")


def test_a_text_is_cut() -> None:
    assert text({"a": "x" * 50}, "a", most=10) == "x" * 10
