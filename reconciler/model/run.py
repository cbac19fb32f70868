"""Runs: pieces of heavy work, each named by what it was made from, each leaving one folder in the data store."""

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.model.ids import RunName, kind_of, owner_of

RUNNER_VERSIONS: Mapping[str, int] = MappingProxyType(
    {
        "ingest": 2,
        "label": 2,
        "tabular": 2,
        "images": 2,
        "torch-images": 2,
        "command": 2,
        "evaluate": 1,
        "smoke": 1,
        "serve": 2,
        "monitor": 2,
    }
)
"""The declared version of every runner. Raise one only when its results would differ: its runs are then made anew."""

IN_PLACE = frozenset({"datasets", "labels"})
"""Kinds whose newest version replaces the former in the tree; the others' runs lie side by side."""


def folder_of(run: RunName) -> str:
    """Return the folder of the data tree that a run's output lies in, without a slash at either end."""
    return owner_of(run) if kind_of(run) in IN_PLACE else run
