"""Posting: what is taken, what may be later, what never will be; and of a secret address nothing is told."""

import pytest

from reconciler.loop.posting import Letter, Place, bearer, post
from reconciler.model.errors import Refused, Unavailable
from tests.servers.ports import free_port
from tests.unit.reconciler.loop.test_telling import Catalogue, Reply, answers, breaks_off, listening, redirects

LETTER = Letter(b"{}", headers=bearer("abcd1234"))


def posted(*replies: Reply) -> Catalogue:
    with listening() as there:
        there.replies = list(replies)
        post(Place("the catalogue", there.url, "lineage"), LETTER)
        return there


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_is_taken(status: int) -> None:
    assert posted(answers(status)).headers[0]["authorization"] == "Bearer abcd1234"


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502])
def test_what_may_be_taken_later(status: int) -> None:
    with pytest.raises(Unavailable, match=str(status)) as told:
        posted(answers(status))
    assert "`lineage`" in told.value.hint


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_what_never_will_be(status: int) -> None:
    with pytest.raises(Refused, match=str(status)):
        posted(answers(status))


@pytest.mark.parametrize("reply", [redirects, breaks_off])
def test_who_redirects_or_breaks_off_has_not_taken_it(reply: Reply) -> None:
    with pytest.raises(Unavailable):
        posted(reply)


def test_who_is_not_there_may_be_later() -> None:
    with pytest.raises(Unavailable):
        post(Place("the catalogue", f"http://127.0.0.1:{free_port()}/", "lineage"), LETTER)


def test_of_an_address_that_is_a_secret_only_the_host_is_told() -> None:
    url = "https://hooks.example.com/T0/B0/secret?key=word"
    assert str(Place("Slack", url, is_secret=True)) == "https://hooks.example.com"
    assert "T0" not in repr(Place("Slack", url, is_secret=True))
    assert str(Place("the catalogue", "https://x.example.com/a?key=word")) == "https://x.example.com/a"
