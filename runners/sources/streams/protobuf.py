"""Protobuf by the registry's descriptors: messages become what their fields hold, by the fields' names."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from runners.sources.streams.registry import BROKEN, Registry, Schema, Unreadable, headed

_KNOWN = ("any", "api", "duration", "empty", "field_mask", "source_context", "struct", "timestamp", "type", "wrappers")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NESTED = 100


class Protobuf:
    """Reads messages by the schema, and the message type of it, that each names."""

    def __init__(self, registry: Registry) -> None:
        """Read by a registry's schemas."""
        self._registry = registry
        self._files: dict[int, Any] = {}
        self._types: dict[tuple[int, tuple[int, ...]], Any] = {}

    def __call__(self, value: bytes) -> Any:
        """Return the fields of a message.

        Raises:
            Unreadable: it is none, or its schema isn't.
        """
        number, body = headed(value)
        try:
            path, start = _path(body)
            if (number, path) not in self._types:
                self._types[number, path] = self._type(number, path)
            return _plain(self._types[number, path].FromString(body[start:]))
        except (DecodeError, *BROKEN) as error:
            raise Unreadable(f"it isn't of schema {number} ({type(error).__name__})") from None

    def _type(self, number: int, path: tuple[int, ...]) -> Any:
        file = self._file(number)
        names = list(file.message_types_by_name.values())
        # The order of the file's own text: what the pool tells is by name.
        proto = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(proto)
        found = file.message_types_by_name[proto.message_type[path[0]].name] if names else None
        if found is None:
            raise LookupError
        nested = proto.message_type[path[0]]
        for one in path[1:]:
            nested = nested.nested_type[one]
            found = found.nested_types_by_name[nested.name]
        return message_factory.GetMessageClass(found)

    def _file(self, number: int) -> Any:
        if number not in self._files:
            pool = descriptor_pool.DescriptorPool()
            try:
                _add(f"schema-{number}.proto", self._registry.schema(number, serialized=True), pool)
                self._files[number] = pool.FindFileByName(f"schema-{number}.proto")
            except (DecodeError, binascii.Error, *BROKEN):
                raise Unreadable(f"schema {number} is none of Protobuf that can be read") from None
        return self._files[number]


def _path(body: bytes) -> tuple[tuple[int, ...], int]:
    """Return which message of the schema's file it is, by places in it, and where the message begins."""
    count, at = _varint(body, 0)
    if not 0 <= count <= _MOST_NESTED:
        raise ValueError
    found = []
    for _ in range(count):
        one, at = _varint(body, at)
        if one < 0:
            raise ValueError
        found.append(one)
    return tuple(found) or (0,), at


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """Read a whole number as Avro and the registry write it: seven bits a byte, the sign last."""
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return (value >> 1) ^ -(value & 1), at
        if shift > 63:
            raise ValueError


def _add(name: str, schema: Schema, pool: Any) -> None:
    """Put a file into a pool, after those that it imports."""
    file = descriptor_pb2.FileDescriptorProto.FromString(b64decode(schema.text, validate=True))
    file.name = name
    for one in file.dependency:
        if one in schema.references:
            if not _has(pool, one):
                _add(one, schema.references[one], pool)
        elif one.startswith("google/protobuf/") and not _has(pool, one):
            _add_known(one, pool)
    pool.Add(file)


def _add_known(name: str, pool: Any) -> None:
    from importlib import import_module

    known = name.removeprefix("google/protobuf/").removesuffix(".proto")
    if known not in _KNOWN:
        raise LookupError
    proto = descriptor_pb2.FileDescriptorProto()
    import_module(f"google.protobuf.{known}_pb2").DESCRIPTOR.CopyToProto(proto)
    for one in proto.dependency:
        if not _has(pool, one):
            _add_known(one, pool)
    pool.Add(proto)


def _has(pool: Any, name: str) -> bool:
    try:
        pool.FindFileByName(name)
    except KeyError:
        return False
    return True


def _plain(message: Any) -> Any:
    """Return a message's fields by their names; moments and wrapped values as what they stand for."""
    described = message.DESCRIPTOR
    if (made := _STANDING.get(described.full_name)) is not None:
        return made(message)
    return {field.name: _field(message, field) for field in described.fields}


def _field(message: Any, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        told = field.message_type.fields_by_name["value"]
        return {str(key): _one(one, told) for key, one in value.items()}
    if field.is_repeated:
        return [_one(one, field) for one in value]
    if field.has_presence and not message.HasField(field.name):
        return None
    return _one(value, field)


def _one(value: Any, field: Any) -> Any:
    if field.message_type is not None:
        return _plain(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else str(value)
    return value


def _moment(message: Any) -> Any:
    return _BEGIN + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


_STANDING: dict[str, Callable[[Any], Any]] = {
    "google.protobuf.Timestamp": _moment,
    "google.protobuf.Duration": lambda message: message.seconds + message.nanos / 1e9,
    **{
        f"google.protobuf.{kind}Value": lambda message: message.value
        for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
    },
}
"""What messages that everybody knows are instead of their fields."""
