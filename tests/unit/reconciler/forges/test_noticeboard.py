"""What needs a person, on a forge in memory: once for a cause, and what a person or a stranger wrote is theirs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.forges.hub import Issue
from reconciler.forges.noticeboard import LOOKED_AT, post
from reconciler.model.notifications import Event
from reconciler.model.reviews import Comment
from reconciler.ports.forge import CauseNote
from tests.unit.reconciler.forges.memory_hub import MemoryHub

NOTE = CauseNote("0123456789ab", Event.BEGAN, "[dev] it is stalled", "**It is stalled**")
TEXT = "<!-- setpoint: cause 0123456789ab -->\n**It is stalled**"


class MemoryIssues:
    """Issues as values, by their numbers."""

    def __init__(self) -> None:
        self.all: dict[int, Issue] = {}
        self.said: list[tuple[int, str]] = []
        self.looked_at = 0

    def by(self, author: str) -> Iterator[Issue]:
        for one in sorted(self.all.values(), key=lambda one: -one.number):
            self.looked_at += 1
            yield one

    def open(self, title: str, body: str) -> None:
        number = len(self.all) + 1
        self.all[number] = Issue(number, body, author="setpoint")

    def say(self, number: int, body: str) -> None:
        self.said.append((number, body))

    def close(self, number: int) -> None:
        self.all[number] = replace(self.all[number], is_open=False)


@pytest.fixture
def issues() -> MemoryIssues:
    return MemoryIssues()


def test_an_issue_is_opened_once_spoken_of_again_and_closed(issues: MemoryIssues) -> None:
    for event in (Event.BEGAN, Event.BEGAN, Event.GOES_ON, Event.ENDED, Event.ENDED):
        post(
            replace(NOTE, event=event, body=f"**{event}**" if event is not Event.BEGAN else NOTE.body),
            MemoryHub(),
            issues,
            None,
        )
    assert issues.all == {1: Issue(1, TEXT, is_open=False, author="setpoint")}
    assert issues.said == [(1, "**goes_on**"), (1, "**ended**")]


def test_an_issue_that_a_person_closed_is_left_closed(issues: MemoryIssues) -> None:
    post(NOTE, MemoryHub(), issues, None)
    issues.close(1)
    for event in Event:
        post(replace(NOTE, event=event), MemoryHub(), issues, None)
    assert len(issues.all) == 1
    assert not issues.all[1].is_open
    assert issues.said == []


def test_the_line_of_a_stranger_is_no_issue_of_ours(issues: MemoryIssues) -> None:
    issues.all[1] = Issue(1, TEXT, author="eve")
    post(NOTE, MemoryHub(), issues, None)
    post(replace(NOTE, event=Event.ENDED), MemoryHub(), issues, None)
    assert issues.all[1].is_open
    assert not issues.all[2].is_open


def test_what_ends_and_was_never_told_is_not_told(issues: MemoryIssues) -> None:
    hub = MemoryHub()
    post(replace(NOTE, event=Event.ENDED), hub, issues, None)
    post(replace(NOTE, event=Event.ENDED), hub, issues, 7)
    assert issues.all == {}
    assert hub.said == {}


def test_a_comment_is_written_once_and_anew_when_it_says_something_else(issues: MemoryIssues) -> None:
    hub = MemoryHub()
    hub.said[7] = [Comment(1, TEXT, "eve")]
    for body in ("a", "a", "b"):
        post(replace(NOTE, body=body), hub, issues, 7)
    post(replace(NOTE, body="c", event=Event.ENDED), hub, issues, 7)
    stranger, ours = hub.said[7]
    assert (stranger.author, ours.text) == ("eve", "<!-- setpoint: cause 0123456789ab -->\nc")
    assert (hub.calls["say"], hub.calls["edit"]) == (1, 2)
    assert issues.all == {}


def test_it_is_looked_for_among_the_newest(issues: MemoryIssues) -> None:
    issues.all = {number: Issue(number, "", author="setpoint") for number in range(1, LOOKED_AT * 2)}
    post(NOTE, MemoryHub(), issues, None)
    assert issues.looked_at <= LOOKED_AT + 1
