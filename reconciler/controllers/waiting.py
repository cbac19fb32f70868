"""Waiting on what is upstream, as a planned outcome with a reason."""

from reconciler.model.decision import DataVersion, Decision, Phase, View
from reconciler.model.ids import Address
from reconciler.model.reason import Reason


def data_of(upstream: str, view: View) -> DataVersion | None:
    """Return the version that a dataset or labels hand on; None where they have none."""
    above = view.upstream.get(Address(upstream))
    return above.output if above and isinstance(above.output, DataVersion) else None


def waits_for(address: Address, upstream: str, view: View) -> Decision:
    """Decide that a resource waits for another, keeping all the facts that are recorded of it."""
    above = view.upstream.get(Address(upstream))
    if Address(upstream) in view.desired.broken:
        message = f"{upstream} has errors in its spec"
    elif above is None:
        message = f"{upstream} is not there"
    elif above.phase is Phase.STALLED:
        message = f"{upstream} is stalled"
    else:
        message = f"{upstream} is not ready yet"
    return Decision(
        address=address,
        phase=Phase.WAITING,
        reason=Reason.WAITS_FOR_UPSTREAM,
        message=message,
        facts=view.recorded_facts(address),
    )
