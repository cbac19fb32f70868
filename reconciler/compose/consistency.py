"""Consistency: what specs say of each other, held before anything runs.

Here columns are held against the dataset that declares them, metrics against the task, gates against the experiment,
resources against the pool. Where nothing is declared nothing is refused: a job finds out. Of a spec that isn't sound by
itself its sound part is held too, and what would depend on the rest isn't said.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from reconciler.compose.ab_test_flaws import ab_tests
from reconciler.compose.all_specs import Found, Specs, declared_by, is_album, missing, origin_of
from reconciler.compose.flaws import Flaw
from reconciler.compose.member_flaws import combined, watched_graph
from reconciler.compose.payload_flaws import left_out
from reconciler.compose.prediction_flaws import scored
from reconciler.compose.promotion_flaws import bounds, fields, gates, replays, rivals, stages, strangers
from reconciler.compose.sound_part import Unsound
from reconciler.model.errors import Severity
from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.gpu_kinds import kind_refusal
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.labels import ONE_WAY, Labels
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import JobSpec, Spec
from reconciler.model.metrics import METRICS, MONITORED
from reconciler.model.resource import Resource
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

NONE: Mapping[Address, Spec] = MappingProxyType({})
ANSWERS = ("label", "confidence")
"""Columns that labels add to a dataset's own."""


def disagreements(
    resources: Mapping[Address, Resource],
    parts: Mapping[Address, Spec] = NONE,
    environments: Collection[str] | None = None,
    serving: str = "",
) -> Mapping[Address, tuple[Flaw, ...]]:
    """Return what is wrong between specs, by the resource that is to be mended; warnings of what goes on working.

    Args:
        resources: those that composed.
        parts: what is sound of those that didn't.
        environments: those that the commit has; None where that isn't known.
        serving: the provider of the environment's endpoints; empty where that isn't known.
    """
    found: dict[Address, list[Flaw]] = {}
    specs = Specs(resources, parts, environments, serving)
    for address, flaw in _all(specs):
        found.setdefault(address, []).append(flaw)
    return {address: tuple(flaws) for address, flaws in found.items()}


def _all(specs: Specs) -> Iterator[Found]:
    for address, spec in specs.all.items():
        for kind, hold in _HELD:
            if isinstance(spec, kind):
                yield from _sayable((address, flaw) for flaw in hold(specs, spec))
    yield from rivals(specs)
    yield from strangers(specs)


def _sayable(found: Iterator[Found]) -> Iterator[Found]:
    """Yield what is found until a field is asked for that is wrong."""
    with suppress(Unsound):
        yield from found


def _fit(specs: Specs, spec: JobSpec) -> Iterator[Flaw]:
    """Hold a job's resources against its pool; an endpoint goes on serving, though its jobs can't run."""
    pool = specs.all.get(Address(spec.pool))
    if not isinstance(pool, Pool):
        return
    demand = Amounts.of(spec.resources).times(spec.resources.nodes)
    address = Address(spec.pool)
    why = kind_refusal(address, pool, spec.resources) or refusal(address, pool, spec.team, demand)
    if why:
        what, _, hint = why.rpartition(": ")
        flaw = Flaw(("resources",), f"each job {what}", hint)
        yield replace(flaw, severity=Severity.WARNING) if isinstance(spec, Deployment) else flaw


def _roles(specs: Specs, spec: Dataset) -> Iterator[Flaw]:
    named = [(field, getattr(spec, field)) for field in ("identifier", "target", "timestamp")]
    told: list[tuple[Path, str]] = [((field,), name) for field, name in named if name is not None]
    told += [(("partition", place), name) for place, name in enumerate(spec.partition)]
    told += [(("split",), name) for name in spec.split.columns] if spec.split else []
    told += [(("unique", n, place), name) for n, group in enumerate(spec.unique) for place, name in enumerate(group)]
    told += [(("drift", "columns", name), name) for name in (spec.drift.columns if spec.drift else ())]
    for number, key in enumerate(spec.foreign_keys):
        told += [(("foreign_keys", number, "columns", place), name) for place, name in enumerate(key.columns)]
    yield from missing(specs, told, declared_by(spec), "`columns`")
    if spec.split and spec.split.content and is_album(spec):
        what = "a picture's row holds its name, so that no two of them are equal"
        yield Flaw(("split", "content"), what, "say group: [sha256] for pictures that are equal to the byte")
    if spec.split and spec.split.of_identifier and spec.identifier is None and not is_album(spec):
        hint = "name the column that names a row by `identifier`, or split by group, content, time or column"
        yield Flaw(("split",), "rows are dealt out by their identifier, and the dataset has none", hint)


