"""Metrics: which ones each task has, and which way is better. The runners compute them (`runners/evaluate/metrics.py`).

The daemon knows their names only; a test holds this table equal to the runners'.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Goal = Literal["maximize", "minimize"]

METRICS: Mapping[str, Mapping[str, Goal]] = MappingProxyType(
    {
        "binary": {
            "roc_auc": "maximize",
            "average_precision": "maximize",
            "accuracy": "maximize",
            "f1": "maximize",
            "precision": "maximize",
            "recall": "maximize",
            "log_loss": "minimize",
            "brier": "minimize",
        },
        "multiclass": {
            "accuracy": "maximize",
            "f1_macro": "maximize",
            "roc_auc": "maximize",
            "log_loss": "minimize",
        },
        "multilabel": {
            "f1_micro": "maximize",
            "f1_macro": "maximize",
            "subset_accuracy": "maximize",
            "hamming_loss": "minimize",
            "roc_auc": "maximize",
        },
        "regression": {"rmse": "minimize", "mae": "minimize", "r2": "maximize"},
    }
)
"""The metrics of each task, the usual one first, each with its goal."""

LOSSES = frozenset(name for each in METRICS.values() for name, goal in each.items() if goal == "minimize")
"""Metrics of which less is better."""

OF_DATA: Mapping[str, Goal] = MappingProxyType(
    {
        "rows": "maximize",
        "bytes": "maximize",
        "columns": "maximize",
        "missing_share": "minimize",
        "violations": "minimize",
        "unreadable": "minimize",
        "duplicates": "minimize",
    }
)
"""The figures of a dataset's version (`runners/ingest`), and which way is better."""
OF_LABELS: Mapping[str, Goal] = MappingProxyType(
    {
        "alpha": "maximize",
        "annotators": "maximize",
        "answers": "maximize",
        "coverage": "maximize",
        "disputes": "minimize",
        "examples": "maximize",
        "labelled": "maximize",
    }
)
"""The figures of a version of labels (`runners/label`), and which way is better."""

MONITORED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "binary": ("roc_auc", "accuracy", "f1", "precision", "recall", "specificity", "average_precision"),
        "multiclass": ("roc_auc", "accuracy", "f1_macro"),
        "multilabel": (),
        "regression": ("rmse", "mae", "mape", "mse", "msle", "rmsle"),
    }
)
"""The metrics that a monitor estimates and realises, by task (`runners/monitor/performance.py`)."""
