"""Formats: what is told in none is of the first, what is newer is told from nonsense."""

import pytest

from runners.contract.formats import UnknownFormat, format_of, is_newer


@pytest.mark.parametrize(("document", "known", "found"), [({}, 1, 1), ({}, 3, 1), ({"format": 2}, 3, 2)])
def test_a_format_up_to_the_known_one_is_read(document: dict[str, object], known: int, found: int) -> None:
    assert format_of(document, known) == found


@pytest.mark.parametrize(
    ("told", "known", "words"),
    [(2, 1, "it is of format 2, and only format 1 is known here"), (7, 2, "format 7, and formats up to 2 are known")],
)
def test_a_newer_one_is_told(told: int, known: int, words: str) -> None:
    with pytest.raises(UnknownFormat, match=words) as error:
        format_of({"format": told}, known)
    assert error.value.is_newer
    assert is_newer({"format": told}, known)


@pytest.mark.parametrize("document", [[], "format", 7, None])
def test_what_is_no_mapping_has_no_format(document: object) -> None:
    with pytest.raises(UnknownFormat):
        format_of(document, 1)


@pytest.mark.parametrize("told", ["1", 0, -1, True, None, 1.0, [1]])
def test_nonsense_is_no_newer_one(told: object) -> None:
    with pytest.raises(UnknownFormat, match="isn't a whole number") as error:
        format_of({"format": told}, 1)
    assert not is_newer({"format": told}, 1)
    assert not error.value.is_newer
