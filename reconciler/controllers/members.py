"""Members: the models that a deployment's graph combines, each the one that its own deployment pins."""

import hashlib
from collections.abc import Mapping

from reconciler.model.decision import Live, View
from reconciler.model.ids import Address, canonical, digest, name_of
from reconciler.model.kinds.deployments import Combined, Deployment, Model
from reconciler.model.resource import Desired


def members_of(spec: Deployment, desired: Desired) -> Mapping[str, Model | None]:
    """Return what the members of a graph pin, by their name in it; None where one pins nothing yet."""
    known = desired.of_kind(Deployment)
    pins = {address: known[address].model if address in known else None for address in spec.members}
    return {name_of(address): pin for address, pin in pins.items()}


def combined(identity: Address, spec: Deployment, members: Mapping[str, Model | None]) -> Combined | None:
    """Return the models of a graph as one, named by all of them and by the graph; None where one is missing."""
    pins = {name: pin.model_dump(mode="json") for name, pin in members.items() if pin}
    if not pins or len(pins) < len(members):
        return None
    made_from = {"graph": [node.as_told() for node in spec.graph], "models": pins}
    whole = hashlib.sha256(canonical(made_from)).hexdigest()
    return Combined(trial=f"{identity}/{digest(made_from)}", digest=f"sha256:{whole}")


def missing(spec: Deployment, members: Mapping[str, Model | None]) -> str:
    """Say which members pin no model."""
    lacking = [address for address in spec.members if members[name_of(address)] is None]
    return f"no model is pinned in {' and '.join(lacking)} yet: a promotion proposes one"


def unproven(spec: Deployment, members: Mapping[str, Model | None], view: View) -> str:
    """Say which member's model doesn't have all the traffic of its own endpoint, and what is the matter there."""
    for address in spec.members:
        above, pin = view.upstream.get(address), members[name_of(address)]
        live = above.output if above else None
        if isinstance(live, Live) and pin and live.trial == pin.trial and not _is_moving(address, view):
            continue
        why = f": {above.message}" if above else ""
        return f"it begins with the models of its graph once each has proven itself; {address} has not{why}"
    return ""


def _is_moving(address: Address, view: View) -> bool:
    """Tell whether more than one revision has traffic."""
    endpoint = view.actual.endpoints.get(view.moves.identity(address))
    return endpoint is not None and sum(share > 0 for share in endpoint.traffic.values()) > 1
