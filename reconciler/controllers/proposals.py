"""Proposals: what is proposed once, what a person declined, what a better one replaces.

A plain Git forge has no word for "declined": a reviewer who deletes a proposal's branch means it. So the status
remembers the names that were proposed (`facts.proposed`), and a name that is there and no longer open stays closed. A
forge with pages shows those that were closed, which holds whatever a daemon came to record.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.model.change import Change, CloseProposal, MergeProposal, OpenProposal
from reconciler.model.decision import View
from reconciler.model.facts import ProposerFacts
from reconciler.model.ids import Address, digest
from reconciler.model.kinds.approvals import Approvals
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.resource import Resource

NO_TEAMS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
MOST_ANEW = 20
"""How often a proposal that fell behind is made anew, before it is left to people."""


def proposal_name(resource: Resource, content: Any, edited: Resource | None, view: View) -> str:
    """Name a proposal by its resource and by what it proposes, for the file of a resource that may have moved.

    Once that has moved, what was proposed for its former file is proposed anew, unless a person has declined it.
    """
    plain = f"{resource.identity}/{digest(content)}"
    if edited is None or not edited.former:
        return plain
    later = [f"{resource.identity}/{digest([content, place])}" for place in (*edited.former[1:], edited.address)]
    if is_open(later[-1], view):
        return later[-1]
    declined = (n for n in (plain, *later) if was_proposed(resource.address, n, view) and not is_open(n, view))
    return next(declined, later[-1])


def propose_once(wanted: OpenProposal, view: View) -> tuple[Change, ...]:
    """Open a proposal unless it is open or was open before; then close the resource's other ones.

    In this order none of them is taken for declined by a daemon that comes after one which died in between.

    While the forge can't be read, nothing is proposed: what wasn't read isn't absent.
    """
    if "forge" in view.actual.unread:
        return ()
    known = view.actual.proposals.get(wanted.name)
    changes = close_others(wanted.address, wanted.name, view)
    if known is not None or was_proposed(wanted.address, wanted.name, view):
        return changes
    return (wanted, *changes)


def merge_of(
    wanted: OpenProposal,
    view: View,
    why: str,
    *,
    approvals: Approvals | None = None,
    teams: Mapping[str, tuple[str, ...]] = NO_TEAMS,
) -> tuple[Change, ...]:
    """Merge a proposal that is open, as it stands there, if it brings what was proposed.

    One that is merged by `approvals` is only while people still say so, and belong to the same `teams`.
    """
    known = view.actual.proposals.get(wanted.name)
    if known is None or known.state is not ProposalState.OPEN:
        return ()
    change = MergeProposal(
        address=wanted.address,
        name=wanted.name,
        head=known.commit,
        file=wanted.file,
        edits=wanted.edits,
        reviews=known.reviews if approvals else None,
        teams=teams,
        why=why,
    )
    return (change,)


def was_proposed(address: Address, name: str, view: View) -> bool:
    """Tell whether the forge shows a proposal of this name, or the last status says that one was made before."""
    return name in view.actual.proposals or name in (view.facts_of(address, ProposerFacts).get("proposed") or ())


def is_open(name: str, view: View) -> bool:
    """Tell whether a proposal waits for its merge."""
    known = view.actual.proposals.get(name)
    return known is not None and known.state is ProposalState.OPEN


def close_others(address: Address, name: str | None, view: View) -> tuple[Change, ...]:
    """Close a resource's proposals other than the one that is wanted; those that people closed or edited are theirs."""
    there = (p for p in view.proposals_by_owner.get(address, ()) if p.state is not ProposalState.CLOSED)
    others = [p for p in there if p.name != name and not (p.by_hand and p.state is ProposalState.OPEN)]
    merged, replaces = "it is merged", "another proposal replaces it" if name else "it is not wanted any more"
    return tuple(
        CloseProposal(address=address, name=p.name, why=merged if p.state is ProposalState.MERGED else replaces)
        for p in others
    )


def edited(address: Address, view: View) -> Proposal | None:
    """Return a proposal of a resource that somebody has pushed to and that is open: theirs to merge or to close."""
    there = view.proposals_by_owner.get(address, ())
    return next((p for p in there if p.by_hand and p.state is ProposalState.OPEN), None)


def unconflicting(name: str, view: View) -> str:
    """Return the name of a proposal, or where that can't be merged any more, of the one that takes its place.

    A proposal that fell behind is made anew under another name, and then closed: so a daemon that dies in between isn't
    taken for a person who declined it. What a person did to any of them holds.
    """
    owner, _, content = name.rpartition("/")
    line = [name, *(f"{owner}/{digest([content, number])}" for number in range(1, MOST_ANEW))]
    known = [view.actual.proposals.get(one) for one in line]
    there = [p for p in known if p and not (p.state is ProposalState.OPEN and p.conflicts)]
    if there:
        return there[0].name
    behind = {p.name for p in known if p}
    return next((one for one in line if one not in behind), name)


def close_merged(address: Address, view: View) -> tuple[Change, ...]:
    """Close a resource's proposals that are merged, such as those that people had opened: nobody waits for them."""
    there = view.proposals_by_owner.get(address, ())
    merged = [proposal.name for proposal in there if proposal.state is ProposalState.MERGED]
    return tuple(CloseProposal(address=address, name=name, why="it is merged") for name in merged)


def replaced(changes: Iterable[Change], view: View) -> frozenset[str]:
    """Return the open proposals that these changes close: no person declined them, so they may come again."""
    return frozenset(c.name for c in changes if isinstance(c, CloseProposal) and is_open(c.name, view))


def waiting(address: Address, changes: Iterable[Change], view: View) -> str | None:
    """Return the branch of a resource's proposal that waits for its merge, unless these changes close it."""
    gone = replaced(changes, view)
    there = (p for p in view.proposals_by_owner.get(address, ()) if is_open(p.name, view) and p.name not in gone)
    return next((proposal.branch for proposal in there), None)


def proposed_names(address: Address, view: View, limit: int = 50) -> list[str]:
    """Return the names ever proposed for a resource, newest last, as they are to be remembered.

    One that the forge shows counts, whether or not the daemon that made it came to record it.
    """
    here = [proposal.name for proposal in view.proposals_by_owner.get(address, ())]
    former = [str(item) for item in view.facts_of(address, ProposerFacts).get("proposed") or () if item not in here]
    return [*former, *here][-limit:]
