"""Pictures: which of a run's files are shown beside its status."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.ids import RunName

LIMIT = 3
FIRST = ("roc", "confusion", "importance")
"""What people look at first; the others follow by name."""


def pictures(run: RunName, result: Mapping[str, Any], limit: int = LIMIT) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to the pictures that a run has left, the first few."""
    left = (path for path in result.get("files") or {} if path.endswith(".png") and "images/" not in path)
    found = sorted(left, key=lambda path: (next((n for n, w in enumerate(FIRST) if w in path), len(FIRST)), path))
    return {f"reports/{run}/{path}": (run, path) for path in found[:limit]}
