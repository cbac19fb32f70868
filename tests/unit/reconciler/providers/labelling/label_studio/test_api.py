"""Label Studio's API: what a refusal says, and what is passed on of it."""

from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.providers.labelling.label_studio.api import Api
from reconciler.providers.labelling.label_studio.token import PersonalToken
from reconciler.wire import Server, Wire
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
