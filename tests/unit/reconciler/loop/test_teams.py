"""Who belongs to teams: asked for while a proposal waits for them, and unknown is told as that."""

from collections.abc import Mapping

from reconciler.forges.client import Absent
from reconciler.loop.teams import MOST, teams_of
from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.model.observed import Proposal
from reconciler.model.resource import Desired
from reconciler.model.reviews import Team
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO

OPEN: Mapping[str, Proposal] = {f"{GO}/0123456789ab": stage.proposal(f"{GO}/0123456789ab")}


class Forge:
    """A forge that has teams, or fails."""

    def __init__(self, told: "Mapping[str, list[str] | SetpointError]") -> None:
        self._told = told
        self.asked: list[str] = []

    def members(self, team: str) -> frozenset[str]:
        self.asked.append(team)
        found = self._told.get(team, Absent("there is no such team", "", 404, ""))
        if isinstance(found, SetpointError):
            raise found
        return frozenset(found)


def wanting(*by: str, owners: str = "", **environment: object) -> Desired:
    file = OwnersFile(OwnersSyntax.GITHUB, "CODEOWNERS", owners) if owners else None
    return stage.desired(stage.resource(GO, approvals={"by": list(by)}), code_owners=file, **environment)


def test_nobody_is_asked_while_nothing_waits_or_nothing_asks_for_teams() -> None:
    forge = Forge({"ml": ["ada"]})
    assert teams_of(wanting("team/ml"), {}, forge) == {}
    merged = {name: stage.proposal(name, "merged") for name in OPEN}
    assert teams_of(wanting("team/ml"), merged, forge) == {}
    assert teams_of(wanting("ada"), OPEN, forge) == {}
    assert teams_of(stage.desired(stage.resource(GO)), OPEN, forge) == {}
    other = {"promotions/other/0123456789ab": stage.proposal("promotions/other/0123456789ab")}
    assert teams_of(wanting("team/ml"), other, forge) == {}
    assert forge.asked == []


def test_each_team_is_asked_for_once_in_a_pass_those_of_owners_too() -> None:
    forge = Forge({"ml": ["ada"], "acme/ml": ["grace"]})
    wanted = wanting("team/ml", "team/ml", "codeowners", owners="* @acme/ml @acme/ml\ndocs/ @acme/docs\n")
    assert teams_of(wanted, OPEN, forge) == {"ml": Team(frozenset({"ada"})), "acme/ml": Team(frozenset({"grace"}))}
    assert sorted(forge.asked) == ["acme/ml", "ml"], "nobody asks for owners of what doesn't change"


def test_what_the_environment_states_is_that_and_no_forge_is_asked() -> None:
    forge = Forge({"ml": ["mallory"]})
    found = teams_of(wanting("team/ml", teams={"ml": ["ada"]}), OPEN, forge)
    assert found == {"ml": Team(frozenset({"ada"}), is_stated=True)}
    assert forge.asked == []


def test_plain_git_has_no_teams_and_says_what_to_do() -> None:
    (team,) = teams_of(wanting("team/ml"), OPEN, object()).values()
    assert team.unread == "plain Git has no teams: state it under `teams` of environment.yaml"


def test_what_the_forge_doesn_t_tell_is_unknown() -> None:
    errors = {"down": Unavailable("the forge is down"), "hidden": Refused("we may not see it")}
    found = teams_of(wanting("team/down", "team/hidden", "team/gone"), OPEN, Forge(errors))
    assert {name: (team.unread, team.is_absent) for name, team in found.items()} == {
        "down": ("the forge is down", False),
        "hidden": ("we may not see it", False),
        "gone": ("there is no such team", True),
    }
    assert not any(team.members for team in found.values())


def test_so_many_teams_are_asked_for_and_the_others_are_unknown() -> None:
    forge = Forge({})
    owners = "* " + " ".join(f"@acme/t{number:03}" for number in range(MOST + 5)) + "\n"
    found = teams_of(wanting("codeowners", owners=owners), OPEN, forge)
    assert len(forge.asked) == MOST
    assert sum("more than 50 teams" in team.unread for team in found.values()) == 5
