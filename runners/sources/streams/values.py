"""What messages hold: JSON, text, and Avro and Protobuf by the schema that each names, as the registry has it."""

import io
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from runners.contract import InputError
from runners.sources.parameters import Format
from runners.sources.streams.registry import BROKEN, Registry, Unreadable, headed

Decode = Callable[[bytes], Any]
"""Makes a value of a message's bytes; Unreadable where it is none."""


_JSON = json.JSONDecoder()


def decoder(kind: Format, registry: Registry | None, where: str) -> Decode:
    """Return what reads values of a format.

    Raises:
        InputError: it needs a registry, and there is none.
    """
    if kind in ("avro", "protobuf") and registry is None:
        raise InputError(f"{kind} is read by a schema registry", where, "set source.stream.registry")
    if kind == "avro":
        return _Avro(registry)
    if kind == "protobuf":
        from runners.sources.streams.protobuf import Protobuf

        return Protobuf(registry)  # type: ignore[arg-type]  # it was just looked for
    return _text if kind == "text" else partial(_json, has_head=registry is not None)


def _json(value: bytes, *, has_head: bool) -> Any:
    if has_head and value[:1] == b"\0":
        _, value = headed(value)
    try:
        return _JSON.decode(value.decode())
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is no JSON: {error.msg} at character {error.pos}") from None
    except UnicodeDecodeError:
        raise Unreadable("it is no JSON: it isn't UTF-8") from None
    except (ValueError, RecursionError):  # a number of too many digits, or lists in lists in lists
        raise Unreadable("it is no JSON that can be read") from None


def _text(value: bytes) -> Any:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8") from None


class _Avro:
    """Reads Avro by the schema that it was written by."""

    def __init__(self, registry: Registry | None) -> None:
        assert registry is not None
        self._registry = registry
        self._schemas: dict[int, Any] = {}

    def __call__(self, value: bytes) -> Any:
        from fastavro import schemaless_reader

        number, body = headed(value)
        schema, stream = self._schema(number), io.BytesIO(body)
        try:
            found = schemaless_reader(stream, schema, None)
        except BROKEN as error:
            raise Unreadable(f"it isn't of schema {number} ({type(error).__name__})") from None
        if stream.tell() != len(body):
            raise Unreadable(f"it is longer than its schema {number} says")
        return found

    def _schema(self, number: int) -> Any:
        if number not in self._schemas:
            self._schemas[number] = self._parsed(number)
        return self._schemas[number]

    def _parsed(self, number: int) -> Any:
        from fastavro import parse_schema
        from fastavro.schema import SchemaParseException, UnknownType

        told, named = self._registry.schema(number), {}  # type: ignore[var-annotated]
        try:
            for one in _before(told.references):
                parse_schema(json.loads(one), named)
            return parse_schema(json.loads(told.text), named)
        except (*BROKEN, SchemaParseException, UnknownType):
            raise Unreadable(f"schema {number} is none of Avro") from None


def _before(references: Mapping[str, Any]) -> list[str]:
    """Return the texts of all schemas that are referred to, those first that others refer to."""
    found = [text for one in references.values() for text in (*_before(one.references), one.text)]
    return list(dict.fromkeys(found))
