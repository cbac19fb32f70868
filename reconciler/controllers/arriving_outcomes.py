"""Where the outcomes of a deployment's answers arrive, as its monitors know it."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.decision import View
from reconciler.model.ids import Address
from reconciler.model.kinds.monitors import Monitor


def arriving_outcomes(deployment: Address, view: View) -> Mapping[str, Any] | None:
    """Return where outcomes arrive, as the first of the deployment's monitors that knows it says; None where none."""
    monitors = sorted(view.desired.of_kind(Monitor).items())
    own = (spec for _, spec in monitors if Address(spec.deployment) == deployment and spec.outcomes)
    first = next(own, None)
    return first.monitor_params["outcomes"] if first else None
