"""The ledger of notices: whatever is seen in whatever order, each route hears of each cause once, and of its end."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.notifications import CauseKind, Event, Notifications, Severity
from reconciler.notices.causes import Cause, Key, Seen
from reconciler.notices.documents import as_document, of_document
from reconciler.notices.ledger import MOST, MOST_STANDING, Ledger, Message, advance, due, without

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def routes(*told: dict[str, Any], silences: Iterable[dict[str, Any]] = ()) -> Notifications:
    one = {"slack": "${secret:SLACK}", "after": "0s"}
    return Notifications.model_validate(
        {
            "routes": [{**one, "name": f"r{number}", **more} for number, more in enumerate(told or ({},))],
            "silences": list(silences),
        }
    )


def cause(place: str = "datasets/a", kind: str = "stalled", **more: Any) -> Cause:
    told = {"severity": Severity.WARNING, "reason": "JobFailed", "what": "its job failed"}
    return Cause(CauseKind(kind), place, **{**told, **more})


def seen(*causes: Cause, unseen: Iterable[Key] = ()) -> Seen:
    return Seen({one.key: one for one in causes}, frozenset(unseen))


def told(before: Ledger, after: Ledger) -> list[tuple[str, str, str]]:
    new = [message for message in after.pending if message not in before.pending]
    return [(message.route, one.event.value, one.cause.place) for message in new for one in message.notices]


def play(to: Notifications, *passes: Seen, step: timedelta = MINUTE) -> list[list[tuple[str, str, str]]]:
    ledger, found = Ledger(), []
    for number, what in enumerate(passes):
        after = advance(ledger, what, to, "dev", NOW + number * step)
        found.append(told(ledger, after))
        ledger = after
    return found


def test_a_cause_is_told_once_and_its_end_once() -> None:
    stalled = seen(cause())
    assert play(routes(), stalled, stalled, seen(), seen(), stalled) == [
        [("r0", "began", "datasets/a")],
        [],
        [("r0", "ended", "datasets/a")],
        [],
        [("r0", "began", "datasets/a")],
    ]


def test_what_goes_by_itself_before_its_time_is_told_to_nobody() -> None:
    stalled = seen(cause())
    assert play(routes({"after": "3m"}), stalled, stalled, seen(), stalled, stalled, stalled, stalled, seen()) == [
        *([[]] * 6),
        [("r0", "began", "datasets/a")],
        [("r0", "ended", "datasets/a")],
    ]


def test_nothing_is_said_to_have_ended_that_was_not_looked_at() -> None:
    stalled, away = seen(cause()), seen(unseen=[cause().key])
    assert play(routes(), stalled, away, away, stalled, seen())[1:] == [
        [],
        [],
        [],
        [("r0", "ended", "datasets/a")],
    ]


def test_what_stands_is_told_again_only_where_that_is_asked_for() -> None:
    stalled = seen(cause())
    found = play(routes({}, {"again": "2m"}), *[stalled] * 5)
    again = [[("r1", "goes_on", "datasets/a")] if number in (2, 4) else [] for number in range(1, 5)]
    assert found[1:] == again


@pytest.mark.parametrize(
    ("route", "is_told"),
    [
        ({"about": ["alerting"]}, False),
        ({"severity": "warning"}, True),
        ({"severity": "critical"}, False),
        ({"teams": ["risk"]}, True),
        ({"teams": ["growth"]}, False),
        ({"teams": []}, False),
        ({"only": ["datasets/*"]}, True),
        ({"only": ["deployments/*", "*/b"]}, False),
    ],
    ids=str,
)
def test_each_route_has_its_own_of_what_there_is(route: dict[str, Any], is_told: bool) -> None:
    (found,) = play(routes(route), seen(cause(team="risk")))
    assert bool(found) is is_told


def test_what_is_silenced_is_told_when_the_silence_is_over_if_it_still_stands() -> None:
    until = (NOW + 2 * MINUTE).isoformat()
    silence = {"only": ["datasets/*"], "until": until, "because": "the source moves"}
    stalled, other = cause(), cause("experiments/b")
    found = play(routes(silences=[silence]), *[seen(stalled, other)] * 3)
    assert found == [[("r0", "began", "experiments/b")], [], [("r0", "began", "datasets/a")]]


def test_a_route_that_is_new_hears_of_what_stands_already_and_one_that_is_gone_is_forgotten() -> None:
    first, both = routes({"name": "old"}), routes({"name": "old"}, {"name": "new"})
    ledger = advance(Ledger(), seen(cause()), first, "dev", NOW)
    after = advance(ledger, seen(cause()), both, "dev", NOW + MINUTE)
    assert told(ledger, after) == [("new", "began", "datasets/a")]
    gone = advance(after, seen(cause()), routes({"name": "new"}), "dev", NOW + 2 * MINUTE)
    assert {message.route for message in gone.pending} == {"new"}
    assert set(gone.standing[cause().key].told) == {"new"}


def test_what_a_pass_has_to_tell_a_route_is_one_message() -> None:
    ledger = advance(Ledger(), seen(cause("datasets/b"), cause("datasets/a")), routes(), "dev", NOW)
    (message,) = ledger.pending
    assert [one.cause.place for one in message.notices] == ["datasets/a", "datasets/b"]
    assert without(ledger, [message.key]).pending == ()


def test_a_cause_has_one_name_from_its_beginning_to_its_end_and_another_the_next_time() -> None:
    ledger, names = Ledger(), []
    for number, what in enumerate([seen(cause()), seen(), seen(cause()), seen()]):
        ledger = advance(ledger, what, routes(), "dev", NOW + number * MINUTE)
        names.append(ledger.pending[-1].notices[0].name)
    assert (names[0], names[2]) == (names[1], names[3])
    assert names[0] != names[2]
    other = advance(Ledger(), seen(cause()), routes(), "prod", NOW)
    assert other.pending[0].notices[0].name != names[0]


def test_of_too_many_that_wait_for_a_route_the_oldest_are_lost_and_counted() -> None:
    ledger, to = Ledger(), routes({}, {"about": ["alerting"]})
    ledger = advance(ledger, seen(cause("monitors/m", "alerting")), to, "dev", NOW)
    for number in range(MOST + 20):
        what = seen(cause("monitors/m", "alerting"), *([cause()] if number % 2 else []))
        ledger = advance(ledger, what, to, "dev", NOW + (number + 1) * MINUTE)
    by_route = [message.route for message in ledger.pending]
    assert (by_route.count("r0"), by_route.count("r1"), ledger.lost) == (MOST, 1, 20)


def test_what_is_remembered_is_bounded() -> None:
    many = seen(*(cause(f"datasets/d{number}") for number in range(MOST_STANDING + 5)))
    assert len(advance(Ledger(), many, routes(), "dev", NOW).standing) == MOST_STANDING


def test_it_is_known_when_time_alone_has_something_to_tell() -> None:
    to = routes({"after": "5m", "again": "1h"}, {"about": ["review"]})
    ledger = advance(Ledger(), seen(cause()), to, "dev", NOW)
    assert due(ledger, to, NOW) == NOW + 5 * MINUTE
    later = advance(ledger, seen(cause()), to, "dev", NOW + 5 * MINUTE)
    assert due(later, to, NOW + 5 * MINUTE) == NOW + 65 * MINUTE
    assert due(Ledger(), to, NOW) is None


PLACES = ["datasets/a", "experiments/b", "deployments/c"]
PASSES = st.lists(
    st.tuples(
        st.sets(st.sampled_from(PLACES)),
        st.sets(st.sampled_from(PLACES)),
        st.integers(0, 200),
    ),
    max_size=25,
)


@given(PASSES, st.sampled_from(["0s", "1m", "10m"]), st.sampled_from([None, "1m", "1h"]), st.booleans())
def test_whatever_is_seen_the_life_of_a_cause_is_begun_gone_on_and_ended(
    passes: list[tuple[set[str], set[str], int]], after: str, again: str | None, forgets: bool
) -> None:
    to = routes({"after": after, "again": again}, {"about": ["stalled"], "only": ["d*"]})
    ledger, now = Ledger(), NOW
    lives: dict[tuple[str, str], list[Event]] = {}
    begun: dict[str, datetime] = {}
    for causes, unseen, seconds in passes:
        now += timedelta(seconds=seconds)
        what = seen(*map(cause, sorted(causes)), unseen=[cause(one).key for one in unseen])
        former = set(ledger.pending)
        ledger = advance(ledger, what, to, "dev", now)
        if forgets:  # a daemon that begins anew reads what the status branch says
            ledger = of_document(as_document(ledger))
        for message in (one for one in ledger.pending if one not in former):
            for notice in message.notices:
                lives.setdefault((message.route, notice.name), []).append(notice.event)
                begun.setdefault(notice.name, notice.since)
                assert notice.since == begun[notice.name]
                assert notice.event is Event.ENDED or now - notice.since >= to.routes[0].after or message.route == "r1"
    for (route, _), events in lives.items():
        assert events[0] is Event.BEGAN
        assert events.count(Event.BEGAN) == 1
        assert events.count(Event.ENDED) <= 1
        assert Event.ENDED not in events[:-1]
        assert route == "r0" or Event.GOES_ON not in events
        assert again or Event.GOES_ON not in events


def test_messages_are_told_apart_by_route_and_moment() -> None:
    assert Message("a", NOW, ()).key != Message("b", NOW, ()).key != Message("b", NOW + MINUTE, ()).key


def test_a_cause_ends_where_it_began_whatever_is_proposed_meanwhile() -> None:
    ledger = Ledger()
    for number, what in enumerate((seen(cause(release="p/1")), seen(cause(release="p/2", what="worse")), seen())):
        ledger = advance(ledger, what, routes(), "dev", NOW + number * MINUTE)
    (began, ended) = (message.notices[0] for message in ledger.pending)
    assert (began.cause.release, ended.cause.release, ended.cause.what) == ("p/1", "p/1", "worse")
