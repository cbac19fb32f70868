"""People: what operators and reviewers do beside a daemon. What goes wrong with its calls has no part in theirs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.loop.cycle import Pass
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reason import Reason
from reconciler.plan.guard import approval
from reconciler.providers.memory.source import SourceRoom
from reconciler.simulation.machine import Machine
from reconciler.status.read import approval_path, control_path, parse
from reconciler.yaml.dump import dump


def suspend(machine: Machine, address: Address) -> None:
    """Hold a resource as it is."""
    _control(machine, address, {"suspended": True, "reason": "held by hand"})


def resume(machine: Machine, address: Address) -> None:
    """Let a resource go on that was held."""
    _control(machine, address, {"suspended": None, "reason": None})


def request(machine: Machine, address: Address) -> None:
    """Ask for a resource to be made anew now: what it is called is told by the time of day from then on."""
    machine.scheduled.add(address)
    _control(machine, address, {"requested": machine.world.clock.now().isoformat()})


def approve(machine: Machine, done: Pass) -> bool:
    """Approve of the removals that are above the budget; tell whether there are any that weren't approved of."""
    held = {a: d for a, d in done.plan.decisions.items() if d.reason is Reason.DELETION_BUDGET}
    if not held:
        return False
    machine.audit.approve(held)
    machine.audit.tell(f"a person approves of {len(held)} removals")
    edits = {approval_path(approval(held)): dump({"approved": sorted(held)})}
    return machine.status.write(edits, "Approve") is not None


def accept(machine: Machine, commit: CommitId) -> None:
    """Accept a commit of a rewritten history."""
    machine.audit.tell(f"a person accepts {commit[:12]}")
    machine.status.write({approval_path(commit): dump({"approved": [commit]})}, "Accept")


def merge(machine: Machine, address: Address) -> None:
    """Merge what is proposed for a resource; what conflicts is closed."""
    for proposal in _open(machine, address):
        machine.audit.tell(f"a reviewer merges {proposal.name}")
        try:
            machine.forge.merge(proposal.name)
        except Refused:
            machine.forge.close(proposal.name)


def decline(machine: Machine, address: Address) -> None:
    """Decline what is proposed for a resource, as reviewers do: by deleting its branch."""
    for proposal in _open(machine, address):
        machine.audit.tell(f"a reviewer declines {proposal.name}")
        del machine.world.room(SourceRoom).branches[proposal.branch]


ACTS: Mapping[str, Callable[[Machine, Address], None]] = MappingProxyType(
    {"suspend": suspend, "resume": resume, "reconcile": request, "merge": merge, "decline": decline}
)
"""What people do about one resource, by the word for it."""


def _open(machine: Machine, address: Address) -> list[Proposal]:
    there = machine.forge.list().values()
    return [held for held in there if held.state is ProposalState.OPEN and held.name.startswith(f"{address}/")]


def _control(machine: Machine, address: Address, change: Mapping[str, Any]) -> None:
    path, tree = control_path(address), machine.status.read()
    former = parse(tree.read(path)) if path in tree.files else {}
    control = {key: value for key, value in {**former, **change}.items() if value is not None}
    machine.audit.tell(f"a person changes the controls of {address}: {control or 'none'}")
    machine.status.write({path: dump(control) if control else None}, f"Control {address}")
