"""Merging YAML by what it says: two changes of one file conflict only where they set the same value differently.

Git merges by lines, and takes changes of neighbouring lines for a conflict, which in short specs most are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from reconciler.model.errors import Refused
from reconciler.yaml.edit import edit_yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = object()


def merge_yaml(base: str, ours: str, theirs: str) -> str | None:
    """Carry over to our text what theirs sets anew against the base; comments and layout stay ours.

    Returns:
        The merged text; None where both set the same value differently, where theirs removes something, or where one
        of them is no YAML mapping.
    """
    try:
        before, mine, other = (_mapping(text) for text in (base, ours, theirs))
        changes = dict(_changes(before, other))
        for path, new in changes.items():
            known, former = _at(mine, path), _at(before, path)
            if new is _NOTHING or known not in (former, new):
                return None
        return edit_yaml(ours, changes)
    except (yaml.YAMLError, ValueError, RecursionError, Refused):
        return None


def _mapping(text: str) -> dict[str, Any]:
    document = yaml.load(text, _LOADER) if text else {}
    if not isinstance(document, dict):
        raise ValueError("no mapping")
    return document


def _changes(before: Mapping[Any, Any], after: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key in {**before, **after}:
        if not isinstance(key, str) or "." in key:
            raise ValueError("a path can't name this key")
        former, new = before.get(key, _NOTHING), after.get(key, _NOTHING)
        if isinstance(former, dict) and isinstance(new, dict):
            yield from _changes(former, new, f"{above}{key}.")
        elif former != new:
            yield f"{above}{key}", new


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key, _NOTHING) if isinstance(document, dict) else _NOTHING
    return document