def _keys(specs: Specs, spec: Dataset) -> Iterator[Flaw]:
    """Hold the keys that lead to other datasets against what those declare."""
    for number, key in enumerate(spec.foreign_keys):
        other = specs.all.get(Address(key.dataset))
        known = declared_by(other) if isinstance(other, Dataset) else None
        told: list[tuple[Path, str]] = [(("foreign_keys", number, "key", at), name) for at, name in enumerate(key.key)]
        yield from missing(specs, told, known, f"{key.dataset}")


def _means(_: Specs, spec: Dataset) -> Iterator[Flaw]:
    """Refuse a limit on the mean of what has none."""
    for name, limits in (spec.drift.columns if spec.drift else {}).items():
        declared = (spec.columns or {}).get(name)
        if limits.mean is not None and declared and declared.type not in ("integer", "number"):
            what = f"`{printable(name)}` is of type {declared.type}, which has no mean"
            yield Flaw(("drift", "columns", name, "mean"), what, "limit its distance instead")


def _columns(specs: Specs, spec: Experiment) -> Iterator[Flaw]:
    dataset = specs.all.get(Address(spec.dataset))
    declared = declared_by(dataset) if isinstance(dataset, Dataset) else None
    if spec.target in (spec.features or ()):
        place = (spec.features or ()).index(spec.target)
        yield Flaw(("features", place), f"the target `{printable(spec.target)}` is among the features", "take it out")
    told: list[tuple[Path, str]] = [(("target",), spec.target)]
    for field, names in (("features", spec.features), ("exclude", spec.exclude), ("slices", spec.slices)):
        told += [((field, place), name) for place, name in enumerate(names or ())]
    told += [(("split", "by"), spec.split.by)] if spec.split.by else []
    told += [(("preparations", name), name) for name in _prepared(spec)]
    if isinstance(dataset, Dataset) and dataset.split and "split" in spec.model_fields_set:
        what = f"{spec.dataset} states the split of its rows, and this would be another one"
        yield Flaw(("split",), what, f"leave split out, or take it out of {spec.dataset}")
    known = (*declared, *_answers(specs, spec)) if declared is not None else None
    yield from missing(specs, told, known, f"{spec.dataset}")
    absent = dataset.training_only if isinstance(dataset, Dataset) else frozenset()
    for place, name in enumerate(spec.features or ()):
        if name in absent and name != spec.target:
            what = f"`{printable(name)}` is in training data only: no request has it, so no model can be asked with it"
            yield Flaw(
                ("features", place), what, f"take it out, or change columns.{name}.environments of {spec.dataset}"
            )


def _prepared(spec: Experiment) -> Iterable[str]:
    return spec.preparations if isinstance(spec.preparations, dict) else ()


def _regions(specs: Specs, spec: Experiment) -> Iterator[Flaw]:
    """Refuse labels that are no column: regions are merged, and nothing here learns from them yet."""
    labels = specs.all.get(Address(spec.labels)) if spec.labels else None
    if isinstance(labels, Labels) and labels.answer in ONE_WAY:
        what = f"answers of {spec.labels} are {labels.answer}, and a trial predicts a label or a number"
        yield Flaw(("labels",), what, "read labels.parquet where you train, or merge labels of whole examples")


def _answers(specs: Specs, spec: Experiment) -> tuple[str, ...]:
    """Return the columns that labels add; of sets one for each label, whichever where the choices aren't listed."""
    labels = specs.all.get(Address(spec.labels)) if spec.labels else None
    if not isinstance(labels, Labels) or labels.answer == "label":
        return ANSWERS if spec.labels else ()
    if labels.choices is None:
        return ("confidence", *([spec.target] if spec.target.startswith("labels.") else []))
    return ("confidence", *(f"labels.{choice}" for choice in labels.choices))


def _told(specs: Specs, spec: Experiment) -> Iterator[Flaw]:
    """Refuse what would tell values of a sensitive column: classes and slices stand in reports, statuses, proposals."""
    hidden = specs.sensitive(spec.dataset)
    if spec.target in hidden and spec.task != "regression":
        what = f"`{printable(spec.target)}` is sensitive, and the classes of a target are told wherever its model is"
        yield Flaw(("target",), what, f"learn from a column of codes, or say columns.{spec.target}.sensitive: false")
    for place, name in enumerate(spec.slices):
        if name in hidden:
            what = f"`{printable(name)}` is sensitive, and a slice tells its values"
            yield Flaw(("slices", place), what, "slice by a column that may be shown, or by one of codes")


