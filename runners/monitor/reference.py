"""What the model was tested on: the rows, outcomes and predictions that the traffic is held against.

A trial leaves `reference.parquet` (features, target, `prediction`, and `predicted_probability` or for each class a
`probability_<class>`) and `signature.json`. Without a signature the same is read off the columns, as far as they tell.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from runners.contract import InputError
from runners.monitor.columns import Column, kind_of, text_of
from runners.monitor.pictures import Picture, pictures_of
from runners.monitor.signature import ROWS, SIGNATURE, read_signature
from runners.monitor.texts import columns_of, is_text
from runners.staging import local
from runners.tables import ColumnReading, Reading
from runners.tables.reading import from_json
from runners.tables.schema import of_parquet

PREDICTION, PROBABILITY, OF_CLASS = "prediction", "predicted_probability", "probability_"

Task = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclass(frozen=True, slots=True)
class Reference:
    """The rows of a trial's test, and what is known of them. `classes` are texts, `positive` is one of two.

    `reading` is how the dataset that it was trained on read its columns. `features` are the model's, with their
    datatypes, and `segments` those by which rows are looked at apart. `texts` are columns of texts, watched by their
    figures, and `pictures` those whose points are compared; `unwatched` says which inputs can't be watched.
    """

    rows: pd.DataFrame
    columns: tuple[Column, ...]
    task: Task | None
    classes: tuple[str, ...] = ()
    positive: str = "1"
    identifier: str | None = None
    target: str | None = None
    reading: Reading = field(default_factory=lambda: Reading({}))
    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    unwatched: tuple[str, ...] = ()
    features: Mapping[str, str] = field(default_factory=dict)
    segments: tuple[Column, ...] = ()

    @property
    def compared(self) -> tuple[Column, ...]:
        """Return all columns whose values are needed: those that are watched, and those that only make segments."""
        return (*self.columns, *(one for one in self.segments if one not in self.columns))

    @property
    def probabilities(self) -> tuple[str, ...]:
        """Return the columns of probabilities that the task needs; none where they aren't all there."""
        needed = {"binary": (PROBABILITY,), "multiclass": tuple(OF_CLASS + name for name in self.classes)}
        wanted = needed.get(self.task or "", ())
        return wanted if wanted and set(wanted) <= set(self.rows) else ()


def read_reference(url: str, watched: Sequence[str] | None = None, left_out: Collection[str] = ()) -> Reference:
    """Read the reference of a trial.

    Args:
        url: fsspec URL of the trial's folder.
        watched: the columns to watch; all features by default.
        left_out: columns that aren't logged: nobody can watch them.

    Raises:
        InputGone: there is no such folder.
        InputError: there is no reference, it is no Parquet, or a column to watch isn't in it.
    """
    folder = local(url)
    rows, told = _rows(folder, url), read_signature(folder / SIGNATURE)
    pictures = [one for one in pictures_of(told) if one.name in rows]
    of_pictures = {one.name for one in pictures}
    kinds = {name: kind for name, kind in _features(rows, told).items() if name not in of_pictures}
    wanted = watched_of(watched, kinds, pictures, left_out)
    rows = _with_figures(rows, pictures)
    texts = tuple(name for name in wanted if _is_text(rows, name, kinds))
    columns = tuple(Column(name, kind_of(rows[name], kinds.get(name, ""))) for name in wanted if name not in texts)
    columns += tuple(Column(name, "number") for text in texts for name in columns_of(text))
    target = told.get("target") if told.get("target") in rows else None
    task, classes = told.get("task") or _task(rows), _classes(rows, told)
    reading, identifier = _reading(folder, told, target), told.get("identifier")
    gaps = _unwatched(told, {*kinds, *of_pictures} - set(left_out), left_out)
    positive = _positive(told, classes)
    shown = tuple(one for one in pictures if one.has_point and {*one.columns} <= {*wanted})
    return Reference(rows, columns, task, classes, positive, identifier, target, reading, texts, shown, gaps, kinds)


def watched_of(
    watched: Sequence[str] | None,
    kinds: Mapping[str, str],
    pictures: Sequence[Picture],
    left_out: Collection[str] = (),
) -> list[str]:
    """Return the columns to watch; in a picture's place, its figures.

    Raises:
        InputError: one isn't there.
    """
    of_picture = {one.name: one.columns for one in pictures}
    names = [*kinds, *of_picture]
    asked = names if watched is None else [_known(name, names) for name in watched]
    return [column for name in asked if name not in left_out for column in of_picture.get(name, (name,))]


