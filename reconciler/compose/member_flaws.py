"""What is wrong with the members of graphs, and with what takes a graph of models for one model."""

from collections.abc import Iterator

from reconciler.compose.all_specs import Specs
from reconciler.compose.flaws import Flaw
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec


def combined(specs: Specs, spec: Spec) -> Iterator[Flaw]:
    """Refuse references to a deployment that combines several models, where one model is meant."""
    if isinstance(spec, Promotion) and spec.is_of_spec:
        return
    for path, name in spec.reference_fields():
        other = specs.all.get(Address(name)) if name.startswith("deployments/") else None
        if not isinstance(other, Deployment) or not other.graph:
            continue
        if isinstance(spec, Deployment):
            yield Flaw(path, f"{name} is a graph of models itself", "write its nodes into this graph")
        else:
            members = ", ".join(other.members)
            what = f"{name} combines several models, and this is about one: each has a deployment of its own"
            yield Flaw(path, what, f"name one of {members}")
