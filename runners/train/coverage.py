"""Coverage of a trial: calibrated on the validation rows, on which the model was chosen, and measured on the test rows.

Where a split keeps rows of a group together, rows of one group are alike, and only groups are exchangeable: each group
then counts as one, and its rows share its weight (Lee, Barber & Willett, "Distribution-free inference with hierarchical
data", 2023, https://arxiv.org/abs/2306.06342). The share is then that of rows of groups that nobody has seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Any

import numpy as np
import pandas as pd

from runners.contract import InputError
from runners.contract.coverage import AskedCoverage
from runners.contract.label_sets import labels_in
from runners.evaluate.predictions import Answers, answers_of
from runners.models import Column, Model, Prediction, Signature
from runners.models.coverage import LOWER, SET, UPPER, Coverage, places
from runners.models.signature import FILE
from runners.train.acceptance import ask
from runners.train.examples import Array, Examples, Parts
from runners.train.trial import Trial

Z = 1.959964
"""Standard deviations of a normal distribution about the middle 95 %."""
CUT_ROWS = 5000
"""Training rows whose predictions say what low and high ones are, about."""
_BY = "leave by out, or say `class` of classes, `prediction` of numbers"
_ROOM = 1e-9
"""Rounding, by which a sum of weights may fall short of the share that it is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The stated share, and that of the test rows whose truth was in what was answered, with its 95 % interval.

    `size` is the middle width of intervals, or the mean number of classes in a set; `by` is the share of each class, or
    of each third of predicted numbers.
    """

    stated: float
    share: float
    low: float
    high: float
    rows: int
    groups: int | None
    size: float
    by: dict[str, float]

    @property
    def is_short(self) -> bool:
        """Tell whether the stated share surely isn't reached."""
        return self.high < self.stated

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        told: dict[str, Any] = {"stated": self.stated, "measured": round(self.share, 6), "rows": self.rows}
        told |= {"interval": [round(self.low, 6), round(self.high, 6)], "size": round(self.size, 6)}
        told |= {"groups": self.groups} if self.groups is not None else {}
        return told | ({"by": self.by} if self.by else {})


def calibrated(trial: Trial, model: Model, parts: Parts) -> Model:
    """Return a model that answers intervals or sets beside its predictions, where the trial asks for it.

    Raises:
        InputError: there are too few validation rows, or the model tells no probabilities.
    """
    asked = trial.told.coverage
    if asked is None:
        return model
    _check(asked, model.signature)
    rows = parts.validation
    groups, answers = groups_of(trial, rows), answers_of(trial.told.task, rows.truth, ask(model, rows), rows.classes)
    cuts = _cuts(model, parts.train) if asked.by == "prediction" else ()
    limits = _limits(asked, answers, _kinds(asked, answers, rows, cuts), groups)
    known = Coverage(asked.share, limits, len(rows), None if groups is None else len(np.unique(groups)), cuts)
    signature = with_coverage(model.signature, known)
    (trial.folder / FILE).write_text(signature.to_json(), "utf-8")
    return replace(model, signature=signature)


def _check(asked: AskedCoverage, signature: Signature) -> None:
    """Refuse what a model of this kind doesn't answer.

    Raises:
        InputError: it tells no probabilities of one class, or the share is by what it isn't of.
    """
    if signature.task == "multilabel" or signature.reading == "label":
        said = "several labels at once" if signature.task == "multilabel" else "none"
        what = f"sets of classes are told by probabilities, and the model answers {said}"
        raise InputError(what, "coverage", "leave coverage out, or let the model answer probabilities")
    if asked.by and (asked.by == "class") != bool(signature.classes):
        of, found = ("classes", "a number") if asked.by == "class" else ("numbers", "a class")
        raise InputError(f"a share by {asked.by} is of {of}, and the target is {found}", "coverage.by", _BY)


def with_coverage(signature: Signature, coverage: Coverage) -> Signature:
    """Return a signature, sealed, that says how far the truth may be, and that it is answered."""
    if signature.classes:
        more: tuple[Column, ...] = (Column(SET, "BYTES", (-1,)),)
    else:
        more = (Column(LOWER, "FP64", (-1,)), Column(UPPER, "FP64", (-1,)))
    return replace(signature, coverage=coverage, outputs=(*signature.outputs, *more)).sealed()


def groups_of(trial: Trial, rows: Examples) -> Array | None:
    """Return a number for the group of each row, where the split of the dataset keeps groups together.

    Rows that are equal but for identifier and target are a group where they are split by their content.
    """
    told = trial.told.sides
    if told is None or not (told.group or told.content):
        return None
    apart = (rows.identifier, trial.told.target)
    equal = [name for name, values in rows.columns.items() if name not in apart and values.ndim == 1]
    columns = {name: rows.columns[name] for name in told.group or equal}
    groups: Array = pd.factorize(pd.util.hash_pandas_object(pd.DataFrame(columns), index=False))[0]
    return groups


