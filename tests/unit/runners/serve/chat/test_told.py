"""What is answered by OpenAI's protocol."""

import json

from runners.serve.chat import told

HEAD = told.Head("x", "poet", "", 1, is_chat=True)


def test_an_errors_kind_is_told_by_its_status() -> None:
    kinds = {status: json.loads(told.refused(status, "no").body)["error"]["type"] for status in (400, 404, 429, 500)}
    assert kinds == {
        404: "invalid_request_error",
        400: "invalid_request_error",
        429: "rate_limit_error",
        500: "server_error",
    }


def test_parts_are_events_of_one_line() -> None:
    for part in (told.part(HEAD, 0, "a\n\nb"), told.used(HEAD, told.usage(1, 2)), told.broken("no")):
        assert part.startswith(b"data: {")
        assert part.endswith(b"}\n\n")
        assert part.count(b"\n") == 2
    assert json.loads(told.part(HEAD, 0, "")[6:])["choices"][0]["delta"] == {}
    assert json.loads(told.part(HEAD, 0, "")[6:])["system_fingerprint"] is None
