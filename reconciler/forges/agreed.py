"""What a merge was agreed on, held once more in the moment of the merge: people may have thought again meanwhile."""

from collections.abc import Callable

from reconciler.git.commits import parse_commit
from reconciler.git.repository import Repository
from reconciler.git.trees import Draft, entry_at
from reconciler.model.code_owners import PLACES
from reconciler.model.commit_policy import KEYS, SIGNERS
from reconciler.model.errors import Raced
from reconciler.model.observed import Proposal
from reconciler.ports.forge import Agreed

AGAIN = "it is looked at again"
_BESIDE = ("environment.yaml", SIGNERS, KEYS)


def demand_same_reviews(proposal: Proposal, agreed: Agreed) -> None:
    """See that people still say of a proposal what they said when its merge was agreed on.

    Raises:
        Raced: they don't.
    """
    if agreed.reviews is not None and set(agreed.reviews) != set(proposal.reviews):
        raise Raced(f"what people say of proposal {proposal.name} has changed", AGAIN)


def demand_same_teams(name: str, agreed: Agreed, members: Callable[[str], frozenset[str]]) -> None:
    """See that the same people belong to the teams that were asked for when the merge was agreed on.

    Raises:
        Raced: they don't.
        Refused: a team is gone.
        Unavailable: the forge is out of reach.
    """
    for team, known in agreed.teams.items():
        if members(team) != frozenset(known):
            raise Raced(f"who belongs to team/{team} has changed since proposal {name} was agreed on", AGAIN)


def demand_same_say(repository: Repository, environment: str, agreed: Agreed, head: str) -> None:
    """See that the watched branch says of who may approve what it said when a merge was agreed on.

    Raises:
        Raced: it says something else by now.
    """
    if agreed.base is None or agreed.base == head:
        return
    draft = Draft(repository.objects)
    before, now = (parse_commit(draft.store.read(commit)).tree for commit in (agreed.base, head))
    places = {place for places in PLACES.values() for place in places}
    for path in (*(f"environments/{environment}/{name}" for name in _BESIDE), *sorted(places)):
        if entry_at(draft, before, path) != entry_at(draft, now, path):
            raise Raced(f"{path} has changed, which says who may approve", AGAIN)
