"""Values as what is written to the status branch says them again when it is read."""

import math
from collections.abc import Mapping
from typing import Any

from reconciler.yaml.parse import FORBIDDEN


def plain(value: Any) -> Any:
    """Return a value as YAML reads it back: dicts, lists and scalars, their texts without control characters."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict) or (not isinstance(value, list) and isinstance(value, Mapping)):
        return {_printable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float) and math.isfinite(value) and (isinstance(value, float) or abs(value) < 2**63):
        return value
    return _printable(str(value))


def _printable(text: str) -> str:
    """Escape what YAML can't hold; most texts are plain words, of which a look tells that they are."""
    if text.isprintable() and type(text) is str:
        return text
    return FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))
