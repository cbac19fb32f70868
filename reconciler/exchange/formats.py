"""The formats by name: how each is written, how it is read, and which of them a text is in."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reconciler.exchange import croissant, json_schema, odcs, pandera, protobuf_text, tfmd
from reconciler.exchange.table import Imported, Table, Written
from reconciler.model.errors import Refused
from reconciler.untrusted import parse as parse_json
from reconciler.yaml import parse as yaml

LARGEST = 4 * 2**20
"""Bytes of a foreign schema."""
_HEAVIEST = 200_000
"""Values in one of YAML, with aliases written out."""


_OF_TFMD = re.compile(r"(?:(?:sparse_|weighted_)?feature|(?:string|int|float)_domain)\s*:?\s*[{<]")


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        write: from a table to a text.
        parse: from a text to a document.
        read: from a document, and the name of one of its tables, to columns.
        says: the fields of a column that it has words for, beside the type.
        tells_share: whether it tells how many values may be missing, rather than none or any.
    """

    write: Callable[[Table], Written]
    parse: Callable[[str], Any]
    read: Callable[[Any, str], Imported]
    says: tuple[str, ...]
    tells_share: bool = False


def _json(text: str) -> Any:
    try:
        return parse_json(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise yaml.Unreadable(f"this isn't JSON: {error.msg}", "mend the file", error.lineno, error.colno) from error
    except ValueError as error:
        raise yaml.Unreadable(f"this can't be read as JSON: {error}", "mend the file") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON's")


def _yaml(text: str) -> Any:
    return yaml.mapping(text.encode("utf-8", "surrogatepass"), _HEAVIEST)


def _either(text: str) -> Any:
    return _json(text) if text.lstrip().startswith("{") else _yaml(text)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "tfmd": Format(tfmd.write, protobuf_text.parse, tfmd.read, tfmd.SAYS, tells_share=True),
        "odcs": Format(odcs.write, _either, odcs.read, odcs.SAYS, tells_share=True),
        "json-schema": Format(json_schema.write, _either, json_schema.read, json_schema.SAYS),
        "pandera": Format(pandera.write, _either, pandera.read, pandera.SAYS),
        "croissant": Format(croissant.write, _json, croissant.read, croissant.SAYS),
    }
)
"""Every format by the name that it has on the command line."""


def imported(content: bytes, name: str = "", part: str = "") -> tuple[str, Imported]:
    """Return the format of a foreign schema, and what it says.

    Args:
        content: the file.
        name: its format; empty, it is found out.
        part: the name of one of its tables, where it has several.

    Raises:
        Unreadable: it is no text of that format; it tells the line where that is known.
        Refused: what it says can be no columns of a spec's, or nobody knows its format.
    """
    if len(content) > LARGEST:
        raise Refused(f"it is larger than {LARGEST // 2**20} MiB", "it is no schema, or holds data, too")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise yaml.Unreadable("the file isn't UTF-8", "save it as UTF-8", line, 1) from error
    name = name or guess(text)
    form = FORMATS[name]
    return name, form.read(form.parse(text), part)


def guess(text: str) -> str:
    """Return which format a text is in.

    Raises:
        Refused: it looks like none.
    """
    if text.lstrip().startswith("{"):
        return _of_document(_json(text))
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if _OF_TFMD.match(first):
        return "tfmd"
    return _of_document(_yaml(text))


def _of_document(document: Any) -> str:
    known = document if isinstance(document, Mapping) else {}
    if "recordSet" in known:
        return "croissant"
    if known.get("kind") == "DataContract":
        return "odcs"
    if "schema_type" in known:
        return "pandera"
    if known.keys() & {"$schema", "properties", "$defs", "$ref"}:
        return "json-schema"
    raise Refused("it looks like none of the formats that are read", f"say which by --from: {', '.join(FORMATS)}")
