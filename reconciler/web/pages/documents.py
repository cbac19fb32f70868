"""What runners left on the status branch, taken only where it has the shape that it should have."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.status.branch import StatusTree
from reconciler.untrusted import parse
from reconciler.web.pages.views import figure

Facts = Mapping[str, Any]
LARGEST = 4 * 2**20
"""Bytes of a document that is read for a page."""


def document(tree: StatusTree, path: str) -> Facts:
    """Return the JSON object that a file of the status branch holds; empty where it holds none or isn't there.

    Raises:
        Unavailable: the repository can't be read.
    """
    if path not in tree.files or tree.size(path) > LARGEST:
        return {}
    try:
        told = parse(tree.read(path), parse_constant=lambda _: None)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {"": told}


def listed(tree: StatusTree, path: str) -> Sequence[Facts]:
    """Return the objects of a JSON list that a file of the status branch holds; none where it holds none."""
    return mappings(document(tree, path), "")


def mapping(told: Any, key: str) -> Facts:
    """Return the mapping at a key; empty where something else is there."""
    found = told.get(key) if isinstance(told, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def items(told: Any, key: str) -> Sequence[Any]:
    """Return the list at a key; empty where something else is there."""
    found = told.get(key) if isinstance(told, Mapping) else None
    return found if isinstance(found, list | tuple) else []


def mappings(told: Any, key: str) -> list[Facts]:
    """Return the mappings in the list at a key."""
    return [one for one in items(told, key) if isinstance(one, Mapping)]


def number(value: Any) -> float | None:
    """Return a finite number; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def numbers(told: Any, key: str) -> list[float | None]:
    """Return the list at a key as numbers, None in the place of each that is none."""
    return [number(one) for one in items(told, key)]


def text(value: Any) -> str:
    """Write a value in a cell: a list by its parts, a mapping by its pairs."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else figure(value)


def keys(told: Sequence[Facts]) -> list[str]:
    """Return the keys of some mappings, in the order in which they come."""
    return list(dict.fromkeys(str(key) for one in told for key in one))
