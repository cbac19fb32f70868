"""Annotations: what labels tell of each row beside the one label: how sure it is, if in dispute, what else it may be.

They are for training rows. Whoever is ranked or judged is held to the one label that was merged.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.contract import InputError
from runners.models.signature import Label
from runners.staging import local
from runners.train.examples import Annotations, Examples, Parts
from runners.train.joint import unlearned
from runners.train.trial import Trial

Array = NDArray[Any]
FILE = "labels.parquet"
LABEL, SETS, CONFIDENCE, DISPUTED, CHANCES = "label", "labels", "confidence", "disputed", "chances"
LEAST = 1e-3
"""The least probability with which a row is learned from as of a class."""


def annotated(trial: Trial, examples: Examples, names: Array) -> Examples:
    """Return examples with what labels tell of them, and with soft labels where the trial asks for them.

    Args:
        trial: whose labels, and what is made of them.
        examples: the rows.
        names: what each row is called by labels.

    Raises:
        InputError: the trial asks for what the labels don't tell.
    """
    told = trial.told
    if "labels" not in trial.request.inputs:
        if told.soft or told.disputed == "drop":
            what = "rows are learned from by what annotators said of them, and there are no labels"
            raise InputError(what, "soft" if told.soft else "disputed", "name labels")
        return examples
    found = _read(trial, examples.classes, names)
    if told.disputed == "drop" and found.disputed is None:
        raise _former("which labels are in dispute", "disputed")
    if not told.soft:
        return replace(examples, annotations=found)
    if found.chances is None:
        raise _former(f"how probable each class of {told.target} is", "soft")
    soft = found.chances if examples.is_joint else _whole(found.chances, examples.codes)
    return replace(examples, annotations=found, soft=soft)


def _former(what: str, where: str) -> InputError:
    fix = "predict what people labelled as a class; labels of an earlier version are to be merged again"
    return InputError(f"the labels don't tell {what}", where, fix)


def _read(trial: Trial, classes: tuple[Label, ...], names: Array) -> Annotations:
    """Read what labels tell of rows by their names; every row has a label, as those without aren't learned from."""
    from pyarrow import parquet

    labels = parquet.read_table(local(trial.input("labels")) / FILE)
    places = {name: place for place, name in enumerate(labels["id"].to_pylist())}
    rows = np.array([places.get(name, -1) for name in names.tolist()], np.int64)
    confidence = np.append(labels[CONFIDENCE].to_numpy(), 0.0)[rows]
    disputed = None
    if DISPUTED in labels.column_names:
        disputed = np.append(labels[DISPUTED].to_numpy(zero_copy_only=False), False)[rows].astype(np.bool_)
    codes = _codes(trial.told.target, classes)
    if CHANCES not in labels.column_names or not codes:
        return Annotations(confidence, disputed)
    chances = np.vstack([_chances(labels[CHANCES], codes), np.zeros((1, len(codes)))])[rows]
    if trial.told.target.startswith(f"{SETS}."):
        chances = np.column_stack([1 - chances[:, 0], chances[:, 0]])
    return Annotations(confidence, disputed, chances)


def _codes(target: str, classes: tuple[Label, ...]) -> dict[str, int]:
    """Return the column of each label whose chance counts; none where the target is no label that people gave."""
    if target.startswith(f"{SETS}."):
        return {target.removeprefix(f"{SETS}."): 0}
    return {str(name): place for place, name in enumerate(classes)} if target in (LABEL, SETS) else {}


def _chances(told: Any, codes: dict[str, int]) -> Array:
    """Return the chances of labels as a matrix [rows, labels]."""
    lists = told.combine_chunks()
    each = lists.flatten()
    row = np.repeat(np.arange(len(lists)), pc.fill_null(lists.value_lengths(), 0).to_numpy(zero_copy_only=False))
    coded = pc.struct_field(each, "label").dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    known = np.array([codes.get(name, -1) for name in coded.dictionary.to_pylist()], np.int64)
    column = known[coded.indices.to_numpy()] if len(known) else np.zeros(0, np.int64)
    chances = np.zeros((len(lists), len(codes)))
    chances[row[column >= 0], column[column >= 0]] = pc.struct_field(each, "chance").to_numpy()[column >= 0]
    return chances


def _whole(chances: Array, codes: Array) -> Array:
    """Bring chances to one in all, without those that hardly are; a row without any is of its label's class."""
    soft: Array = np.where(chances >= LEAST, chances, 0.0)
    empty = np.flatnonzero(soft.sum(axis=1) == 0)
    soft[empty, codes[empty]] = 1.0
    return np.asarray(soft / soft.sum(axis=1, keepdims=True))


def learned_from(trial: Trial, parts: Parts) -> Parts:
    """Leave training rows in dispute out, where the trial says so; the others count one on average, as ever.

    Raises:
        InputError: no row of a class would be left.
    """
    train = parts.train
    if trial.told.disputed != "drop" or train.annotations is None or train.annotations.disputed is None:
        return parts
    kept = train.take(np.flatnonzero(~train.annotations.disputed))
    left_out, fix = len(train) - len(kept), "have them labelled again, lower dispute_below, or keep them"
    if not len(kept):
        raise InputError(f"all {left_out:,} rows to train on are in dispute", "disputed", fix)
    if train.classes and (what := unlearned(kept)):
        raise InputError(f"without the rows in dispute {what}", "disputed", fix)
    weights = None if kept.weights is None else kept.weights / kept.weights.mean()
    note = f"{left_out:,} training rows in dispute are left out"
    notes = (*train.notes, note) if left_out else train.notes
    return replace(parts, train=replace(kept, weights=weights, notes=notes))
