"""Reading: from a dataset's folder, and labels beside it, to examples whose every column has its role."""

from dataclasses import replace
from pathlib import Path

from runners.contract import InputError
from runners.evaluate.tables import Columns, read_arrow, read_parquet
from runners.staging import local
from runners.tables import Reading
from runners.tables.schema import read_schema
from runners.tables.sides import needed, sides
from runners.train.annotations import annotated
from runners.train.examples import Array, Examples
from runners.train.features import choose, finite
from runners.train.labelled import labels_of, weights_of
from runners.train.nearest import did_you_mean
from runners.train.target import as_truths, target_of
from runners.train.trial import Trial

DATA, MANIFEST = "data.parquet", "manifest.parquet"


def read_table(trial: Trial) -> Examples:
    """Read a dataset of rows.

    Raises:
        InputError: something that the trial names isn't there, or can't be learned from.
    """
    folder = folder_of(trial, "dataset")
    fix = (
        "the runner `images` reads a dataset of pictures"
        if (folder / MANIFEST).exists()
        else "ingest the dataset again"
    )
    columns, reading = read_parquet(folder / DATA, fix), read_schema(folder)
    told = reading.columns.get(trial.told.target)
    if told and told.type == "boolean" and trial.told.target in columns:
        columns[trial.told.target] = as_truths(columns[trial.told.target])
    check_sensitive(trial, reading)
    where = sides_of(trial, folder / DATA, reading)
    examples = examples_of(trial, columns, reading.identifier, where, training_only=reading.training_only)
    return replace(examples, reading=reading)


def sides_of(trial: Trial, path: Path, reading: Reading) -> Array | None:
    """Return the side of each row of a Parquet file, where its dataset states a split.

    Raises:
        InputError: the rows can't be split so.
    """
    told = trial.told.sides
    if told is None:
        return None
    names = needed(told, reading.columns, reading.identifier, reading.target)
    return sides(read_arrow(path, names), told, reading.identifier, reading.target)


def examples_of(
    trial: Trial,
    columns: Columns,
    identifier: str | None,
    where: Array | None = None,
    *,
    training_only: frozenset[str] = frozenset(),
) -> Examples:
    """Give columns their roles, without the rows that have no target.

    Args:
        trial: says which column is what.
        columns: the rows' columns.
        identifier: the column that names a row.
        where: the side of each row, where the dataset states it.
        training_only: columns that no request has: a model that learned from one couldn't serve.

    Raises:
        InputError: a column that the trial names isn't there, or can't be learned from.
    """
    told = trial.told
    answers = labels_of(trial, columns, identifier)
    columns = {**columns, **answers}
    check_names(trial, columns)
    known = target_of(columns[told.target], told.target, told.task)
    kept = {name: values[known.rows] for name, values in columns.items()}
    infinite = finite(kept, told.target)
    others = {identifier, told.sides.column if told.sides else None, *answers}
    features, left_out = choose(kept, told, frozenset(others), training_only)
    notes = (*left_out, *infinite, *known.notes)
    weights, where = weights_of(trial, kept), None if where is None else where[known.rows]
    examples = Examples(kept, known.truth, features, known.classes, identifier, notes=notes)
    examples = replace(examples, weights=weights, sides=where, is_joint=told.task == "multilabel")
    return annotated(trial, examples, kept[identifier]) if identifier else examples


def folder_of(trial: Trial, role: str) -> Path:
    """Return the local folder of an input.

    Raises:
        InputError: the request hasn't got it.
        InputGone: nothing is there.
    """
    return local(trial.input(role))


def check_names(trial: Trial, columns: Columns) -> None:
    """Refuse names of columns that aren't there.

    Raises:
        InputError: target, features, exclude, slices or split.by name one; the nearest that is there is told.
    """
    told = trial.told
    asked = [("target", told.target), *(("features", name) for name in told.features or ())]
    asked += [("exclude", name) for name in told.exclude] + [("slices", name) for name in told.slices]
    asked += [("split.by", told.split.by)] if told.split.by else []
    for where, name in asked:
        if name not in columns:
            raise InputError(f"the data has no column {name}", where, did_you_mean(name, columns))


def check_sensitive(trial: Trial, reading: Reading) -> None:
    """Refuse what would tell values of a sensitive column wherever the trial is told: classes, slices.

    Raises:
        InputError: the target of a classification is one, or a slice.
    """
    told, fix = trial.told, "take a column of codes, or one that may be shown"
    hidden = reading.sensitive
    if told.target in hidden and told.task != "regression":
        raise InputError(f"the column {told.target} is sensitive, and the classes of a target are told", "target", fix)
    for name in told.slices:
        if name in hidden:
            raise InputError(f"the column {name} is sensitive, and a slice tells its values", "slices", fix)
