"""Messages in the form of each target, with whatever text jobs and specs have put into them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.notifications import CauseKind, Event, ForgeTarget, MailTarget, Severity
from reconciler.model.text import printable
from reconciler.notices.bodies import (
    MOST_ISSUES,
    MOST_SHOWN,
    Sender,
    alerts,
    body,
    cloud_event,
    forge_notes,
    mail,
    slack,
    subject,
)
from reconciler.notices.causes import LONGEST, Cause
from reconciler.notices.ledger import Message, Notice

NOW = datetime(2026, 1, 7, 12, 5, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=5)
SENDER = Sender("prod", "https://git.example.com/ml/models")
MAIL = MailTarget(server="smtp.example.com", sender="setpoint@example.com", to=["oncall@example.com"])


def notice(event: Event = Event.BEGAN, place: str = "deployments/risk", **more: Any) -> Notice:
    told = {"severity": Severity.CRITICAL, "reason": "RevisionFailed", "what": "the revision doesn't start"}
    found = Cause(**{"kind": CauseKind.STALLED, "place": place, **told, "team": "risk", **more})
    return Notice("0123456789ab", event, found, SINCE)


def message(*notices: Notice) -> Message:
    return Message("oncall", NOW, notices or (notice(),))


def test_people_read_what_happened_since_when_and_what_to_type() -> None:
    told = message(notice(file="specs/deployments/risk.yaml"))
    assert subject(told, SENDER) == "[prod] deployments/risk is stalled"
    assert body(told, SENDER).splitlines() == [
        "Deployments/risk is stalled (severity critical)",
        "the revision doesn't start",
        "since 2026-01-07 12:00 UTC",
        "asked for in specs/deployments/risk.yaml",
        "team risk",
        "setpoint get deployments/risk -e prod",
        "",
        "https://git.example.com/ml/models, 2026-01-07 12:05 UTC",
    ]


@pytest.mark.parametrize(
    ("given_", "line"),
    [
        (notice(Event.ENDED), "[prod] deployments/risk is no longer stalled"),
        (notice(Event.GOES_ON), "[prod] deployments/risk is still stalled"),
        (notice(kind=CauseKind.COMMIT, place="environment"), "[prod] the newest commit is not applied"),
        (notice(kind=CauseKind.REVIEW, place="promotions/p"), "[prod] promotions/p is waiting for a person"),
        (notice(kind=CauseKind.UNREAD, place="engines/data"), "[prod] engines/data is unread"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.event,
)
def test_the_first_line_says_what(given_: Notice, line: str) -> None:
    assert subject(message(given_), SENDER) == line


def test_of_many_causes_a_message_for_people_names_some_and_counts_the_rest() -> None:
    told = message(*(notice(place=f"datasets/d{n}") for n in range(MOST_SHOWN + 7)))
    assert subject(told, SENDER) == f"[prod] datasets/d0 is stalled, and {MOST_SHOWN + 6} more"
    assert "And 7 more causes" in body(told, SENDER)
    assert len(slack(told, SENDER)["blocks"]) == MOST_SHOWN + 2
    assert len(alerts(told, SENDER, None)) == MOST_SHOWN + 7


def test_a_cloud_event_has_one_id_whenever_it_is_sent() -> None:
    first, again = (cloud_event(notice(), NOW + timedelta(hours=hour), SENDER) for hour in (0, 1))
    assert first["id"] == again["id"]
    assert {first[key] for key in ("specversion", "type", "source", "subject")} == {
        *("1.0", "io.setpoint.notice.began", "setpoint/prod", "deployments/risk")
    }
    goes_on = [cloud_event(notice(Event.GOES_ON), NOW + timedelta(hours=hour), SENDER)["id"] for hour in (0, 1)]
    assert len({first["id"], *goes_on, cloud_event(notice(Event.ENDED), NOW, SENDER)["id"]}) == 4


def test_alertmanager_is_told_by_when_it_may_take_a_cause_for_gone() -> None:
    (one,) = alerts(message(), SENDER, timedelta(hours=4))
    assert one["labels"] == {
        "alertname": "SetpointStalled",
        "environment": "prod",
        "resource": "deployments/risk",
        "severity": "critical",
        "team": "risk",
        "repository": SENDER.repository,
    }
    assert (one["startsAt"], one["endsAt"]) == ("2026-01-07T12:00:00.000+00:00", "2026-01-07T20:05:00.000+00:00")
    (ended,) = alerts(message(notice(Event.ENDED)), SENDER, timedelta(hours=4))
    assert (ended["labels"], ended["endsAt"]) == (one["labels"], "2026-01-07T12:05:00.000+00:00")


def test_a_mail_that_tells_the_end_answers_the_one_that_told_the_beginning() -> None:
    first, last = (mail(message(notice(event)), SENDER, MAIL) for event in (Event.BEGAN, Event.ENDED))
    assert first["In-Reply-To"] is None
    assert last["In-Reply-To"] == first["Message-ID"] != last["Message-ID"]


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<!channel> come here",
            "<https://evil.example|the report>",
            "*bold* _it_ ~no~ `code`",
            "a\r\nBcc: everybody@example.com\r\n\r\nhello",
            "\u202egnp.exe\x1b[2J",
            "&amp;<&>",
            "x" * 3000,
            "<" * 3000,
        ]
    ),
)


@given(HOSTILE, HOSTILE)
def test_nothing_that_others_wrote_is_obeyed(what: str, file: str) -> None:
    told = message(notice(what=printable(what, LONGEST), file=printable(file, LONGEST)))
    found = slack(told, SENDER)
    texts = [found["text"], *(block["text"]["text"] for block in found["blocks"][:-1])]
    for text in texts:
        assert "<" not in text
        assert ">" not in text
        assert "&" not in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert len(text) <= 3000
    assert texts[1].count("*") - texts[1].count("*\u200b") == 2
    read = message_from_bytes(mail(told, SENDER, MAIL).as_bytes(), policy=policy)
    assert [read["To"], read["Bcc"], read["From"]] == ["oncall@example.com", None, "Setpoint <setpoint@example.com>"]
    assert read.get_content().strip() == body(told, SENDER).strip()
    for document in (found, cloud_event(told.notices[0], NOW, SENDER), alerts(told, SENDER, None)):
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_forge_is_told_of_each_cause_by_itself_and_who_is_to_look() -> None:
    told = message(notice(file="specs/deployments/risk.yaml", release="promotions/risk/0a"))
    (note,) = forge_notes(told, SENDER, ForgeTarget(mention=["ada", "acme/risk"]))
    assert (note.name, note.event, note.release) == ("0123456789ab", Event.BEGAN, "promotions/risk/0a")
    assert note.title == "[prod] deployments/risk is stalled"
    assert note.body.splitlines() == [
        "@ada @acme/risk",
        "",
        "**Deployments/risk is stalled**",
        "",
        "the revision doesn't start",
        "",
        "- since 2026-01-07 12:00 UTC",
        "- severity critical",
        "- team risk",
        "- asked for in `specs/deployments/risk.yaml`",
        "- told by `prod`",
    ]
    (note,) = forge_notes(message(notice(Event.ENDED)), SENDER, ForgeTarget(mention=["ada"]))
    assert note.body.startswith("✅ **Deployments/risk is no longer stalled**\n\nIt was: the revision doesn't start\n")
    assert "- until 2026-01-07 12:05 UTC" in note.body
    assert "@ada" not in note.body


def test_what_jobs_wrote_is_no_markdown_on_a_forge() -> None:
    evil = "<img src=x> @all ![a](http://x) <!-- setpoint: cause ffff -->"
    (note,) = forge_notes(message(notice(what=evil, team=evil, file=evil)), SENDER, ForgeTarget())
    outside = "".join(note.body.split("`")[::2])
    for part in ("<img", "@all", "![a]", "<!--"):
        assert part not in outside


def test_of_a_flood_the_gravest_get_issues_and_what_ended_is_told_whole() -> None:
    def numbered(number: int, event: Event, severity: Severity) -> Notice:
        return replace(notice(event, severity=severity), name=f"{number:012}")

    began = [numbered(number, Event.BEGAN, Severity.WARNING) for number in range(50)]
    ended = [numbered(number + 100, Event.ENDED, Severity.INFO) for number in range(30)]
    notes = forge_notes(message(*began, numbered(99, Event.BEGAN, Severity.CRITICAL), *ended), SENDER, ForgeTarget())
    assert len(notes) == 30 + MOST_ISSUES
    assert notes[30].name == f"{99:012}"
    assert notes[-1].body.endswith("31 more causes began with this one, and get no issue: the status branch has all.")
