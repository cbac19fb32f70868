"""Browsers: which pages' scripts are told that they may ask."""

from typing import Any

import pytest

from reconciler.model.kinds.access import Cors
from reconciler.providers.serving.local.cors import routes

AT = [{"path": ["/shop/v2/*"]}, {"host": ["shop.localhost"], "path": ["/v2/*"]}]
PAGE = "https://shop.example"


def told(**wanted: Any) -> Any:
    return routes(AT, Cors.model_validate(wanted))


def test_answers_differ_by_origin_whoever_asks() -> None:
    vary, near, _ = told(origins=[PAGE])
    assert vary["match"] == AT
    assert vary["handle"][0]["response"] == {"add": {"Vary": ["Origin"]}, "deferred": True}
    assert [match["header"] for match in near["match"]] == [{"Origin": [PAGE]}] * 2


@pytest.mark.parametrize("is_any", [True, False])
def test_an_origin_is_named_unless_it_may_be_any(is_any: bool) -> None:
    allowed = told(origins=["*"] if is_any else [PAGE])[1]["handle"][0]["response"]["set"]
    assert allowed["Access-Control-Allow-Origin"] == ["*" if is_any else "{http.request.header.Origin}"]
    assert "Access-Control-Allow-Credentials" not in allowed


def test_cookies_are_sent_where_that_is_said() -> None:
    allowed = told(origins=[PAGE], credentials=True)[1]["handle"][0]["response"]["set"]
    assert allowed["Access-Control-Allow-Credentials"] == ["true"]


def test_a_preflight_is_answered_and_goes_no_further() -> None:
    route = told(origins=[PAGE], headers=["X-Trace", "Content-Type"], expose=["X-Cost"], max_age="1h")[2]
    (answer,) = route["handle"]
    assert (answer["status_code"], route["terminal"]) == (204, True)
    assert all(match["method"] == ["OPTIONS"] for match in route["match"])
    sent = answer["headers"]["Access-Control-Allow-Headers"][0].split(", ")
    assert sent.count("Content-Type") == sent.count("X-Trace") == 1
    assert answer["headers"]["Access-Control-Max-Age"] == ["3600"]
