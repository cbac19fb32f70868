"""What lakeFS answers, told as errors: which kind, in whose words, and nothing that differs from call to call."""

import json

import pytest
from urllib3 import exceptions as http

from reconciler.model.errors import Raced, Refused, Transient, Unavailable
from reconciler.providers.data.lakefs.errors import Missing, Taken, Unchanged, answered, unanswered

HERE = "http://lakefs"


def said(words: str) -> bytes:
    return json.dumps({"message": words}).encode()


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "commit: no changes", Unchanged),
        (400, "uncommitted changes (dirty branch)", Refused),
        (401, "insufficient permissions", Unavailable),
        (403, "forbidden", Unavailable),
        (403, "cannot commit to protected branch", Refused),
        (404, "repository not found", Missing),
        (409, "not unique", Taken),
        (410, "repository is being deleted", Refused),
        (412, "pre-merge hook aborted", Refused),
        (429, "Too many attempts", Unavailable),
        (500, "branch is currently locked, try again later", Unavailable),
        (503, "slow down", Unavailable),
    ],
)
def test_an_answer_says_what_comes_next(status: int, words: str, kind: type[Exception]) -> None:
    error = answered(HERE, status, said(words))
    assert type(error) is kind
    assert words in error.message
    assert error.hint


def test_a_server_that_is_not_asked_well_says_where_it_is() -> None:
    assert answered(HERE, 500, b"<html>502 from a proxy</html>").message == f"lakeFS at {HERE} answers 500"
    assert answered(HERE, 502, b"").message == f"lakeFS at {HERE} answers 502"
    assert answered(HERE, 500, None).message == f"lakeFS at {HERE} answers 500"
    assert isinstance(Taken(""), Raced)


def test_a_hook_s_words_are_told_without_its_numbers() -> None:
    words = (
        "update branch dev: pre-merge hook aborted, run id '5f8': 1 error occurred:\n\t* hook run id '0000_0000' failed"
    )
    first, second = answered(HERE, 412, said(words)), answered(HERE, 412, said(words.replace("5f8", "7a9")))
    assert first.message == second.message
    assert "pre-merge hook aborted" in first.message
    assert "\n" not in first.message


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (http.MaxRetryError(None, "/", http.NewConnectionError(None, "refused")), "can't be reached"),  # type: ignore[arg-type]
        (http.ReadTimeoutError(None, "/", "read timed out"), "didn't answer within 2 s"),  # type: ignore[arg-type]
        (http.ProtocolError("connection broken", http.IncompleteRead(3, 7)), "broke off its answer"),
    ],
)
def test_silence_is_told_without_addresses(error: http.HTTPError, told: str) -> None:
    found = unanswered(HERE, error, 2.0)
    assert found.message == f"lakeFS at {HERE} {told}"
    assert isinstance(found, Transient)
