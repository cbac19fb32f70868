"""What is wrong with the members of graphs, and with what takes a graph of models for one model."""

from collections.abc import Iterator

from reconciler.compose.all_specs import Specs
from reconciler.compose.flaws import Flaw
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec
from reconciler.yaml.positions import Path

_WATCHED: Path = ("deployment",)
_ROWS: Path = ("test_rows",)


def combined(specs: Specs, spec: Spec) -> Iterator[Flaw]:
    """Refuse references to a deployment that combines several models, where one model is meant."""
    if isinstance(spec, Promotion) and spec.is_of_spec:
        return
    for path, name in spec.reference_fields():
        other = _graph(specs, name)
        if other is None or (isinstance(spec, Monitor) and path == _WATCHED):
            continue
        if isinstance(spec, Deployment):
            yield Flaw(path, f"{name} is a graph of models itself", "write its nodes into this graph")
        else:
            what = f"{name} combines several models, and this is about one: each has a deployment of its own"
            yield Flaw(path, what, f"name one of {', '.join(other.members)}")


def watched_graph(specs: Specs, spec: Monitor) -> Iterator[Flaw]:
    """Hold a monitor against the graph of models that its deployment is, or isn't."""
    other = _graph(specs, spec.deployment)
    if other is None:
        if spec.test_rows is not None and Address(spec.deployment) in specs.all:
            what = f"{spec.deployment} has one model, whose own test rows its answers are held against"
            yield Flaw(_ROWS, what, "take test_rows out")
        return
    members = ", ".join(other.members)
    if spec.test_rows is None:
        what = f"{spec.deployment} combines several models, and it isn't said whose test rows it is held against"
        yield Flaw(_WATCHED, what, f"say `test_rows`, or watch one of them: {members}")
    elif spec.test_rows not in other.members:
        yield Flaw(_ROWS, f"{spec.deployment} doesn't ask {spec.test_rows}", f"name one of {members}")
    if spec.alert.action == "rollback":
        what = f"{spec.deployment} pins no model of its own, so an alert can't roll it back"
        yield Flaw(("alert", "action"), what, "say report or retrain")


def _graph(specs: Specs, name: str) -> Deployment | None:
    """Return a deployment that combines several models; None where there is none of that name."""
    other = specs.all.get(Address(name)) if name.startswith("deployments/") else None
    return other if isinstance(other, Deployment) and other.graph else None
