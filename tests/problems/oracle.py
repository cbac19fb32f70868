"""What every figure must be: by NumPy, SciPy and scikit-learn, sharing no code with the runners."""

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn import metrics as sk

from tests.problems.columns import Column, meaning

QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")


def profile(column: Column) -> dict[str, Any]:
    """Return the figures of a column."""
    present = [meaning(value) for value in column.present]
    told: dict[str, Any] = {
        "type": column.type,
        "count": len(present),
        "missing": len(column.values) - len(present),
        "missing_share": (len(column.values) - len(present)) / len(column.values),
        "distinct": len(set(present)),
    }
    if column.type in ("integer", "number"):
        return told | _numbers(present)
    if column.type == "datetime" and present:
        return told | {"minimum": min(present).isoformat(), "maximum": max(present).isoformat()}
    if column.type == "string" and present:
        lengths = [len(text) for text in present]
        return told | {"length": {"minimum": min(lengths), "maximum": max(lengths), "mean": float(np.mean(lengths))}}
    return told


def _numbers(present: Sequence[Any]) -> dict[str, Any]:
    finite = [number for number in present if math.isfinite(number)]
    told = {"infinite": len(present) - len(finite)} if len(finite) < len(present) else {}
    if not finite:
        return told
    numbers = np.array(finite, np.float64)
    return told | {
        "minimum": min(finite),
        "maximum": max(finite),
        "mean": float(np.mean(numbers)),
        "std": float(np.std(numbers, ddof=1)) if len(numbers) > 1 else 0.0,
        "quantiles": dict(zip(QUANTILES, np.quantile(numbers, [float(q) for q in QUANTILES]).tolist(), strict=True)),
    }


def counts(column: Column) -> Counter[Any]:
    """Count a column's values."""
    return Counter(meaning(value) for value in column.present)


def measured(
    task: str, truth: Sequence[Any], prediction: Sequence[Any], scores: Any, classes: Sequence[Any]
) -> Mapping[str, float]:
    """Return the metrics of a task, as scikit-learn tells them; NaN where one is undefined.

    Args:
        task: binary, multiclass or regression.
        truth: of each row.
        prediction: of each row.
        scores: the positive class's probability, or one for each class.
        classes: in order.
    """
    if task == "regression":
        true, told = np.array(truth, float), np.array(prediction, float)
        return {
            "rmse": float(sk.root_mean_squared_error(true, told)),
            "mae": float(sk.mean_absolute_error(true, told)),
            "r2": float(sk.r2_score(true, told)) if np.ptp(true) > 0 else math.nan,
        }
    places = {label: place for place, label in enumerate(classes)}
    true, said = np.array([places[v] for v in truth]), np.array([places[v] for v in prediction])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _binary(true, said, np.array(scores)) if task == "binary" else _several(true, said, np.array(scores))


def _binary(true: Any, said: Any, score: Any) -> dict[str, float]:
    both = len(np.unique(true)) == 2
    return {
        "roc_auc": float(sk.roc_auc_score(true, score)) if both else math.nan,
        "average_precision": float(sk.average_precision_score(true, score)) if true.any() else math.nan,
        "accuracy": float(sk.accuracy_score(true, said)),
        "f1": float(sk.f1_score(true, said, zero_division=math.nan)),
        "precision": float(sk.precision_score(true, said, zero_division=0.0 if true.any() else math.nan)),
        "recall": float(sk.recall_score(true, said, zero_division=math.nan)),
        "log_loss": float(sk.log_loss(true, score, labels=[0, 1])),
        "brier": float(sk.brier_score_loss(true, score, labels=[0, 1], pos_label=1)),
    }


def _several(true: Any, said: Any, scores: Any) -> dict[str, float]:
    areas = [sk.roc_auc_score(true == code, scores[:, code]) for code in np.unique(true)]
    chosen = np.clip(scores[np.arange(len(true)), true], np.finfo(float).eps, 1)
    return {
        "accuracy": float(sk.accuracy_score(true, said)),
        "f1_macro": float(sk.f1_score(true, said, average="macro")),
        "roc_auc": float(np.mean(areas)),
        "log_loss": float(-np.log(chosen).mean()),
    }
