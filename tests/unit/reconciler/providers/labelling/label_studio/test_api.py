"""Label Studio's API: what a refusal says, and what is passed on of it."""

from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.providers.labelling.label_studio.api import Api
from reconciler.providers.labelling.label_studio.token import PersonalToken
from reconciler.wire import Answer, Call, Server, Wire
from tests.unit.reconciler.providers.labelling.label_studio.stand_in import TOKEN, StandIn, serving


def refused(document: Any, status: int = 400) -> str:
    with serving(StandIn({"/api/x": (status, document)})) as server:
        place = Server("Label Studio", server.url)
        token = PersonalToken(TOKEN, place, 5.0)
        api = Api(Wire(place, token, 5.0))
        try:
            with pytest.raises(Refused) as told:
                api.write("POST", "/api/x", {})
        finally:
            api.close()
            token.close()
    return str(told.value)


def test_the_server_s_own_words_of_fields_are_passed_on() -> None:
    told = {"id": "differs", "detail": "Validation error", "validation_errors": {"label_config": ["no control"]}}
    assert refused(told).endswith("won't post /api/x: no control")


def test_its_words_are_cut_and_made_visible() -> None:
    found = refused({"detail": "\x1b[31m" + "x" * 2000})
    assert "\x1b" not in found
    assert len(found) < 600


@pytest.mark.parametrize("document", [b"<html>", [], {"validation_errors": 3}])
def test_without_words_the_status_is_told(document: Any) -> None:
    assert refused(document, 409).endswith("status 409")


def test_a_page_after_page_list_has_an_end() -> None:
    endless = {"/api/x": (200, {"count": 10**9, "results": [{"id": 1}]})}
    with serving(StandIn(endless)) as server:
        place = Server("Label Studio", server.url)
        token = PersonalToken(TOKEN, place, 5.0)
        api = Api(Wire(place, token, 5.0))
        with pytest.raises(Unavailable, match="has no end"):
            list(api.pages("/api/x", "results", 1))
        api.close()
        token.close()


class Parts:
    """A wire whose server gives parts of a file, or whatever it is told to."""

    server = Server("Label Studio", "http://labels")

    def __init__(self, content: bytes, *odd: Answer | None) -> None:
        self._content = content
        self._odd = list(odd)

    def send(self, call: Call) -> Answer:
        answer = self._odd.pop(0) if self._odd else None
        if answer is not None:
            return answer
        assert call.part is not None
        return part(self._content, *call.part)


def part(content: bytes, first: int, last: int, total: int | None = None) -> Answer:
    found = content[first : last + 1]
    told = f"bytes {first}-{first + len(found) - 1}/{len(content) if total is None else total}"
    return Answer(206, found, 0.0, {"content-range": told})


@pytest.mark.parametrize("size", [1, 3, 10, 11, 100])
def test_pieces_are_the_whole(size: int) -> None:
    content = b"0123456789"
    found = list(Api(Parts(content)).pieces("/x", size))  # type: ignore[arg-type]
    assert (b"".join(found), max(map(len, found)) <= size) == (content, True)


def test_a_server_that_knows_no_parts_gives_the_whole() -> None:
    assert list(Api(Parts(b"", Answer(200, b"whole", 0.0, {}))).pieces("/x", 2)) == [b"whole"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "odd",
    [
        Answer(206, b"abc", 0.0, {}),
        Answer(206, b"abc", 0.0, {"content-range": "bytes 0-2/*"}),
        Answer(206, b"", 0.0, {"content-range": "bytes 3-2/10"}),
        Answer(206, b"abcd", 0.0, {"content-range": "bytes 3-6/10"}),
        Answer(200, b"other", 0.0, {}),
        part(b"0123456789", 0, 2),
        part(b"0123456789", 3, 5, total=11),
        part(b"0123456789", 3, 5, total=4),
    ],
)
def test_parts_that_don_t_fit_are_no_answer(odd: Answer) -> None:
    with pytest.raises(Unavailable):
        list(Api(Parts(b"0123456789", None, odd)).pieces("/x", 3))  # type: ignore[arg-type]
