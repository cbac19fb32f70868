"""Which repository of which forge: by options, or by the URL of the watched repository."""

from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.forges.access import Token, address_of
from reconciler.model.errors import Refused


def at(place: str) -> Any:
    return SimpleNamespace(place=place)


@pytest.mark.parametrize(
    ("place", "options", "found"),
    [
        ("https://git.example.com/team/models.git", {}, ("https://git.example.com", "team/models")),
        ("http://127.0.0.1:3000/a/b", {}, ("http://127.0.0.1:3000", "a/b")),
        ("https://gitlab.example.com/group/sub/models.git", {}, ("https://gitlab.example.com", "group/sub/models")),
        ("ssh://git@git.example.com/a/b.git", {"url": "https://git.example.com/"}, ("https://git.example.com", "a/b")),
        ("git@git.example.com:a/b.git", {"url": "https://x", "path": "c/d"}, ("https://x", "c/d")),
        ("/srv/models.git", {"url": "https://x", "path": "c/d"}, ("https://x", "c/d")),
    ],
)
def test_the_url_tells_what_options_don_t(place: str, options: dict[str, str], found: tuple[str, str]) -> None:
    assert address_of(at(place), **options) == found


@pytest.mark.parametrize(
    ("place", "options", "words"),
    [
        ("git@git.example.com:a/b.git", {}, "doesn't say where its forge answers"),
        ("/srv/models.git", {}, "doesn't say where its forge answers"),
        ("https://git.example.com/models.git", {}, "is no repository of a forge"),
        ("https://git.example.com/a/..", {}, "is no repository of a forge"),
        ("https://git.example.com/", {"path": "a//b"}, "is no repository of a forge"),
        ("https://git.example.com/", {"path": "a/b\n"}, "is no repository of a forge"),
    ],
)
def test_what_names_no_repository_is_refused(place: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        address_of(at(place), **options)


def test_a_token_is_a_header_and_is_never_shown() -> None:
    token = Token("s3cret")
    assert token.headers() == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in repr(token)
    assert not token.renew()


@pytest.mark.parametrize("odd", ["a\nb", "a\x00", "schlüssel", "a\r\nX-Other: b"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_told(odd: str) -> None:
    with pytest.raises(Refused, match="no token has") as refused:
        Token(odd)
    assert odd not in str(refused.value)


def test_a_line_s_end_is_no_part_of_a_token() -> None:
    assert Token("s3cret\n").headers() == {"Authorization": "Bearer s3cret"}
