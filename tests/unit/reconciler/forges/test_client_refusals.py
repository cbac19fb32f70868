"""What a refusal means, and which of a forge's words are passed on."""

import json
from typing import Any

import pytest

from reconciler.forges.client import LONGEST_TOLD, is_spent, said
from reconciler.wire import Answer


def answer(document: Any, status: int = 422, **headers: str) -> Answer:
    return Answer(status, json.dumps(document).encode(), 0.0, headers)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"message": "Not Found"}, "Not Found"),
        ({"error": "no such branch"}, "no such branch"),
        ({"message": "a\n  b\tc"}, "a b c"),
        (
            {"message": "Validation Failed", "errors": [{"code": "custom", "message": "It exists"}]},
            "Validation Failed: It exists",
        ),
        ({"message": "x", "errors": [{"field": "head", "code": "invalid"}, "and more"]}, "x: head invalid, and more"),
        ({"errors": ["only this"]}, "only this"),
        ({"message": ["x"], "errors": {"a": 1}}, ""),
        ({"message": "x", "errors": [None, 7, [], {}]}, "x"),
        ("a text", ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_words_are_the_forge_s(document: Any, words: str) -> None:
    assert said(answer(document)) == words


def test_the_words_are_few_and_printable() -> None:
    found = said(answer({"message": "\x00\x1b[31m" + "x" * 9000, "errors": ["y" * 9000] * 9000}))
    assert found.isprintable()
    assert len(found) < LONGEST_TOLD + 40


@pytest.mark.parametrize("body", [b"", b"\xff", b"<html>", b"[" * 200_000])
def test_what_is_no_json_says_nothing(body: bytes) -> None:
    assert said(Answer(500, body)) == ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answer({}, 429), True),
        (answer({}, 403, **{"x-ratelimit-remaining": "0"}), True),
        (answer({"message": "You have exceeded a secondary rate limit."}, 403), True),
        (answer({"message": "You have triggered an abuse detection mechanism."}, 403), True),
        (Answer(403, b"{}", 30.0), True),
        (answer({"message": "Resource not accessible by integration"}, 403), False),
        (answer({"message": "the rate limit of this branch"}, 422), False),
        (answer({}, 200, **{"x-ratelimit-remaining": "0"}), False),
        (Answer(503, b"{}", 30.0), False),
    ],
)
def test_too_many_requests_are_told_in_several_ways(found: Answer, expected: bool) -> None:
    assert is_spent(found) is expected
