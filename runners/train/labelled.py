"""Labels beside a dataset: what people said of each row, and how much that counts."""

import numpy as np

from runners.contract import InputError
from runners.evaluate.tables import Columns, read_parquet
from runners.staging import local
from runners.train.annotations import CONFIDENCE, FILE, LABEL, SETS
from runners.train.examples import Array
from runners.train.joint import sets_as_texts
from runners.train.nearest import did_you_mean
from runners.train.trial import Trial

REGIONS, TEXT, RANKING = "regions", "text", "ranking"


def labels_of(trial: Trial, columns: Columns, identifier: str | None) -> Columns:
    """Return what people said of each row, and `confidence`; None where they said nothing.

    Of one label that is the column `label`. Of sets of labels it is the target alone: `labels`, as texts, or such as
    `labels.cat`: whether that one is in the set.

    Raises:
        InputError: the rows have no identifier, no label is of any of them, or the target is none of the labels.
    """
    if "labels" not in trial.request.inputs:
        return {}
    labels = read_parquet(local(trial.input("labels")) / FILE, "merge the labels again")
    if kinds := {REGIONS, TEXT, RANKING} & labels.keys():
        what = f"the labels are {min(kinds)}, and a trial predicts a label or a number"
        raise InputError(what, "labels", "name labels of whole examples")
    if identifier is None:
        raise InputError("the dataset names no identifier, by which labels find their rows", "identifier", "declare it")
    if SETS in labels:
        sets, is_joint = labels.pop(SETS), trial.told.task == "multilabel"
        labels |= {SETS: sets_as_texts(sets.tolist())} if is_joint else _asked_of_sets(sets, trial.told.target)
    places = {name: place for place, name in enumerate(labels["id"].tolist())}
    found = np.array([places.get(name, -1) for name in columns[identifier].tolist()])
    if not (found >= 0).any():
        what = f"none of the {len(places)} labels is of any of the {len(found)} rows"
        raise InputError(what, "labels", f"labels name rows by {identifier}")
    asked = [name for name in labels if name in (LABEL, SETS, CONFIDENCE) or name.startswith(f"{SETS}.")]
    return {name: _at(labels[name], found) for name in asked}


def _asked_of_sets(sets: Array, target: str) -> Columns:
    """Return the target's column: whether a set has the label, None where there is no set."""
    lists = sets.tolist()
    names = {f"{SETS}.{name}" for labels in lists for name in labels or ()}
    if target == SETS:
        fix = f"say task: multilabel, or predict whether one is among them: {min(names, default='labels.cat')}"
        raise InputError("the labels are sets, and the task is one label", "target", fix)
    if not target.startswith(f"{SETS}."):
        return {}
    if target not in names:
        raise InputError(f"no set of labels has {target}", "target", did_you_mean(target, names))
    name, column = target.removeprefix(f"{SETS}."), np.empty(len(lists), np.object_)
    column[:] = [None if labels is None else name in labels for labels in lists]
    return {target: column}


def _at(values: Array, places: Array) -> Array:
    """Return values by their places; missing where the place is -1."""
    if not (places < 0).any():
        return values[places]
    padded = values.astype(np.object_ if values.dtype.kind in "OUb" else np.float64)
    missing = None if padded.dtype.kind == "O" else np.nan
    return np.append(padded, np.array([missing], padded.dtype))[places]


def weights_of(trial: Trial, columns: Columns) -> Array | None:
    """Return how much each row counts where the trial says by what, on average one; None where all count the same.

    Raises:
        InputError: no labels tell a confidence.
    """
    if trial.told.weigh is None:
        return None
    if "labels" not in trial.request.inputs or CONFIDENCE not in columns:
        raise InputError("rows count by the confidence of their labels, and there are none", "weigh", "name labels")
    weights = np.maximum(columns[CONFIDENCE].astype(np.float64), 0)
    mean = float(weights.mean()) if len(weights) else 0.0
    if not mean > 0:
        raise InputError("no label has any confidence, so that no row would count", "weigh", "leave it out")
    return weights / mean
