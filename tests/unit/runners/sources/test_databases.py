"""URLs of databases, and what is told of them."""

import pytest

from runners.contract import InputError
from runners.sources.databases import scrubbed, url_of

TOLD = "${secret:DB}"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_DB", "postgresql://me:hunter22@host/db")


def test_a_url_is_read_with_its_secret() -> None:
    assert url_of(TOLD, "spell it").password == "hunter22"


@pytest.mark.parametrize("url", ["no url", "postgresql://me:x@host:hidden/db", "postgresql://me:hunter@hidden@host/db"])
def test_what_is_no_url_is_told_as_the_spec_has_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_DB", url)
    with pytest.raises(InputError) as raised:
        url_of(TOLD, "spell it")
    assert (raised.value.where, raised.value.fix) == (TOLD, "spell it")
    assert "hidden" not in str(raised.value)


def test_a_message_is_told_without_url_and_password() -> None:
    said = "no route to postgresql://me:hunter22@host/db, with hunter22"
    assert scrubbed(said, TOLD) == "no route to ***, with ***"
