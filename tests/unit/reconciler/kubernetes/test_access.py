"""Tokens are read again as they rotate, and are never shown."""

from pathlib import Path

import pytest

from reconciler.kubernetes.access import Access, Token
from reconciler.model.errors import Refused


def test_a_token_is_sent_and_not_shown() -> None:
    token = Token("very-secret")
    assert token.headers() == {"Authorization": "Bearer very-secret"}
    assert "very-secret" not in f"{token!r} {token} {Access('https://x', token=token)!r}"


def test_nothing_is_sent_without_one() -> None:
    assert Token().headers() == {}
    assert not Token("fixed").renew()


def test_a_file_is_read_again_when_it_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("first\n", "ascii")
    token = Token(file=file)
    assert token.headers() == {"Authorization": "Bearer first"}
    file.write_text("second\n", "ascii")
    assert token.headers() == {"Authorization": "Bearer first"}
    monkeypatch.setattr("reconciler.kubernetes.access.ROTATION", 0.0)
    assert token.renew()
    assert token.headers() == {"Authorization": "Bearer second"}
    assert not token.renew()


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"can't be read from .*token"):
        Token(file=tmp_path / "token").headers()
