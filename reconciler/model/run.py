"""Runs: pieces of heavy work, each named by what it was made from, each leaving one folder in the data store."""

from reconciler.model.ids import RunName, kind_of, owner_of

IN_PLACE = frozenset({"datasets", "labels"})
"""Kinds whose newest version replaces the former in the tree; the others' runs lie side by side."""


def folder_of(run: RunName) -> str:
    """Return the folder of the data tree that a run's output lies in, without a slash at either end."""
    return owner_of(run) if kind_of(run) in IN_PLACE else run
