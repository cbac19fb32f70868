"""Teams of a forge: asked for once until something may have changed, whatever came of it."""

from typing import Any, cast

import pytest

from reconciler.forges.hub import Hub
from reconciler.forges.teams import MOST_MEMBERS, Teams
from reconciler.model.errors import Refused, Unavailable


class Told:
    """A forge that tells of teams, or fails."""

    place = "the forge"

    def __init__(self, *answers: "frozenset[str] | Exception") -> None:
        self.answers = list(answers)

    def members(self, _team: str) -> frozenset[str]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Plain:
    """A forge that has never heard of teams."""

    place = "the forge"


def teams(hub: Any) -> Teams:
    return Teams(cast(Hub, hub))


def test_a_team_is_asked_for_once_in_a_turn() -> None:
    found = teams(Told(frozenset({"ada"}), frozenset()))
    assert [found.members("ml", (0.0, 1)) for _ in range(2)] == [{"ada"}, {"ada"}]
    assert found.members("ml", (0.0, 2)) == frozenset()


def test_a_refusal_is_kept_for_the_turn_and_an_outage_is_not() -> None:
    found = teams(Told(Refused("there is none"), Unavailable("it is down"), frozenset({"ada"})))
    for _ in range(2):
        with pytest.raises(Refused, match="there is none"):
            found.members("ml", (0.0, 1))
    with pytest.raises(Unavailable):
        found.members("ml", (0.0, 2))
    assert found.members("ml", (0.0, 2)) == {"ada"}


def test_a_team_that_is_too_large_is_refused() -> None:
    many = frozenset(str(number) for number in range(MOST_MEMBERS + 1))
    with pytest.raises(Refused, match=f"more than {MOST_MEMBERS} members"):
        teams(Told(many)).members("ml", (0.0, 1))


def test_a_forge_without_teams_says_what_to_do() -> None:
    with pytest.raises(Refused, match="the forge tells of no teams") as refused:
        teams(Plain()).members("ml", (0.0, 1))
    assert "`teams` of environment.yaml" in refused.value.hint