def _named(specs: Specs, spec: Labels) -> Iterator[Flaw]:
    dataset = specs.all.get(Address(spec.dataset))
    if not isinstance(dataset, Dataset):
        return
    hidden = specs.sensitive(spec.dataset)
    if is_album(dataset):
        if told := sorted(hidden & {"id", "path", "label"}):
            what = f"the {told[0]} of the pictures of {spec.dataset} is sensitive, and labels tell by their names"
            hint = "give the files names and folders that may be shown, such as running numbers"
            yield Flaw(("dataset",), f"{what} which examples are disputed", hint)
    elif dataset.identifier in hidden:
        what = f"the identifier of {spec.dataset} is sensitive, and labels tell by it which examples are disputed"
        yield Flaw(("dataset",), what, "give the dataset an identifier that may be shown, such as a running number")


def _metric(specs: Specs, spec: Experiment) -> Iterator[Flaw]:
    """Hold the metric that ranks against the task, as a trial would; one's own code may report others."""
    name, known = spec.metric.name, METRICS[spec.task]
    if name not in known:
        if isinstance(spec.runner, str):
            yield specs.unknown(("metric", "name"), f"`{printable(name)}` is no metric of {spec.task}", name, known)
    elif known[name] != spec.metric.goal:
        better = "higher" if known[name] == "maximize" else "lower"
        what = f"{name} is the better the {better} it is, and the goal is to {spec.metric.goal} it"
        yield Flaw(("metric", "goal"), what, f"say goal: {known[name]}")


def _watched(specs: Specs, spec: Monitor) -> Iterator[Flaw]:
    """Hold a monitor against the experiment whose models its deployment serves."""
    name = origin_of(specs, spec.test_rows or spec.deployment)
    experiment = specs.experiment(name) if name else None
    if experiment is None:
        return
    known = MONITORED[experiment.task]
    if known and spec.metric not in known:
        what = f"`{printable(spec.metric)}` isn't watched of {experiment.task}, which {name} is"
        yield specs.unknown(("metric",), what, spec.metric, known)
    dataset = specs.all.get(Address(experiment.dataset))
    features = experiment.features or (declared_by(dataset) if isinstance(dataset, Dataset) else None)
    training_only = dataset.training_only if isinstance(dataset, Dataset) else ()
    absent = (experiment.target, *experiment.exclude, *training_only)
    for path, column in _columns_of(spec):
        if features is not None and (column not in features or column in absent):
            what = f"the models of {name} have no feature `{printable(column)}`"
            yield specs.unknown(path, what, column, features)
    hidden = specs.sensitive(experiment.dataset)
    for column in spec.segments.unnamed(hidden) if spec.segments else ():
        what = f"no segments by `{printable(column)}`: it is sensitive in {experiment.dataset}"
        yield Flaw(("segments",), what, "name it under `sensitive`, if it may be", severity=Severity.WARNING)


def _columns_of(spec: Monitor) -> Iterator[tuple[Path, str]]:
    """Yield the columns that a monitor names, and where."""
    yield from ((("columns", place), column) for place, column in enumerate(spec.columns or ()))
    apart = spec.segments
    yield from ((("segments", "columns", place), column) for place, column in enumerate(apart.columns if apart else ()))
    for at, names in enumerate(apart.crossed if apart else ()):
        yield from ((("segments", "crossed", at, place), column) for place, column in enumerate(names))


_HELD: tuple[tuple[type[Spec], Callable[[Specs, Any], Iterator[Flaw]]], ...] = (
    (JobSpec, _fit),
    (Spec, combined),
    (Dataset, _roles),
    (Dataset, _keys),
    (Dataset, _means),
    (Dataset, scored),
    (Experiment, _columns),
    (Experiment, _metric),
    (Experiment, _told),
    (Experiment, _regions),
    (Labels, _named),
    (Deployment, left_out),
    (Deployment, ab_tests),
    (Promotion, bounds),
    (Promotion, gates),
    (Promotion, replays),
    (Promotion, fields),
    (Promotion, stages),
    (Monitor, _watched),
    (Monitor, watched_graph),
)
"""What a spec of a kind is held by."""
