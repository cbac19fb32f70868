"""`notifications` of an environment: what is accepted, and what is said of what isn't."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.notifications import CauseKind, Notifications, Severity

SLACK = {"name": "chat", "slack": "${secret:CHAT}"}
MAIL = {"server": "smtp.example.com:587", "sender": "setpoint@example.com", "to": ["ada@example.com"]}
SILENCE = {"only": ["experiments/*"], "until": "2026-12-24T18:00:00Z", "because": "the cluster moves"}


def read(*routes: dict[str, Any], **more: Any) -> Notifications:
    return Notifications.model_validate({"routes": list(routes), **more})


def test_by_default_all_is_told_after_a_minute_and_once() -> None:
    (route,) = read(SLACK).routes
    assert set(route.about) == set(CauseKind)
    assert (route.after.total_seconds(), route.again, route.teams, route.only) == (60, None, None, None)


def test_severities_have_an_order() -> None:
    assert sorted(Severity, key=lambda one: one.rank) == [Severity.INFO, Severity.WARNING, Severity.CRITICAL]


@pytest.mark.parametrize(
    ("routes", "more", "said"),
    [
        ([], {}, "at least 1"),
        ([SLACK, SLACK], {}, "two routes are called chat"),
        ([{"name": "chat"}], {}, "exactly one of webhook, slack, mail, alertmanager and forge"),
        ([{**SLACK, "mail": MAIL}], {}, "exactly one of"),
        ([{**SLACK, "slack": "https://hooks.example.com/T0/B0/secret"}], {}, "pattern"),
        ([{**SLACK, "again": "5s"}], {}, "after 1m to 366d"),
        ([{**SLACK, "about": []}], {}, "at least 1"),
        ([{**SLACK, "only": ["Datasets/*"]}], {}, "pattern"),
        ([{"name": "m", "mail": {**MAIL, "to": ["ada@example.com\nBcc: x@example.com"]}}], {}, "pattern"),
        ([{"name": "m", "mail": {**MAIL, "sender": "Ada <ada@example.com>"}}], {}, "pattern"),
        ([{"name": "m", "mail": {**MAIL, "user": "setpoint"}}], {}, "go together"),
        (
            [{"name": "m", "mail": {**MAIL, "tls": "never", "user": "u", "password": "${secret:P}"}}],
            {},
            "isn't sent unencrypted",
        ),
        ([{"name": "w", "webhook": {"url": "file:///etc/passwd"}}], {}, "an address such as"),
        ([{"name": "w", "alertmanager": {"url": "https://ada:word@example.com"}}], {}, "no user and no password"),
        ([SLACK], {"silences": [{**SILENCE, "until": "2026-12-24T18:00:00"}]}, "no time zone"),
        ([SLACK], {"silences": [{**SILENCE, "because": ""}]}, "at least 1"),
    ],
)
def test_what_is_wrong_is_said(routes: list[dict[str, Any]], more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(*routes, **more)


def test_what_is_right_is_taken() -> None:
    mail = {"name": "mail", "mail": {**MAIL, "user": "u", "password": "${secret:P}"}, "severity": "critical"}
    found = read(SLACK, mail, silences=[SILENCE])
    assert [route.name for route in found.routes] == ["chat", "mail"]