def _with_figures(rows: pd.DataFrame, pictures: Sequence[Picture]) -> pd.DataFrame:
    for one in pictures:
        figures = pd.DataFrame([one.figures(values) for values in rows[one.name]], index=rows.index)
        figures = figures.astype(dict.fromkeys(one.columns, float))
        rows = pd.concat([rows.drop(columns=one.name), figures], axis=1)
    return rows


def _is_text(rows: pd.DataFrame, name: str, kinds: Mapping[str, str]) -> bool:
    return kind_of(rows[name], kinds.get(name, "")) == "category" and is_text(rows[name])


def _unwatched(told: Mapping[str, Any], watched: Collection[str], left_out: Collection[str] = ()) -> tuple[str, ...]:
    """Say which inputs of the model nobody can watch."""
    names = [str(one["name"]) for one in told.get("inputs") or () if str(one["name"]) not in watched]
    why = dict.fromkeys(_moments(told), "it holds moments, which go on by themselves")
    why |= dict.fromkeys(left_out, "the payload log leaves it out")
    reasons = {name: why.get(name, "each row holds many values, or the reference doesn't hold it") for name in names}
    return tuple(f"The input {name} isn't compared with the reference: {reason}." for name, reason in reasons.items())


def _moments(told: Mapping[str, Any]) -> frozenset[str]:
    """Return the inputs that hold moments, as the dataset's version read them."""
    columns = (told.get("schema") or {}).get("columns") or {}
    return frozenset(name for name, column in columns.items() if column.get("type") == "datetime")


def _reading(folder: Path, told: Mapping[str, Any], target: str | None) -> Reading:
    """Return the reading that the signature carries; of a signature without one, what the rows' own types tell.

    What neither of them knows is read as text.
    """
    if told.get("schema"):
        try:
            reading = from_json(told["schema"])
        except ValueError as error:
            raise InputError(f"schema: {error}", SIGNATURE, "train the trial again") from error
    else:
        reading = of_parquet(folder / ROWS)
    identifier, columns = told.get("identifier"), dict(reading.columns)
    for name in (identifier, target):
        if name:
            columns.setdefault(name, ColumnReading("string"))
    if target:
        columns[target] = replace(columns[target], categories=tuple(told.get("classes") or ()))
    return replace(reading, columns=columns, identifier=identifier, target=target)


def _rows(folder: Path, url: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(folder / ROWS)
    except FileNotFoundError as error:
        raise _no_reference(url) from error
    except (OSError, ValueError) as error:
        what = str(error).split("\n", 1)[0]
        raise InputError(f"{ROWS} can't be read: {what}", url, "train the trial again") from error


def _no_reference(url: str) -> InputError:
    fix = f"a monitor needs a trial that leaves {ROWS}: its test rows with outcomes and predictions"
    return InputError(f"the trial has no {ROWS}", url, fix)


def _features(rows: pd.DataFrame, told: Mapping[str, Any]) -> dict[str, str]:
    """Map the features to their datatypes; an empty text where the signature doesn't tell it."""
    moments = _moments(told)
    inputs = {
        str(one["name"]): str(one.get("datatype", ""))
        for one in told.get("inputs") or ()
        if _is_scalar(one) and str(one["name"]) not in moments
    }
    if told.get("inputs"):
        return {name: datatype for name, datatype in inputs.items() if name in rows}
    others = {PREDICTION, PROBABILITY, told.get("identifier"), told.get("target")}
    return {str(name): "" for name in rows if name not in others and not str(name).startswith(OF_CLASS)}


def _is_scalar(told: Mapping[str, Any]) -> bool:
    """Tell whether an input has one value in each row; pictures and other tensors can't be compared by column."""
    return all(size in (-1, 1) for size in told.get("shape") or ())


def _known(name: str, features: Sequence[str]) -> str:
    if name in features:
        return name
    near = difflib.get_close_matches(name, features, n=1)
    fix = f"did you mean {near[0]}?" if near else f"the features are {', '.join(features)}"
    raise InputError(f"the model has no feature {name}", "columns", fix)


def _task(rows: pd.DataFrame) -> Task | None:
    if PROBABILITY in rows:
        return "binary"
    if any(str(name).startswith(OF_CLASS) for name in rows):
        return "multiclass"
    return "regression" if PREDICTION in rows and pd.api.types.is_float_dtype(rows[PREDICTION]) else None


def _classes(rows: pd.DataFrame, told: Mapping[str, Any]) -> tuple[str, ...]:
    if told.get("classes"):
        return tuple(text_of(name) for name in told["classes"])
    named = (str(name).removeprefix(OF_CLASS) for name in rows if str(name).startswith(OF_CLASS))
    return tuple(named)


def _positive(told: Mapping[str, Any], classes: Sequence[str]) -> str:
    if told.get("positive") is not None:
        return str(text_of(told["positive"]))
    return classes[-1] if classes else "1"
