"""Names in documents that people write: where a list stands, one of them may stand for itself."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def one_or_many(value: Any) -> Any:
    """Return one name as a list of it, and anything else as it is."""
    return [value] if isinstance(value, str) else value


Names = Annotated[
    tuple[str, ...],
    BeforeValidator(one_or_many),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One name or a list of names."""
