"""Gates as commit statuses on their proposal, each with its figures, and the statuses of others that it waits for.

What is told of a head is compared with what the forge shows there, so a status is given once, and given again when it
changes: a proposal whose model has alerted since is no longer told as good.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.controllers.gates import GateResult, against_live, alone, failed
from reconciler.controllers.promotion_case import Case
from reconciler.model.change import Change, JudgeProposal
from reconciler.model.decision import Scores
from reconciler.model.kinds.gates import Gate
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import CommitStatus, Verdict, context_of
from reconciler.model.text import counted

SOAK, FREEZE, DATA = "soak", "freeze", "data"
"""The names of the statuses that aren't a metric's gate."""


def of_gates(case: Case, scores: Scores, comparison: Mapping[str, Any], smaller: frozenset[str]) -> list[CommitStatus]:
    """Return a status for each gate on test rows: what its figures are, and what they have to be."""
    found: list[CommitStatus] = []
    names: Counter[str] = Counter()
    for gate in (gate for gate in case.spec.gates if gate.rows == "test"):
        results = (*alone(scores, [gate]), *against_live(comparison, [gate], smaller, case.sort.noun))
        name = gate_name(gate)
        names[name] += 1
        name += f" ({names[name]})" if names[name] > 1 else ""
        verdict = Verdict.FAILURE if failed(results) else Verdict.SUCCESS
        found.append(status(case, name, verdict, told_of(results)))
    return found


def gate_name(gate: Gate) -> str:
    """Return what the status of a gate is called."""
    name = gate.metric + (f" by {gate.slice}" if gate.slice else "")
    name = f"{name} against live" if gate.worse_than_live is not None else name
    return f"{name} on recent rows" if gate.rows == "recent" else name


def told_of(results: Sequence[GateResult]) -> str:
    """Say what a gate found in one line: the figure, or of many what failed first, or how many there are."""
    lost = failed(results)
    if lost or len(results) == 1:
        return str((lost or results)[0])
    held = [result for result in results if result.passed]
    return f"{len(held)} of {counted(len(results), 'figure')} held" + (f"; {held[0]}" if held else "")


def status(case: Case, name: str, verdict: Verdict, description: str) -> CommitStatus:
    """Return a commit status of this environment's under a name of its own."""
    return CommitStatus(f"{context_of(case.environment)}/{name}", verdict, description).fitted()


def judged(case: Case, proposals: Iterable[Proposal], wanted: Sequence[CommitStatus]) -> tuple[Change, ...]:
    """Return what gives open proposals the statuses that their heads don't have yet."""
    return tuple(_judged(case, proposals, wanted))


def _judged(case: Case, proposals: Iterable[Proposal], wanted: Sequence[CommitStatus]) -> Iterator[Change]:
    for proposal in proposals:
        if proposal.state is not ProposalState.OPEN or proposal.statuses is None:
            continue
        known = {one.context: (one.verdict, one.description) for one in proposal.statuses}
        missing = tuple(one for one in wanted if known.get(one.context) != (one.verdict, one.description))
        if missing:
            why = "its gates say so"
            yield JudgeProposal(
                address=case.address, name=proposal.name, head=proposal.commit, statuses=missing, why=why
            )


def others(proposal: Proposal, checks: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what of the checks by others hasn't succeeded on a proposal's head yet, and what has failed there."""
    known = {one.context: one for one in proposal.statuses or ()}
    waiting = [name for name in checks if name not in known or known[name].verdict is Verdict.PENDING]
    lost = [known[name] for name in checks if name not in waiting and known[name].verdict is not Verdict.SUCCESS]
    return waiting, [f"{one.context}: {one.description or one.verdict.value}" for one in lost]
