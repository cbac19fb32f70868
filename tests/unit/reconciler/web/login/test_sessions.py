"""Sessions begin, end, and are never too many."""

import pytest

from reconciler.web.login import sessions
from reconciler.web.login.person import Person
from reconciler.web.login.sessions import Sessions
from tests.unit.reconciler.web.conftest import Clock

ADA = Person("ada")


def test_a_session_is_of_somebody_until_it_ends(clock: Clock) -> None:
    found = Sessions(clock, 10.0)
    name = found.begin(ADA)
    assert found.person(name) == ADA
    assert found.person(name + "x") is None
    assert found.person("") is None
    clock.now += 10
    assert found.person(name) is None
    other = found.begin(ADA)
    found.end(other)
    found.end(other)
    assert found.person(other) is None


def test_the_oldest_ends_where_there_are_too_many(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    found = Sessions(clock, 10.0)
    names = [found.begin(ADA) for _ in range(4)]
    assert [found.person(name) is not None for name in names] == [False, True, True, True]


def test_names_aren_t_kept(clock: Clock) -> None:
    found = Sessions(clock, 10.0)
    assert found.begin(ADA) not in repr(found._known)
