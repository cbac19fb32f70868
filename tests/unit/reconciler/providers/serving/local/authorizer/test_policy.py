"""Policies: what Caddy hands on is read as it was written, and has no letter that Caddy would replace."""

import base64
import json
from typing import Any

import pytest

from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local.authorizer.policy import FORMAT, read, written

JWT = {"issuer": "https://login.example", "audience": "{http.request.host}", "claims": {"groups": ["é", 1, True]}}
ACCESS = Access.model_validate({"jwt": JWT, "limits": {"rate": "5/s", "by": "claim sub"}})


def test_it_is_read_as_it_was_written() -> None:
    text = written("shop", ACCESS)
    assert text.isascii()
    assert not {*text} & {*"{} \n\r"}
    found = read(text)
    assert (found.name, found.access) == ("shop", ACCESS)


def encoded(told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


@pytest.mark.parametrize(
    "text",
    ["", "x", "e30=", encoded([]), encoded({"format": FORMAT + 1, "name": "a", "access": {"open": True}}),
     encoded({"format": FORMAT, "access": {"open": True}}), encoded({"format": FORMAT, "name": "a", "access": {}}),
     encoded({"format": FORMAT, "name": "a", "access": {"open": True, "later": 1}})],
)  # fmt: skip
def test_another_one_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it is
        read(text)
