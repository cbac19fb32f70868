"""Which models a monitor's endpoint answers by, and whose test rows its answers are held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.controllers.members import combined, members_of
from reconciler.model.decision import Live, View
from reconciler.model.ids import Address, RunName, name_of
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.monitors import Monitor


@dataclass(frozen=True, slots=True)
class Watched:
    """The trial whose test rows are the reference; of a graph also its nodes and models, by which they are answered."""

    reference: RunName
    models: Mapping[str, RunName] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, RunName]:
        """Return the trials by their roles."""
        return {"reference": self.reference, **{f"model_{name}": trial for name, trial in self.models.items()}}

    @property
    def made_from(self) -> dict[str, RunName]:
        """Return what names a report beside the model that serves, which names its own test rows."""
        return {"test_rows": self.reference} if self.models else {}


def watched_of(spec: Monitor, live: Live, view: View) -> Watched | None:
    """Return what is watched; None where a graph serves other models than those that its members pin now."""
    address = Address(spec.deployment)
    deployment = view.desired.of_kind(Deployment).get(address)
    if deployment is None or not deployment.graph:
        return Watched(live.trial)
    pins = members_of(deployment, view.desired)
    whole = combined(view.moves.identity(address), deployment, pins)
    tested = pins.get(name_of(Address(spec.test_rows or "")))
    if whole is None or whole.trial != live.trial or tested is None:
        return None
    models = {name: pin for name, pin in pins.items() if pin}
    params = {
        "graph": [node.as_told() for node in deployment.graph],
        "members": {name: pin.digest for name, pin in models.items()},
    }
    return Watched(RunName(tested.trial), {name: RunName(pin.trial) for name, pin in models.items()}, params)
