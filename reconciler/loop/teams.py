"""Who belongs to the teams that have to approve: looked up while a proposal waits for them, once in a pass.

What the environment states is that. Else the forge is asked, and a team that it doesn't tell of is told as unknown,
which grants nothing.
"""

from collections.abc import Iterator, Mapping

from reconciler.containment import Failure, contain
from reconciler.controllers.approvals import asked_teams
from reconciler.controllers.promoting import ownership
from reconciler.model.errors import Missing
from reconciler.model.ids import owner_of
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.resource import Desired
from reconciler.model.reviews import Team
from reconciler.ports.reviews import Teamed

MOST = 50
"""Teams that a pass asks for."""
_NONE = Team(unread="plain Git has no teams: state it under `teams` of environment.yaml")
_TOO_MANY = Team(unread=f"more than {MOST} teams have to approve here: state them under `teams` of environment.yaml")


def teams_of(desired: Desired, proposals: Mapping[str, Proposal], forge: object) -> Mapping[str, Team]:
    """Return who belongs to each team that has to approve an open proposal.

    Args:
        desired: what says who has to approve.
        proposals: what the forge shows.
        forge: the forge, which may tell of teams.
    """
    stated = desired.environment.teams
    found: dict[str, Team] = {}
    for name in sorted(set(_wanted(desired, proposals))):
        if name in stated:
            found[name] = Team(frozenset(stated[name]), is_stated=True)
        elif not isinstance(forge, Teamed):
            found[name] = _NONE
        else:
            found[name] = _asked(forge, name) if len(found) < MOST else _TOO_MANY
    return found


def _wanted(desired: Desired, proposals: Mapping[str, Proposal]) -> Iterator[str]:
    waiting = {owner_of(name) for name, one in proposals.items() if one.state is ProposalState.OPEN}  # type: ignore[arg-type]
    for address, spec in desired.of_kind(Promotion).items():
        if spec.approvals is not None and desired.resources[address].identity in waiting:
            yield from asked_teams(spec.approvals, ownership(desired, spec))


def _asked(forge: Teamed, name: str) -> Team:
    told = contain(lambda: _read(forge, name))
    return Team(unread=told.message) if isinstance(told, Failure) else told.value


def _read(forge: Teamed, name: str) -> Team:
    try:
        return Team(forge.members(name))
    except Missing as error:
        return Team(unread=error.message, is_absent=True)
