"""What a URL of changes may be, and what is told of one that doesn't answer."""

import pytest

from runners.contract import InputError, SourceUnavailable
from runners.sources.changes.connection import connected
from runners.sources.parameters import ChangesSource


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql+pymysql://u:p@h/d", "this is mysql"),
        ("sqlite:///x.db", "this is sqlite"),
        ("no url", "no SQLAlchemy URL"),
        ("postgresql://u:p@ss@h@i/d", "@ of its own"),
    ],
)
def test_another_url_is_refused(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words), connected(ChangesSource(url=url, table="t")):
        raise AssertionError


def test_a_password_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_DB", "postgresql://me:hunter22@127.0.0.1:1/hunter22")
    source = ChangesSource(url="${secret:DB}", table="t")
    with pytest.raises(SourceUnavailable) as told, connected(source):
        raise AssertionError
    assert "hunter22" not in f"{told.value}"
