"""The verbs of a forge's API: documents, pages, and what its refusals mean."""

import json
from typing import Any

import pytest

from reconciler.forges.client import LONGEST_TOLD, MOST_PAGES, Absent, Declined, Forbidden, ForgeClient, part
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.wire import Answer, Call, Server


class Line:
    """A wire that gives the answers that it is told to, the last one for ever."""

    server = Server("the forge", "http://forge.test")

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        self.calls.clear()


def answer(document: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(document).encode(), headers=named)


def client(*answers: Answer) -> tuple[ForgeClient, Line]:
    line = Line(*answers)
    return ForgeClient(line, "/api/v1"), line  # type: ignore[arg-type]


def test_a_document_is_read_below_the_root() -> None:
    forge, line = client(answer({"login": "ada"}))
    assert forge.get("/user", full="1") == {"login": "ada"}
    assert line.calls[0].target == "/api/v1/user?full=1"


def test_a_list_is_read_to_its_end() -> None:
    forge, line = client(answer([{"a": 1}]), answer([{"a": 2}]), answer([]))
    assert [one["a"] for one in forge.pages("/things")] == [1, 2]
    assert [call.query["page"] for call in line.calls] == ["1", "2", "3"][: len(line.calls)]


def test_a_list_without_end_is_none() -> None:
    forge, line = client(answer([{"a": number} for number in range(50)]))
    with pytest.raises(Unavailable, match="has no end"):
        list(forge.pages("/things"))
    assert len(line.calls) == MOST_PAGES


@pytest.mark.parametrize("odd", [{}, "a", 1, None, [1], [{"a": 1}, "b"]])
def test_what_is_no_list_of_things_is_told(odd: Any) -> None:
    forge, _ = client(answer(odd))
    with pytest.raises(Unavailable, match="no list"):
        list(forge.pages("/things"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_told(body: bytes) -> None:
    forge, _ = client(Answer(200, body))
    with pytest.raises(Unavailable, match="no JSON"):
        forge.get("/things")


@pytest.mark.parametrize(
    ("status", "headers", "error", "words"),
    [
        (301, {}, Refused, "redirects"),
        (401, {}, Refused, "takes us for a stranger"),
        (403, {}, Forbidden, "doesn't let us get /things"),
        (403, {"x_ratelimit_remaining": "0"}, Unavailable, "no more requests"),
        (404, {}, Absent, "won't get /things"),
        (409, {}, Declined, "won't get /things"),
        (422, {}, Declined, "won't get /things"),
        (429, {}, Unavailable, "no more requests"),
        (500, {}, Unavailable, "can't get /things now"),
        (502, {}, Unavailable, "can't get /things now"),
    ],
)
def test_each_refusal_means_what_to_do_next(
    status: int, headers: dict[str, str], error: type[SetpointError], words: str
) -> None:
    forge, _ = client(answer({"message": "because"}, status, **headers))
    with pytest.raises(error, match=words) as caught:
        forge.get("/things")
    assert type(caught.value) is error
    if isinstance(caught.value, Declined):
        assert (caught.value.status, caught.value.words) == (status, "because")


@pytest.mark.parametrize("said", ["\x1b[31mred\n\nline", "x" * 5000, {"a": 1}, None, 7])
def test_a_forge_s_words_are_printable_and_short(said: Any) -> None:
    forge, _ = client(answer({"message": said}, 422))
    with pytest.raises(Declined) as caught:
        forge.send("POST", "/things", {})
    assert caught.value.words.isprintable()
    assert len(caught.value.words) <= LONGEST_TOLD


def test_what_is_written_is_written_once_unless_it_is_safe_twice() -> None:
    forge, line = client(Answer(204, b""))
    assert forge.send("POST", "/things", {"a": 1}) is None
    assert forge.send("PATCH", "/things", {"a": 1}, is_safe=True) is None
    assert [call.is_safe for call in line.calls] == [False, True]


def test_a_part_of_a_path_leads_nowhere_else() -> None:
    assert part("a/../b?c#d") == "a%2F..%2Fb%3Fc%23d"


def test_a_refusal_whose_document_is_an_answer_is_one() -> None:
    forge, _ = client(answer({"status": "pending"}, 409))
    assert forge.send("PUT", "/things", {}, also=(409,)) == {"status": "pending"}
    with pytest.raises(Declined):
        forge.send("PUT", "/things", {}, also=(400,))


def test_a_list_may_stand_in_a_field() -> None:
    forge, line = client(answer({"things": [{"a": 1}], "total": 1}, x_total_count="1"))
    assert list(forge.pages("/things", "things", state="open")) == [{"a": 1}]
    assert [call.query["state"] for call in line.calls] == ["open"]


@pytest.mark.parametrize("odd", [[], {"things": None}, {"things": {"a": 1}}, {}, None])
def test_a_field_without_a_list_is_told(odd: Any) -> None:
    forge, _ = client(answer(odd))
    with pytest.raises(Unavailable, match="no list"):
        list(forge.pages("/things", "things"))


def test_a_list_ends_where_the_forge_says_so() -> None:
    forge, line = client(answer([{"a": 1}], link='<x>; rel="next"'), answer([{"a": 2}], link='<x>; rel="prev"'))
    assert [one["a"] for one in forge.pages("/things")] == [1, 2]
    assert len(line.calls) == 2
