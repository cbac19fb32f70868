"""What promotions and pins say of the rest, held before anything runs: gates, routes, rivals, versions, fields."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from math import inf
from types import MappingProxyType

from reconciler.compose.all_specs import Found, Specs
from reconciler.compose.flaws import Flaw
from reconciler.compose.sound_part import Unsound
from reconciler.model.ids import Address, RunName, kind_of, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.labels import Labels
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec
from reconciler.model.metric_bounds import BOUNDS
from reconciler.model.metrics import METRICS, OF_DATA, OF_LABELS
from reconciler.model.spec_values import PINS, values_of
from reconciler.model.text import printable
from runners.contract.secrets import SECRET


def rivals(specs: Specs) -> Iterator[Found]:
    """Name promotions that would choose for one resource: the worse might win, each undoing the other."""
    yield from _rivals_of_fields(specs)
    by_subject: dict[str, list[Address]] = {}
    for address, spec in specs.promotions.items():
        if not spec.is_of_spec:
            by_subject.setdefault(spec.subject, []).append(address)
    for subject, rivals in by_subject.items():
        field, noun = kind_of(Address(subject)).removesuffix("s"), "version"
        field = "labels" if field == "label" else field
        noun = "model" if field == "deployment" else noun
        for address in rivals if len(rivals) > 1 else ():
            others = ", ".join(sorted(other for other in rivals if other != address))
            what = f"{address} and {others} both choose the {noun} of {subject}"
            hint = f"keep one of them, suspend the others, or give each a {field} of its own"
            yield address, Flaw((field,), what, hint)


def _rivals_of_fields(specs: Specs) -> Iterator[Found]:
    """Name promotions that would choose the values of one field."""
    by_field: dict[tuple[str, str], list[Address]] = {}
    for address, spec in specs.promotions.items():
        with suppress(Unsound):
            for name in set(spec.fields):
                by_field.setdefault((spec.subject, name), []).append(address)
    for (subject, name), rivals in by_field.items():
        for address in rivals if len(rivals) > 1 else ():
            others = ", ".join(sorted(other for other in rivals if other != address))
            what = f"{address} and {others} both choose `{printable(name)}` of {subject}"
            place = specs.promotions[address].fields.index(name)
            yield address, Flaw(("fields", place), what, "name it in one of them")


def fields(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Hold the fields whose values are promoted against the spec that has them."""
    subject = specs.all.get(Address(spec.subject)) if spec.is_of_spec else None
    if subject is None:
        return
    known = [name for name in type(subject).model_fields if name not in _OF_ITS_OWN]
    for place, name in enumerate(spec.fields):
        path = ("fields", place)
        if name in spec.fields[:place]:
            yield Flaw(path, f"`{printable(name)}` is named twice", "name it once")
        elif name == PINS.get(subject.kind):
            whose = subject.kind.removesuffix("s") if subject.kind != "labels" else subject.kind
            what = f"`{name}` of {spec.subject} is a pin, which a promotion with `{whose}` writes"
            yield Flaw(path, what, f"take it out, and promote it by a promotion with {whose}: {spec.subject}")
        elif name in _OF_ITS_OWN:
            yield Flaw(path, f"`{name}` {_OF_ITS_OWN[name]}", "take it out")
        elif name not in known:
            yield specs.unknown(path, f"{spec.subject} has no field `{printable(name)}`", name, known)
        elif secret := SECRET.search(json.dumps(values_of(subject, (name,)).whole)):
            what = f"`{name}` of {spec.subject} names a secret, {secret[0]}, and secrets stay in their environment"
            yield Flaw(path, what, "take it out")


_OF_ITS_OWN: Mapping[str, str] = MappingProxyType(
    {
        "suspend": "is for one environment at a time, and people say it where they need it",
        "moved_from": "is what a resource was called, which all environments have to say alike",
    }
)
"""Fields that every environment has for itself, and why."""


