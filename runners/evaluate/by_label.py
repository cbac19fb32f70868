"""Figures of each label of several that are answered at once, as a question with yes and no, with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from runners.evaluate.metrics import METRICS, measure
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import intervals

TOLD = ("f1", "precision", "recall", "average_precision")
_F1 = next(metric for metric in METRICS["binary"] if metric.name == "f1")


def figures_by_label(answers: Answers, names: Sequence[Any], seed: int) -> Mapping[str, Mapping[str, Any]]:
    """Return how many rows have each label, and how rightly it is said; nothing of other tasks.

    What is undefined, as where no row has a label, is None.
    """
    if answers.task != "multilabel":
        return {}
    return {str(name): _of_label(answers, place, seed) for place, name in enumerate(names)}


def _of_label(answers: Answers, place: int, seed: int) -> Mapping[str, Any]:
    scores = None
    if answers.scores is not None:
        scores = np.column_stack([1 - answers.scores[:, place], answers.scores[:, place]])
    one = Answers("binary", answers.truth[:, place], answers.prediction[:, place], scores)
    known = {name: value for name, value in measure(one).items() if name in TOLD}
    told = {name: round(value, 6) if np.isfinite(value) else None for name, value in known.items()}
    between = intervals([_F1], one, seed)["f1"].as_dict()
    return {"rows": int(one.truth.sum()), **told, "interval": [between["low"], between["high"]]}
