"""What is wrong with what a payload log leaves out, by the columns that the served models know."""

from collections.abc import Iterator
from dataclasses import replace

from reconciler.compose.all_specs import Specs, declared_by, is_album, origin_of
from reconciler.compose.flaws import Flaw
from reconciler.model.errors import Severity
from reconciler.model.ids import Address
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.text import printable


def left_out(specs: Specs, spec: Deployment) -> Iterator[Flaw]:
    """Refuse columns that no model of the deployment takes, as a revision would; a warning where one is pinned.

    What is pinned may have been trained before the specs were changed, and take columns that the next won't.
    """
    if not spec.payloads.leave_out:
        return
    name = origin_of(specs, _address(specs, spec))
    experiment = specs.experiment(name) if name else None
    known = _taken(specs, experiment) if experiment else None
    if known is None:
        return
    for place, column in enumerate(spec.payloads.leave_out):
        if column not in known:
            what = f"the models of {name} take no column `{printable(column)}`, so no revision would start"
            flaw = specs.unknown(("payloads", "leave_out", place), what, column, known)
            flaw = replace(flaw, hint="take it out") if column in _declared(specs, experiment) else flaw
            yield replace(flaw, severity=Severity.WARNING) if spec.model else flaw


def _address(specs: Specs, spec: Deployment) -> str:
    return next(address for address, other in specs.all.items() if other is spec)


def _declared(specs: Specs, experiment: Experiment | None) -> tuple[str, ...]:
    dataset = specs.all.get(Address(experiment.dataset)) if experiment else None
    return (declared_by(dataset) if isinstance(dataset, Dataset) else None) or ()


def _taken(specs: Specs, experiment: Experiment) -> tuple[str, ...] | None:
    """Return what a payload log may leave out of an experiment's models; None where the specs don't tell."""
    dataset = specs.all.get(Address(experiment.dataset))
    is_told = isinstance(dataset, Dataset) and not is_album(dataset) and isinstance(experiment.runner, str)
    if not is_told or experiment.labels is not None:
        return None
    assert isinstance(dataset, Dataset)
    features = experiment.features or declared_by(dataset)
    if features is None:
        return None
    absent = {experiment.target, *experiment.exclude, *dataset.training_only} - {dataset.identifier}
    named = (*features, *([dataset.identifier] if dataset.identifier else []))
    return tuple(column for column in dict.fromkeys(named) if column not in absent)
