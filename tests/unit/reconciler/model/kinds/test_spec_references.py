"""References of specs: wherever a field holds one, the graph knows of it, so that it is there and in no circle."""

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.model.kinds import KINDS


def hidden(schema: Any, path: str = "") -> Iterator[str]:
    """Yield the properties that hold a reference somewhere inside, and don't say so themselves."""
    if isinstance(schema, dict):
        for name, told in schema.get("properties", {}).items():
            choices = told.get("anyOf", ()) if isinstance(told, dict) else ()
            if any("x-reference" in one for one in choices) and "x-reference" not in told:
                yield f"{path}{name}"
        for name, told in schema.items():
            yield from hidden(told, f"{path}{name}.")
    elif isinstance(schema, list):
        for told in schema:
            yield from hidden(told, path)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_reference_is_hidden_from_the_graph(kind: str) -> None:
    assert list(hidden(KINDS[kind].model_json_schema())) == []
