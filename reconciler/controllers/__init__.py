"""The controllers, one file for each kind: what to observe, what to change, in which phase it is.

Law of the room: pure functions from what is desired and observed to a decision. Ports are named, never called.
"""

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.controllers import datasets, deployments, endpoints, experiments, labels, monitors, pools, promotions
from reconciler.controllers.proposals import close_others
from reconciler.controllers.routed_values import on_their_route
from reconciler.controllers.run_lifecycle import tidy
from reconciler.model.decision import Controller, Decision, Phase, View
from reconciler.model.ids import Address
from reconciler.model.reason import Reason

_RUNS = frozenset({"data", "pool"})


def _retire_runs(address: Address, view: View) -> Decision:
    """Stop what a resource began and close what it proposed; its data stays."""
    return Decision(
        address=address,
        phase=Phase.RECONCILING,
        reason=Reason.REMOVING,
        message="its spec is gone; its data stays",
        changes=tidy(address, frozenset(), view) + close_others(address, None, view),
    )


_BY_KIND = {
    "pools": Controller(frozenset({"pool"}), pools.decide, pools.retire),
    "datasets": Controller(_RUNS, datasets.decide, _retire_runs),
    "labels": Controller(_RUNS, labels.decide, _retire_runs),
    "experiments": Controller(_RUNS, experiments.decide, _retire_runs),
    "promotions": Controller(_RUNS | {"forge"}, promotions.decide, _retire_runs),
    "deployments": Controller(_RUNS | {"serving"}, deployments.decide, endpoints.retire),
    "monitors": Controller(_RUNS | {"serving"}, monitors.decide, _retire_runs),
}
CONTROLLERS: Mapping[str, Controller] = MappingProxyType(
    {kind: known._replace(decide=on_their_route(known.decide)) for kind, known in _BY_KIND.items()}
)
"""The controller of every kind."""
