"""Both models held against the outcomes of the replayed rows, on the very same ones.

Metrics are compared by the paired bootstrap, as on the test rows (`runners.evaluate.resampling`). Beside it stands, of
classes, McNemar's exact test on the rows that one of the two gets right and the other doesn't
(McNemar, 1947, https://doi.org/10.1007/BF02295996; of the binomial distribution, as those may be few).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from runners.evaluate.compared import Side
from runners.evaluate.comparison import AskedBound, bounds_of
from runners.evaluate.metrics import measure, metrics_of
from runners.evaluate.predictions import Answers, answers_of
from runners.evaluate.resampling import differences
from runners.models import Prediction, Signature
from runners.monitor.outcomes import read_outcomes
from runners.monitor.parameters import Outcomes

Array = NDArray[Any]
FEWEST = 2
"""Rows with outcomes of which anything can be compared."""


@dataclass(frozen=True, slots=True)
class Known:
    """Outcomes of some rows, by the rows' places; and what a reader must know of them."""

    places: Array
    values: Sequence[Any]
    notes: Sequence[str] = ()


def known_of(outcomes: Outcomes | None, signature: Signature, identifiers: Sequence[Any]) -> Known:
    """Join outcomes to rows by their identifiers.

    Raises:
        InputError: the outcomes' source is wrong.
        SourceUnavailable: it is out of reach.
    """
    nothing, reading = np.zeros(0, np.int64), signature.schema
    if outcomes is None:
        return Known(nothing, (), ("No monitor of the deployment says where outcomes arrive.",))
    if reading is None or reading.identifier is None or reading.target is None:
        return Known(nothing, (), ("The model's data names no row by an identifier: outcomes can't be joined.",))
    names = reading.texts(reading.identifier, list(identifiers)) if len(identifiers) else []
    found = read_outcomes(outcomes, reading, names)
    places = [place for place, name in enumerate(names) if name is not None and name in found.by_name]
    values = [found.by_name[str(names[place])] for place in places]
    return Known(np.array(places, np.int64), values, tuple(found.notes))


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said of rows: its prediction, and probabilities [N, classes], or [N, 1] of the positive class."""

    prediction: Array
    scores: Array | None

    def at(self, places: Array) -> "Said":
        """Return what it said of the rows at some places."""
        return Said(self.prediction[places], None if self.scores is None else self.scores[places])

    def against(self, truth: Sequence[Any], signature: Signature) -> Answers:
        """Hold it against what was true.

        Raises:
            ValueError: a value is none of the classes.
        """
        task: Any = signature.task
        is_one = self.scores is not None and signature.positive is not None and self.scores.shape[1] == 1
        chances = self.scores[:, 0] if self.scores is not None and is_one else None
        prediction = Prediction(self.prediction, chances, None if is_one else self.scores)
        return answers_of(task, np.array(truth), prediction, signature.classes)


def compared(
    truth: Sequence[Any],
    said: tuple[Said, Said],
    signatures: tuple[Signature, Signature],
    bounds: Sequence[AskedBound],
    seed: int,
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the metrics of both models, as a comparison tells them, and what else is known of their difference.

    Args:
        truth: the outcomes.
        said: what the live model and the candidate said of these rows.
        signatures: of both.
        bounds: by which gates decide.
        seed: of the bootstrap.
    """
    if len(truth) < FEWEST or signatures[0].classes != signatures[1].classes:
        return {}, {}
    live, own = (one.against(truth, signature) for one, signature in zip(said, signatures, strict=True))
    sides = [Side(name, answers, _finite(measure(answers)), {}) for name, answers in (("live", live), ("own", own))]
    shared = [m for m in metrics_of(own) if all(m.name in side.metrics for side in sides)]
    intervals = {name: one.as_dict() for name, one in differences(shared, live, own, seed).items()} if shared else {}
    metrics = {f"{who}.{m.name}": side.metrics[m.name] for who, side in _named(sides) for m in shared}
    told: dict[str, Any] = {"intervals": intervals, **mcnemar(live, own)}
    told["bounds"] = [one for asked in bounds for one in bounds_of(asked, sides[1], sides[0], {}, seed)]
    return metrics | {f"difference.{m.name}": intervals[m.name]["value"] or 0.0 for m in shared}, told


def _named(sides: Sequence[Side]) -> list[tuple[str, Side]]:
    return list(zip(("live", "candidate"), sides, strict=True))


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if np.isfinite(value)}


def mcnemar(live: Answers, own: Answers) -> dict[str, Any]:
    """Return on how many rows one of two models alone is right, and how likely that is where both are as good."""
    if live.task not in ("binary", "multiclass"):
        return {}
    was, is_ = live.prediction == live.truth, own.prediction == own.truth
    better, worse = int((is_ & ~was).sum()), int((was & ~is_).sum())
    probability = float(stats.binomtest(better, better + worse).pvalue) if better + worse else 1.0
    return {"mcnemar": {"candidate_alone": better, "live_alone": worse, "p": probability}}
