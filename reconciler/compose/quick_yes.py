"""A quick yes of a JSON Schema that judges each parameter by itself, which most do: no value is looked at twice.

What it says yes to is valid; whatever else, the library finds and names the errors.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.compose.lru import Lru
from runners.contract.params import TASKS

_JOINING = {"properties", "additionalProperties", "required", "allOf", "if", "then", "else", "type"}
_NOTES = {"$schema", "title", "description", TASKS}


class QuickYes:
    """Tells at once of most right params that they are right.

    Args:
        schema: the schema of a mapping.
        is_valid: asks the library about one schema of a parameter, and a value.
    """

    def __init__(self, schema: Mapping[str, Any], is_valid: Callable[[Any, Any], bool]) -> None:
        self._schema = schema
        self._is_valid = is_valid
        self._is_separable = "$ref" not in repr(schema) and _is_separable(schema)
        self._known: Lru[tuple[int, str], bool] = Lru(4096)

    def __call__(self, params: Mapping[str, Any]) -> bool:
        """Tell whether params are surely valid."""
        return self._is_separable and self._takes(self._schema, params)

    def _takes(self, schema: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
        own, is_closed = schema.get("properties", {}), schema.get("additionalProperties", True) is False
        if any(name not in params for name in schema.get("required", ())):
            return False
        if not all(self._right(own[name], value) if name in own else not is_closed for name, value in params.items()):
            return False
        if not all(self._takes(one, params) for one in schema.get("allOf", ())):
            return False
        if "if" not in schema:
            return True
        return self._takes(schema.get("then" if self._takes(schema["if"], params) else "else", {}), params)

    def _right(self, schema: Any, value: Any) -> bool:
        key = (id(schema), repr(value))
        known = self._known.get(key)
        if known is None:
            known = self._is_valid(schema, value)
            self._known.put(key, known)
        return known


def _is_separable(schema: Any) -> bool:
    """Tell whether a schema says nothing but what each parameter may be, which there are, and which go with which."""
    if not isinstance(schema, Mapping) or not schema.keys() <= _JOINING | _NOTES:
        return False
    if schema.get("type", "object") != "object" or not isinstance(schema.get("additionalProperties", True), bool):
        return False
    inner = [*schema.get("allOf", ()), *(schema[key] for key in ("if", "then", "else") if key in schema)]
    return all(map(_is_separable, inner))
