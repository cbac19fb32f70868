"""The rows that a trial was trained or chosen on: no later model is held against this one on them."""

from runners.evaluate.seen import Seen, seen_of
from runners.tables.sides import keys_of
from runners.train.examples import Examples
from runners.train.features import ANSWERS
from runners.train.trained import Trained
from runners.train.trial import TrainParams


def write_seen(trained: Trained) -> None:
    """Write `seen.parquet`."""
    seen_in(trained).write(trained.trial.folder)


def seen_in(trained: Trained) -> Seen:
    """Return the rows that train and those that validate."""
    told, parts = trained.trial.told, (trained.parts.train, trained.parts.validation)
    return seen_of(named_by(parts[0], told), [{**part.columns, told.target: part.truth} for part in parts])


def named_by(examples: Examples, told: TrainParams) -> tuple[str, ...]:
    """Return the columns that name a row: those that keep rows together, else the identifier, else its values."""
    split, reading = told.sides, examples.reading
    own = {name for name, values in examples.columns.items() if values.ndim == 1}.difference(ANSWERS)
    if split and (split.group or split.content):
        known, target = (reading.columns, reading.target) if reading else (own, told.target)
        return tuple(keys_of(split, own.intersection(known), examples.identifier, target))
    if examples.identifier:
        return (examples.identifier,)
    values = {feature.name for feature in examples.features} | set(split.columns if split and split.time else ())
    return tuple(sorted((values & own) | {told.target}))
