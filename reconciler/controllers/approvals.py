"""Approvals: whether the people who have to agree to a proposal do, as a value of what they said.

1. An approval counts for the head that it was given for, and for no other.
2. Of one person the newest opinion counts.
3. One who asks for changes holds the proposal, at whatever head, until they approve or the forge dismisses it.
4. Where people, teams or owners are named, only theirs count; else those of whom the forge says that they may decide.
5. The proposal's author never counts: the forge's provider leaves it out.
6. Where owners are named, each rule of CODEOWNERS that demands it has to be met as well.
7. A team whose members nobody knows, and CODEOWNERS that can't be read, grant nothing; then anybody who asks for
   changes may be one of them, and holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.model.ids import CommitId
from reconciler.model.kinds.approvals import Approvals
from reconciler.model.reviews import Opinion, Review, Team
from reconciler.model.text import counted, printable
from reconciler.owners import Owned, Owner

NO_TEAMS: Mapping[str, Team] = MappingProxyType({})
MOST_NAMED = 5
"""Owners of a rule, and things that are unknown, that a message names."""


@dataclass(frozen=True, slots=True)
class Approval:
    """How far a proposal is agreed on: by whom, who asks for changes, and how many approvals are missing.

    `lacking` are rules of owners that aren't met yet, and `unknown` is what nobody could find out; `remarks` say why
    something that looks like an approval is none.
    """

    by: tuple[str, ...]
    declined_by: tuple[str, ...]
    missing: int
    lacking: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether it may be merged."""
        return not self.missing and not self.lacking and not self.declined_by

    def __str__(self) -> str:
        """Say what it waits for, or who agreed."""
        if self.declined_by:
            return f"{', '.join(self.declined_by)} asks for changes"
        agreed = f"approved by {', '.join(self.by)}" if self.by else "approved by nobody yet"
        if self.holds:
            return agreed
        missing = (f"{counted(self.missing, 'approval')} missing",) if self.missing else ()
        return "; ".join((agreed, *missing, *self.lacking, *self.unknown[:MOST_NAMED], *self.remarks[:MOST_NAMED]))


@dataclass(frozen=True, slots=True)
class _Quorum:
    """So many of these people have to approve; `what` says by which rule."""

    people: frozenset[str]
    count: int
    what: str


@dataclass(frozen=True, slots=True)
class _Voters:
    """Whose approvals count; None: those of everybody. Names are compared without regard to case, as forges do."""

    people: frozenset[str] | None
    quorums: tuple[_Quorum, ...] = ()
    unknown: tuple[str, ...] = ()

    def may_approve(self, name: str) -> bool:
        return self.people is None or name.casefold() in self.people

    def may_hold(self, name: str) -> bool:
        return bool(self.unknown) or self.may_approve(name)


def approval(
    reviews: Sequence[Review],
    head: CommitId,
    rule: Approvals,
    teams: Mapping[str, Team] = NO_TEAMS,
    owned: Owned | None = None,
) -> Approval:
    """Hold what people said of a proposal against who has to agree.

    Args:
        reviews: the newest opinion of each.
        head: the head that would be merged.
        rule: who has to agree.
        teams: who belongs to the teams that are named, by the rule or by owners.
        owned: whose what it changes is, where the rule asks for owners.
    """
    voters = _voters(rule, teams, owned)
    by = {
        review.author
        for review in reviews
        if review.opinion is Opinion.APPROVED and review.commit == head and voters.may_approve(review.author)
    }
    declined = {r.author for r in reviews if r.opinion is Opinion.DECLINED and voters.may_hold(r.author)}
    names = {name.casefold() for name in by}
    lacking = tuple(quorum.what for quorum in voters.quorums if len(names & quorum.people) < quorum.count)
    missing = max(0, rule.count - len(names))
    return Approval(tuple(sorted(by)), tuple(sorted(declined)), missing, lacking, voters.unknown)


def asked_teams(rule: Approvals, owned: Owned | None) -> frozenset[str]:
    """Return the names of the teams whose members have to be known."""
    return frozenset((*rule.teams, *(owner.team for owner in (owned.owners if owned else ()) if owner.team)))


def _voters(rule: Approvals, teams: Mapping[str, Team], owned: Owned | None) -> _Voters:
    if not rule.by:
        return _Voters(None)
    unknown = [told for name in rule.teams if (told := _unread(name, teams))]
    people = set(_folded(rule.people))
    for name in rule.teams:
        people |= _members(name, teams)
    quorums: list[_Quorum] = []
    if rule.asks_owners:
        whose = owned or Owned(flaw="CODEOWNERS wasn't read")
        quorums, flaws = _quorums(whose, teams)
        unknown += flaws
        people |= {name for owner in whose.owners for name in _people(owner, teams)}
    return _Voters(frozenset(people), tuple(quorums), tuple(dict.fromkeys(unknown)))


def _quorums(owned: Owned, teams: Mapping[str, Team]) -> tuple[list[_Quorum], list[str]]:
    """Return what owners have to approve, and what of that isn't known; what nobody can tell, nobody can meet."""
    if owned.flaw:
        return [_Quorum(frozenset(), 1, f"its owners aren't known: {owned.flaw}")], [owned.flaw]
    unknown = [
        told for owner in owned.owners if owner.team and (told := _unread(owner.team, teams, bool(owner.person)))
    ]
    found: list[_Quorum] = []
    for demand in owned.demands:
        people = frozenset(name for owner in demand.owners for name in _people(owner, teams))
        named = ", ".join(printable(owner.text, 60) for owner in demand.owners[:MOST_NAMED])
        more = f" and {len(demand.owners) - MOST_NAMED} more" if len(demand.owners) > MOST_NAMED else ""
        what = f"{owned.place}:{demand.line} asks for {counted(demand.count, 'approval')} of {named}{more}"
        found.append(_Quorum(people, demand.count, what))
    return found, unknown


def _people(owner: Owner, teams: Mapping[str, Team]) -> frozenset[str]:
    named = _folded((owner.person,)) if owner.person else frozenset()
    return named | (_members(owner.team, teams) if owner.team else frozenset())


def _members(team: str, teams: Mapping[str, Team]) -> frozenset[str]:
    known = teams.get(team)
    return _folded(known.members) if known and not known.unread else frozenset()


def _unread(team: str, teams: Mapping[str, Team], may_be_a_person: bool = False) -> str:
    """Say why the members of a team aren't known; nothing of one that is a person by that name."""
    known = teams.get(team, Team(unread="it wasn't asked for yet"))
    if not known.unread or (may_be_a_person and known.is_absent):
        return ""
    return f"who belongs to team/{printable(team, 100)} isn't known: {known.unread}"


def _folded(names: Collection[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
