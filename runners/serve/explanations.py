"""From explained answers to an answer of either version. Pure functions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.models import Column, ModelInputError, Signature
from runners.models.explaining import Explained
from runners.serve.responses import Output

MOST_SHOWN = 20


def place_of(signature: Signature, asked: str | None) -> int | None:
    """Return the place of the class whose probability is explained; None where it differs by row: the likeliest.

    Args:
        signature: the model's.
        asked: the class that a client names; without one it is the positive one of two.

    Raises:
        ModelInputError: it is none.
    """
    if not signature.classes:
        return _no_class(asked)
    names = [str(one) for one in signature.classes]
    if asked is None:
        return None if signature.positive is None else signature.classes.index(signature.positive)
    if asked not in names:
        raise ModelInputError(f"{asked[:60]} is none of the classes {', '.join(names[:MOST_SHOWN])}", "class")
    return names.index(asked)


def _no_class(asked: str | None) -> int:
    if asked is not None:
        raise ModelInputError("the model answers a number: leave `class` out", "class")
    return 0


def as_explanations(found: Sequence[Explained], signature: Signature, place: int | None) -> list[dict[str, Any]]:
    """Return an object for each row, of the columns that add the most first."""
    return [_told(one, signature, _of(one, place)) for one in found]


def _of(one: Explained, place: int | None) -> int:
    return int(one.whole.argmax()) if place is None else place


def _told(one: Explained, signature: Signature, place: int) -> dict[str, Any]:
    names, added = signature.columns, one.columns[:, place]
    order = np.argsort(-np.abs(added), kind="stable").tolist()
    explained = {"class": signature.classes[place]} if signature.classes else {}
    told: dict[str, Any] = {
        **explained,
        "value": float(one.whole[place]),
        "base_value": float(one.base[place]),
        "contributions": {names[column]: float(added[column]) for column in order},
        "errors": {names[column]: float(one.errors[column, place]) for column in order},
    }
    if one.words:
        told["words"] = {
            name: [[word, float(gain)] for word, gain in zip(words, gains[:, place], strict=True)]
            for name, (words, gains) in one.words.items()
        }
    if one.patches:
        told["patches"] = {name: gains[:, :, place].tolist() for name, gains in one.patches.items()}
    return told


def explained_outputs(signature: Signature) -> tuple[Column, ...]:
    """Return the tensors of an explanation by version 2; contributions are in the order of the model's columns."""
    width = len(signature.columns)
    outputs = (
        Column("value", "FP64", (-1,)),
        Column("base_value", "FP64", (-1,)),
        Column("contributions", "FP64", (-1, width)),
        Column("errors", "FP64", (-1, width)),
    )
    return (Column("class", "BYTES", (-1,)), *outputs) if signature.classes else outputs


def as_tensors(
    found: Sequence[Explained], signature: Signature, place: int | None, requested: Sequence[str] | None = None
) -> tuple[Output, ...]:
    """Return the tensors of an answer of version 2: all, or those that were asked for.

    Raises:
        ModelInputError: one was asked for that there isn't.
    """
    places = [_of(one, place) for one in found]
    pairs = list(zip(found, places, strict=True))
    values: dict[str, NDArray[Any]] = {
        "value": np.array([one.whole[at] for one, at in pairs]),
        "base_value": np.array([one.base[at] for one, at in pairs]),
        "contributions": np.stack([one.columns[:, at] for one, at in pairs]),
        "errors": np.stack([one.errors[:, at] for one, at in pairs]),
    }
    if signature.classes:
        values["class"] = np.array([str(signature.classes[at]) for at in places], np.object_)
    for name in found[0].patches:
        values["patches"] = np.stack([one.patches[name][:, :, at] for one, at in pairs])
    known = {column.name: column for column in explained_outputs(signature)}
    known |= {"patches": Column("patches", "FP64")} if "patches" in values else {}
    if strangers := [name for name in requested or () if name not in values]:
        raise ModelInputError(f"there is no output {strangers[0]}: explanations have {', '.join(known)}", strangers[0])
    return tuple(
        Output(name, known[name].datatype, list(values[name].shape), values[name].ravel().tolist())
        for name in requested or known
    )
