"""The messages of `open_inference_grpc.proto`, made of that very file, in a pool of their own.

Clients of KServe and of Triton each put the same names into Protobuf's common pool, where there is room for one of
them: in a pool of our own they are in nobody's way. What is read here is the proto3 of that file, no more.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from runners.contract.mistakes import shown

FILE = Path(__file__).with_name("open_inference_grpc.proto")
PACKAGE = "inference"
SERVICE = f"{PACKAGE}.GRPCInferenceService"

_COMMENT = re.compile(r"\s*//.*")
_MESSAGE = re.compile(r"message (\w+) \{(\})?")
_MAP = re.compile(r"map<string, (\w+)> (\w+) = (\d+);")
_FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
_Field = descriptor_pb2.FieldDescriptorProto


def described(text: str) -> Any:
    """Return what a file says of messages, as Protobuf's own compiler would."""
    file = descriptor_pb2.FileDescriptorProto(name=FILE.name, package=PACKAGE, syntax="proto3")
    lines = iter([told for line in text.splitlines() if (told := _COMMENT.sub("", line).strip())])
    for line in lines:
        if found := _MESSAGE.fullmatch(line):
            _fill(file.message_type.add(name=found[1]), lines if not found[2] else iter(()), f".{PACKAGE}.{found[1]}")
    return file


def _fill(message: Any, lines: Iterator[str], path: str) -> None:
    """Read the lines of a message up to its end."""
    for line in lines:
        if line == "}":
            return
        if found := _MESSAGE.fullmatch(line):
            _fill(message.nested_type.add(name=found[1]), lines, f"{path}.{found[1]}")
        elif line.startswith("oneof "):
            message.oneof_decl.add(name=line.split()[1])
            for choice in iter(lines.__next__, "}"):
                _field(message, choice, path).oneof_index = 0
        elif found := _MAP.fullmatch(line):
            _map(message, found, path)
        else:
            _field(message, line, path)


def _field(message: Any, line: str, path: str) -> Any:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise ValueError(f"{shown(line)} isn't read here")
    kind = f"TYPE_{found[2].upper()}"
    label = _Field.LABEL_REPEATED if found[1] else _Field.LABEL_OPTIONAL
    field = message.field.add(name=found[3], number=int(found[4]), label=label)
    if kind in _Field.Type.keys():  # noqa: SIM118 - it is no mapping
        field.type = _Field.Type.Value(kind)
    else:
        is_nested = any(one.name == found[2] for one in message.nested_type)
        field.type, field.type_name = _Field.TYPE_MESSAGE, f"{path if is_nested else f'.{PACKAGE}'}.{found[2]}"
    return field


def _map(message: Any, found: "re.Match[str]", path: str) -> None:
    """Add a map, which is messages of a key and a value (https://protobuf.dev/programming-guides/proto3/#maps)."""
    entry = message.nested_type.add(name="".join(part.capitalize() for part in found[2].split("_")) + "Entry")
    entry.options.map_entry = True
    _field(entry, "string key = 1;", path)
    _field(entry, f"{found[1]} value = 2;", path)
    field = message.field.add(name=found[2], number=int(found[3]), label=_Field.LABEL_REPEATED)
    field.type, field.type_name = _Field.TYPE_MESSAGE, f"{path}.{entry.name}"


def _classes() -> dict[str, Any]:
    pool = descriptor_pool.DescriptorPool()
    file = described(FILE.read_text("utf-8"))
    pool.Add(file)
    names = [message.name for message in file.message_type]
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in names}


MESSAGES = _classes()
"""The class of each message, by its name."""
