"""The first specs of a repository, from what was seen of a CSV file: all that converges, with nothing to fill in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.yaml.dump import dump

ENVIRONMENT = "dev"
_LONGEST = 50
_MODELS = {"regression": "choice(linear, gbm)"}
Document = Mapping[str, Any]


def name_of(file: Path) -> str:
    """Return the name that the resources get, a DNS label, by the name of the file."""
    stem = re.sub(r"[^a-z0-9]+", "-", file.name.lower().split(".")[0]).strip("-")[:_LONGEST].strip("-")
    return stem or "data"


def first_specs(name: str, file: Path, seen: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a repository by their paths.

    Args:
        name: what the resources are called.
        file: the CSV file.
        seen: what the survey has found in it.
    """
    told = {
        f"environments/{ENVIRONMENT}/environment.yaml": ("environment", _environment(file)),
        "specs/pools/shared.yaml": ("pools", _POOL),
        f"specs/datasets/{name}.yaml": ("datasets", _dataset(file, seen)),
        f"specs/experiments/{name}.yaml": ("experiments", _experiment(name, seen)),
        f"specs/promotions/{name}.yaml": ("promotions", _promotion(name, seen)),
        f"specs/deployments/{name}.yaml": ("deployments", {"description": f"Predicts {seen['target']}."}),
        f"specs/monitors/{name}.yaml": ("monitors", _monitor(name, seen)),
    }
    return {path: _written(kind, document) for path, (kind, document) in told.items()}


def _written(kind: str, document: Document) -> bytes:
    schema = f"# yaml-language-server: $schema=../../schemas/{kind}.schema.json\n"
    return schema.encode() + dump({key: value for key, value in document.items() if value not in (None, [], {})})


_POOL: Document = {
    "description": "This machine's slots; teams that are named here share them by weight.",
    "capacity": {"cpus": 2, "memory": "8Gi", "gpus": 0},
}


def _environment(file: Path) -> Document:
    embedded = {"data": "git", "pool": "local", "serving": "local", "forge": "git"}
    return {
        "description": "One environment, on this machine. Where its data lies is said here, and in no spec.",
        **{port: {"provider": provider} for port, provider in embedded.items()},
        "variables": {"data": str(file.absolute().parent)},
    }


def _dataset(file: Path, seen: Mapping[str, Any]) -> Document:
    return {
        "description": f"The rows of {file.name}.",
        "source": {"files": {"url": f"${{env.data}}/{file.name}", **seen["source"]}},
        "identifier": seen["identifier"],
        "timestamp": seen["timestamp"],
        "target": seen["target"],
        "columns": seen["columns"],
        "new_columns": "propose",
        "refresh": "0 6 * * *",
    }


def _experiment(name: str, seen: Mapping[str, Any]) -> Document:
    task = seen["task"]
    return {
        "description": f"Predicts {seen['target']}: {task['why'].split(';')[0]}.",
        "dataset": f"datasets/{name}",
        "target": seen["target"],
        "task": task["name"],
        "exclude": seen["exclude"],
        "runner": "tabular",
        "preparations": seen["preparations"],
        "params": {"model": _MODELS.get(task["name"], "choice(logistic, gbm)")},
        "metric": {"name": task["metric"], "goal": task["goal"]},
        "seed": 7,
    }


def _promotion(name: str, seen: Mapping[str, Any]) -> Document:
    return {
        "description": "Better than no model at all, and than the live one on the same rows. A person merges.",
        "experiment": f"experiments/{name}",
        "deployment": f"deployments/{name}",
        "gates": [dict(seen["task"]["gate"]), {"metric": seen["task"]["gate"]["metric"], "worse_than_live": 0.01}],
        "approval": "review",
    }


def _monitor(name: str, seen: Mapping[str, Any]) -> Document:
    return {"deployment": f"deployments/{name}", "metric": seen["task"]["metric"], "minimum_rows": 100, "chunk": 50}
