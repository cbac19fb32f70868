"""JSON documents: parameters, metrics, slices, and the environment in which the model was made."""

import json
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import Any

from runners.train.fitted import History
from runners.train.trained import Trained

PARAMS, METRICS, SLICES, ENVIRONMENT = "params.json", "metrics.json", "slices.json", "environment.json"
MOST_STEPS = 200
"""Steps of a history that are told."""
PACKAGES = (
    "setpoint", "numpy", "pandas", "pyarrow", "scikit-learn", "lightgbm", "skl2onnx", "onnxmltools", "onnx",
    "onnxruntime", "torch", "safetensors", "pillow",
)  # fmt: skip
"""Packages whose versions can change a result; those that aren't installed are left out."""


def write_documents(trained: Trained) -> None:
    """Write the four documents."""
    trial, findings = trained.trial, trained.findings
    request = {"run": trial.request.run, "runner": trial.request.runner, "seed": trial.seed}
    write_json(trial.folder / PARAMS, {**request, **trial.told.model_dump(mode="json", exclude_none=True)})
    metrics: dict[str, Any] = {
        "overall": findings.finite,
        "intervals": {name: interval.as_dict() for name, interval in findings.intervals.items()},
        "validation": trained.ranking.as_dict(),
        "rows": trained.parts.counts,
        "importance": dict(findings.importance),
        "cut_slices": list(findings.cut),
        "notes": [*trained.parts.train.notes, *trained.fitted.notes],
    }
    if findings.slice_intervals:
        metrics["slice_intervals"] = findings.slice_intervals
    if trained.fitted.history:
        metrics["history"] = history_of(trained.fitted.history)
    if findings.labels:
        metrics["labels"] = {name: dict(told) for name, told in findings.labels.items()}
    if trained.coverage:
        metrics["coverage"] = trained.coverage.as_dict()
    if findings.reported:
        told = {name: value if isfinite(value) else str(value) for name, value in findings.reported.items()}
        metrics["reported"] = told
    write_json(trial.folder / METRICS, metrics)
    write_json(trial.folder / SLICES, findings.slices)
    write_json(trial.folder / ENVIRONMENT, environment())


def history_of(history: History) -> dict[str, Any]:
    """Return how training went, thinned to so many steps that a page can draw them; the last is always there."""
    stride = -(-len(history.steps) // MOST_STEPS) or 1
    places = [place for place in range(len(history.steps)) if (len(history.steps) - 1 - place) % stride == 0]
    series = {
        name: [value if isfinite(value := values[place]) else None for place in places]
        for name, values in history.series.items()
    }
    return {
        "step": history.step,
        "figure": history.figure,
        "steps": [history.steps[place] for place in places],
        "series": series,
    }


def environment() -> dict[str, Any]:
    """Return the versions of Python, the platform, and the packages that can change a result."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": {"system": platform.system(), "release": platform.release(), "machine": platform.machine()},
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "byteorder": sys.byteorder,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def write_json(path: Path, value: Mapping[str, Any] | list[Any]) -> None:
    """Write JSON for people and machines."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n", "utf-8")
