"""Webhooks as gates: an address without passwords, a secret by its name, and bounds."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.webhooks import Webhook

SOUND = {"name": "risk", "url": "https://gates.example.com:8443/promotions?team=a", "secret": "${secret:RISK}"}


def test_a_sound_one_is_taken() -> None:
    found = Webhook.model_validate(SOUND)
    assert (found.timeout.total_seconds(), found.every.total_seconds()) == (10, 300)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": "ftp://example.com/"}, "expected an address"),
        ({"url": "/promotions"}, "expected an address"),
        ({"url": "https://"}, "expected an address"),
        ({"url": "https://[::1/"}, "expected an address"),
        ({"url": "https://example.com:99999/"}, "expected an address"),
        ({"url": "https://ada:pass@example.com/"}, "no user and no password"),
        ({"url": "https://ada@example.com/"}, "no user and no password"),
        ({"url": "https://example.com/#a"}, "a #fragment"),
        ({"url": "https://example.com/a b"}, "spaces"),
        ({"url": "https://example.com/a\r\nX: y"}, "expected an address"),
        ({"url": "https://example.com/" + "a" * 500}, "at most 500"),
        ({"secret": "hunter2"}, "should match pattern"),
        ({"secret": None}, "valid string"),
        ({"name": "Risk & Co"}, "should match pattern"),
        ({"timeout": "1m"}, "from 1s to 30s"),
        ({"every": "1s"}, "after 10s to 7d"),
    ],
)
def test_another_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Webhook.model_validate({**SOUND, **change})


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two webhooks are called risk"):
        Promotion.model_validate(
            {"experiment": "experiments/a", "deployment": "deployments/a", "webhooks": [SOUND, SOUND]}
        )
