"""What is wrong with datasets of predictions, by what other specs say: whose rows are scored, and what models need."""

from collections.abc import Iterator

from reconciler.compose.all_specs import Specs, declared_by, is_album, missing, origin_of, sensitive_in
from reconciler.compose.flaws import Flaw
from reconciler.model.ids import Address
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.text import printable

_MOST = 10
"""Columns that are told of."""


def scored(specs: Specs, spec: Dataset) -> Iterator[Flaw]:
    """Hold a dataset of predictions against the dataset whose rows are scored, and the models that score them."""
    told = spec.source.predictions
    rows = specs.all.get(Address(told.of)) if told else None
    if told is None or not isinstance(rows, Dataset):
        return
    path = ("source", "predictions")
    if is_album(rows):
        hint = "score a dataset that holds a table"
        yield Flaw((*path, "of"), f"{told.of} holds files, and models are put to rows of a table", hint)
        return
    known = declared_by(rows)
    kept = [((*path, "keep", place), name) for place, name in enumerate(told.keep)]
    yield from missing(specs, kept, known, told.of)
    yield from _lacking(specs, spec, known)
    hidden = specs.sensitive(told.of) - sensitive_in(spec)
    for place, name in enumerate(told.keep):
        if name in hidden:
            what = f"`{printable(name)}` of {told.of} is sensitive, and would be shown here"
            yield Flaw((*path, "keep", place), what, f"declare columns.{name} with sensitive: true, or leave it out")


def _lacking(specs: Specs, spec: Dataset, known: tuple[str, ...] | None) -> Iterator[Flaw]:
    """Refuse rows that lack columns which the models need, as far as specs tell both."""
    told = spec.source.predictions
    assert told is not None
    origin = origin_of(specs, told.by) if told.by.startswith("deployments/") else told.by
    experiment = specs.experiment(origin) if origin else None
    if experiment is None:
        return
    learned = specs.all.get(Address(experiment.dataset))
    if isinstance(learned, Dataset) and is_album(learned):
        what = f"the models of {origin} learn from files, and rows of a table have none"
        yield Flaw(("source", "predictions", "by"), what, "name what has a model of tables")
    if known is None or not isinstance(experiment.runner, str):
        return
    lost = [name for name in _needed(specs, experiment) if name not in known]
    if lost:
        shown = ", ".join(f"`{printable(name)}`" for name in lost[:_MOST])
        more = f" and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
        what = f"{told.of} has no column {shown}{more}, which the models of {origin} learn from"
        yield Flaw(("source", "predictions", "of"), what, f"score a dataset that has it, or exclude it in {origin}")


def _needed(specs: Specs, experiment: Experiment) -> tuple[str, ...]:
    """Return the columns that an experiment's models are asked with; none where the specs don't tell."""
    if experiment.features is not None:
        return tuple(name for name in experiment.features if name not in experiment.exclude)
    dataset = specs.all.get(Address(experiment.dataset))
    if not isinstance(dataset, Dataset) or experiment.labels is not None:
        return ()
    others = {experiment.target, *experiment.exclude, dataset.identifier, *dataset.training_only}
    steps = experiment.preparations if isinstance(experiment.preparations, dict) else {}
    others |= {name for name, told in steps.items() if any(step.drop for step in told)}
    moments = {name for name, column in (dataset.columns or {}).items() if column.type == "datetime"}
    return tuple(name for name in declared_by(dataset) or () if name not in others | (moments - steps.keys()))
