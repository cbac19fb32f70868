"""Teams of a forge, as it tells them: each is asked for once until something may have changed, whatever came of it."""

from reconciler.forges.hub import Hub, Teamed
from reconciler.model.errors import Refused

MOST_TEAMS = 200
"""Teams that are kept."""
MOST_MEMBERS = 2000
"""People of one team; paging bounds what is read of it."""


class Teams:
    """Who belongs to the teams of a forge. Any number of threads may use it.

    Args:
        hub: the forge.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[str, tuple[tuple[float, int], frozenset[str] | Refused]] = {}

    def members(self, team: str, turn: tuple[float, int]) -> frozenset[str]:
        """Return the names of a team's members.

        Args:
            team: its name.
            turn: what differs as soon as the forge is to be asked again.

        Raises:
            Refused: there is no such team, we may not see it, or it is too large.
            Unavailable: the forge is out of reach.
        """
        known = self._known.get(team)
        if known is None or known[0] != turn:
            known = turn, self._asked(team)
            self._known = {name: told for name, told in self._known.items() if told[0] == turn}
            if len(self._known) < MOST_TEAMS:
                self._known[team] = known
        if isinstance(known[1], Refused):
            raise known[1]
        return known[1]

    def _asked(self, team: str) -> frozenset[str] | Refused:
        hub: object = self._hub
        if not isinstance(hub, Teamed):
            return Refused(f"{self._hub.place} tells of no teams", "state it under `teams` of environment.yaml")
        try:
            found = hub.members(team)
        except Refused as error:
            return error
        if len(found) > MOST_MEMBERS:
            return Refused(f"it has more than {MOST_MEMBERS} members", "name a smaller one")
        return found