def bounds(_: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Refuse bounds that no figure of the metric can hold: nothing would ever be proposed."""
    for place, gate in enumerate(() if spec.is_of_spec else spec.gates):
        least, most = BOUNDS.get(gate.metric, (-inf, inf))
        if gate.minimum is not None and gate.minimum > most:
            what = f"`{gate.metric}` is {most:g} at the most, so no model passes a minimum of {gate.minimum:g}"
            yield Flaw(("gates", place, "minimum"), what, f"ask for less than {most:g}")
        if gate.maximum is not None and gate.maximum < least:
            what = f"`{gate.metric}` is {least:g} at the least, so no model passes a maximum of {gate.maximum:g}"
            yield Flaw(("gates", place, "maximum"), what, f"allow more than {least:g}")


def gates(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Hold gates against the metrics and slices that what is promoted has."""
    if spec.is_of_spec:
        yield from _gates_of_values(specs, spec)
        return
    if spec.is_of_data:
        yield from _gates_of_data(specs, spec)
        return
    experiment = specs.experiment(str(spec.experiment))
    if experiment is None:
        return
    known = METRICS[experiment.task]
    for place, gate in enumerate(spec.gates):
        is_own = not isinstance(experiment.runner, str) and gate.slice is None and gate.worse_than_live is None
        if gate.metric not in known and not is_own:
            what = f"{spec.experiment} ({experiment.task}) has no metric `{printable(gate.metric)}`"
            yield specs.unknown(("gates", place, "metric"), what, gate.metric, known)
        if gate.slice is not None and gate.slice not in experiment.slices:
            what = f"{spec.experiment} has no slices of `{printable(gate.slice)}`"
            flaw = specs.unknown(("gates", place, "slice"), what, gate.slice, experiment.slices)
            yield flaw if flaw.hint else replace(flaw, hint=f"name it in the experiment's slices: [{gate.slice}]")


def replays(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Refuse what a replay could never look at: requests that aren't logged, outcomes of which nobody knows."""
    if spec.replay is None:
        return
    deployment = specs.all.get(Address(str(spec.deployment)))
    with suppress(Unsound):
        if isinstance(deployment, Deployment) and not deployment.log_payloads:
            what = f"{spec.deployment} logs no requests, so none can be replayed"
            yield Flaw(("replay",), what, f"say log_payloads: true in {spec.deployment}, or take replay out")
    if any(knows_outcomes(one, str(spec.deployment)) for one in specs.all.values()):
        return
    for place, gate in enumerate(spec.gates):
        if gate.rows == "recent":
            what = f"no monitor of {spec.deployment} says where outcomes arrive, which recent rows are judged by"
            yield Flaw(("gates", place, "rows"), what, "give a monitor of it outcomes")


def knows_outcomes(spec: Spec, deployment: str) -> bool:
    """Tell whether a spec is a monitor of a deployment that knows outcomes; one that isn't sound may be."""
    if not isinstance(spec, Monitor):
        return False
    try:
        return spec.deployment == deployment and spec.outcomes is not None
    except Unsound:
        return True


def _gates_of_data(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Hold gates on versions of data against the figures that their runner tells."""
    known = OF_LABELS if spec.labels else OF_DATA
    for place, gate in enumerate(spec.gates):
        if gate.metric not in known:
            what = f"versions of {spec.subject} have no metric `{printable(gate.metric)}`"
            yield specs.unknown(("gates", place, "metric"), what, gate.metric, known)


def _gates_of_values(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Hold gates on a spec's values against the fields that are promoted."""
    for place, gate in enumerate(spec.gates):
        if gate.metric.partition(".")[0] not in spec.fields:
            what = f"`{printable(gate.metric)}` is no number in what is promoted of {spec.subject}"
            yield specs.unknown(("gates", place, "metric"), what, gate.metric, spec.fields)


def strangers(specs: Specs) -> Iterator[Found]:
    """Refuse a pin of what another resource has made: it would be taken for this one's data."""
    for address, spec in specs.all.items():
        if not isinstance(spec, Dataset | Labels):
            continue
        with suppress(Unsound):
            owner = owner_of(RunName(spec.pin.version)) if spec.pin else address
            if specs.moved.get(owner, owner) != address:
                what = f"`{spec.pin.version if spec.pin else owner}` is a version of {owner}"
                yield address, Flaw(("pin", "version"), what, f"pin a version of {address}")


def stages(specs: Specs, spec: Promotion) -> Iterator[Flaw]:
    """Hold a route against the environments that there are."""
    known = specs.environments
    if known is None:
        return
    for place, stage in enumerate(spec.stages):
        for name in stage:
            if name not in known:
                yield specs.unknown(("route", place), f"there is no environment `{name}`", name, known)