def _cuts(model: Model, train: Examples) -> tuple[float, ...]:
    """Return what a third and two thirds of the predictions to training rows are below: no other row has a say."""
    some = train.take(np.arange(0, len(train), max(1, len(train) // CUT_ROWS)))
    return tuple(np.unique(np.quantile(ask(model, some).prediction, (1 / 3, 2 / 3))).tolist())


def _distances(answers: Answers) -> Array:
    """Return how far each true number is from the predicted one, or by how much its class is less than sure."""
    if answers.scores is None:
        distances: Array = np.abs(answers.truth - answers.prediction)
        return distances
    chances: Array = answers.scores[np.arange(len(answers)), answers.truth]
    return 1 - chances


def _kinds(asked: AskedCoverage, answers: Answers, rows: Examples, cuts: tuple[float, ...]) -> Mapping[str, Array]:
    """Return which rows have a limit of their own, by what they are called."""
    if asked.by is None:
        return {"": np.ones(len(answers), np.bool_)}
    if asked.by == "class":
        return {f" of the class {name}": answers.truth == place for place, name in enumerate(rows.classes)}
    where = places(answers.prediction, cuts)
    return {f" predicted {name}": where == place for place, name in enumerate(names_of(cuts))}


def names_of(cuts: tuple[float, ...]) -> list[str]:
    """Return what the numbers between cuts are called."""
    return [*(f"up to {cut:.4g}" for cut in cuts), f"above {cuts[-1]:.4g}"] if cuts else []


def _limits(
    asked: AskedCoverage, answers: Answers, kinds: Mapping[str, Array], groups: Array | None
) -> tuple[float, ...]:
    distances = _distances(answers)
    return tuple(
        limit(distances[own], asked.share, None if groups is None else groups[own], name) for name, own in kinds.items()
    )


def limit(distances: Array, share: float, groups: Array | None = None, whose: str = "") -> float:
    """Return the distance that at least a share of rows like these keep to, whatever their distribution.

    Raises:
        InputError: so few can't tell: any other row may be further off than all of them.
    """
    if groups is None:
        groups = np.arange(len(distances))
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    needed = ceil(share / (1 - share) - _ROOM)
    if len(sizes) < needed:
        what, one = f"a coverage of {share:g} is told by {needed:,}", "rows" if sizes.max(initial=1) == 1 else "groups"
        fix = "collect more rows, let more of them validate, or ask for a smaller share"
        raise InputError(f"{what} validation {one}{whose} at the least, and there are {len(sizes):,}", "coverage", fix)
    order = np.argsort(distances, kind="stable")
    weights = 1 / ((len(sizes) + 1) * sizes[codes[order]])
    place = int(np.searchsorted(np.cumsum(weights), share - _ROOM))
    return float(distances[order[min(place, len(order) - 1)]])


def measured(trial: Trial, model: Model, prediction: Prediction, test: Examples) -> Measured | None:
    """Return how many of the test rows have their truth in what was answered; None where nothing was."""
    known = model.signature.coverage
    if known is None:
        return None
    is_in, sizes = _held(prediction, test)
    groups = groups_of(trial, test)
    share, number = float(is_in.mean()), len(test)
    if groups is not None:
        each = pd.Series(is_in).groupby(groups).mean()
        share, number = float(each.mean()), len(each)
    size = float(np.mean(sizes) if test.classes else np.median(sizes))
    kinds = {str(name): test.codes == place for place, name in enumerate(test.classes)}
    if known.cuts:
        where = places(prediction.prediction, known.cuts)
        kinds = {name: where == place for place, name in enumerate(names_of(known.cuts))}
    by = {name: float(is_in[own].mean()) for name, own in kinds.items() if own.any()}
    told = {name: round(value, 6) for name, value in by.items()}
    return Measured(
        known.share, share, *wilson(share, number), len(test), number if groups is not None else None, size, told
    )


def _held(prediction: Prediction, test: Examples) -> tuple[Array, Array]:
    """Return whether each row's truth was in what was answered, and how large that was."""
    if prediction.lower is not None and prediction.upper is not None:
        return (prediction.lower <= test.truth) & (test.truth <= prediction.upper), prediction.upper - prediction.lower
    sets = [labels_in(text) for text in (prediction.sets if prediction.sets is not None else ())]
    is_in = [str(truth) in names for truth, names in zip(test.truth.tolist(), sets, strict=True)]
    return np.array(is_in), np.array([len(names) for names in sets])


def wilson(share: float, number: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of so many (Wilson, 1927, https://doi.org/10.1080/01621459.1927.10502953)."""
    middle = (share + Z**2 / (2 * number)) / (1 + Z**2 / number)
    half = Z / (1 + Z**2 / number) * sqrt(share * (1 - share) / number + Z**2 / (4 * number**2))
    return max(0.0, middle - half), min(1.0, middle + half)
