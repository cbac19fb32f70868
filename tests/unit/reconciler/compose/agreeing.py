"""Specs that agree with each other, and what is told where some are changed."""

from typing import Any

import yaml

from tests.unit.reconciler.compose.samples import ENVIRONMENT, told

COLUMNS = {name: {"type": "number"} for name in ("id", "age", "income", "region", "day", "paid")}
SPECS: dict[str, dict[str, Any]] = {
    "pools/shared": {"capacity": {"cpus": 4, "memory": "8Gi", "gpu_kinds": {"a100": 2}}},
    "datasets/loans": {
        "source": {"files": {"url": "loans.csv", "format": "csv"}},
        "columns": COLUMNS,
        "identifier": "id",
    },
    "experiments/score": {
        "dataset": "datasets/loans",
        "target": "paid",
        "features": ["age", "income"],
        "slices": ["region"],
        "split": {"by": "day"},
        "runner": "tabular",
        "metric": {"name": "roc_auc"},
    },
    "deployments/api": {},
    "promotions/go": {
        "experiment": "experiments/score",
        "deployment": "deployments/api",
        "gates": [{"metric": "roc_auc", "minimum": 0.8}, {"metric": "accuracy", "slice": "region", "minimum": 0.7}],
    },
    "monitors/api": {"deployment": "deployments/api", "metric": "roc_auc", "columns": ["age"]},
}


def repository(**changes: dict[str, Any]) -> dict[str, str | bytes]:
    """Return the specs, some of their fields changed; the kind and the name are joined by two underlines."""
    specs = {**SPECS}
    for name, fields in changes.items():
        address = name.replace("__", "/")
        specs[address] = {**specs.get(address, {}), **fields}
    texts = {f"specs/{address}.yaml": yaml.safe_dump(spec, sort_keys=False) for address, spec in specs.items()}
    return {ENVIRONMENT: "", **texts}


def problems(**changes: dict[str, Any]) -> list[str]:
    return told(repository(**changes))
