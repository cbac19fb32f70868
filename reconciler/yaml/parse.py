"""The text of one file, read as OmegaConf reads YAML, but strictly and within limits.

libyaml's events are turned to values in one pass: no recursion that a hostile file can deepen (libyaml's own composer
overflows the stack), aliases counted as if they were written out, duplicate keys and keys that aren't text refused.
Scalars mean what they mean to OmegaConf 2.3: YAML 1.1 without timestamps, and with floats such as `1e3`.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from reconciler.yaml.positions import Marks
from reconciler.yaml.scalars import MERGE, TAG, plain

VERSION = "apiVersion"
"""The field of a file that says which version of the specs' language it is written in."""
VERSIONS = ("setpoint/v1",)
"""The versions that are known; a file that tells none is of the first."""
LARGEST = 2**20
"""Bytes of the largest file that is read."""
DEEPEST = 100
"""Levels of mappings and lists."""
HEAVIEST = 100_000
"""Values in one file or one spec, with aliases and interpolations written out; long texts count for several."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 (5.1, character set) doesn't print, and tabs and breaks that it does."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(ValueError):
    """A file can't be read as a spec. `line` and `column` count from 1; 0 means the whole file."""

    def __init__(self, message: str, hint: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column

    def afresh(self) -> "Unreadable":
        """Return an equal error that remembers no frames, to be kept or raised again."""
        return Unreadable(self.message, self.hint, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says. Its values are shared and never changed.

    `value` is the mapping without its `defaults` and its version; `package` is the header `# @package NAME`.
    `interpolates` and `incomplete` tell whether any text holds `${` or is OmegaConf's `???`; `weight` counts values.
    """

    value: dict[str, Any]
    defaults: Any = None
    package: str | None = None
    interpolates: bool = False
    incomplete: bool = False
    weight: int = 0


def read(data: bytes) -> Document:
    """Read a file's bytes.

    Raises:
        Unreadable: it isn't UTF-8, isn't YAML, isn't one mapping with text as keys, or is beyond a limit.
    """
    if len(data) > LARGEST:
        raise too_large(len(data))
    text = _decode(data)
    builder = _Builder(text, HEAVIEST)
    value = _document(builder, text)
    if value.pop(VERSION, VERSIONS[0]) not in VERSIONS:
        raise _unknown_version(data)
    defaults = value.pop("defaults", None) if "defaults" in value else None
    if defaults is None and "defaults" in builder.top:
        raise Unreadable("`defaults` is empty", "give a list such as [tabular, _self_], or leave it out")
    return Document(value, defaults, _header(text), builder.interpolates, builder.incomplete, builder.weight)


def mapping(data: bytes, heaviest: int = HEAVIEST) -> dict[str, Any]:
    """Read bytes that are no spec but a mapping all the same, as strictly as a spec.

    Raises:
        Unreadable: they aren't UTF-8, aren't YAML, aren't one mapping with text as keys, or are beyond a limit.
    """
    text = _decode(data)
    return _document(_Builder(text, heaviest), text)


def _document(builder: "_Builder", text: str) -> dict[str, Any]:
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from error
    except yaml.YAMLError as error:
        raise Unreadable(f"this isn't YAML: {error}".splitlines()[0]) from error


def _unknown_version(data: bytes) -> Unreadable:
    """Return the error for a file in a version that isn't known; what else it says isn't looked at."""
    _, spot = Marks(data).find((VERSION,))
    known = ", ".join(VERSIONS)
    what = f"`{VERSION}` is a version that isn't known here: there is {known}"
    hint = f"upgrade setpoint where the spec is written for a newer one; else write `{VERSION}: {VERSIONS[-1]}`"
    return Unreadable(what, hint, spot.line, spot.column)


def too_large(size: int) -> Unreadable:
    """Return the error for a file above the limit."""
    return Unreadable(
        f"the file is too large: {size / 2**20:.1f} MiB, and a spec may have {LARGEST // 2**20} MiB",
        "keep data in a source, and only its address here",
    )


def _decode(data: bytes) -> str:
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        raise Unreadable("this is a pointer of Git LFS, and specs are read from Git itself", "`git lfs untrack` it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise Unreadable("the file isn't UTF-8", "save it as UTF-8", line, column) from error
    found = FORBIDDEN.search(text.removeprefix("\ufeff"))
    if found:
        before = text[: text.index(found[0])]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise Unreadable(f"the character U+{ord(found[0]):04X} has no place in YAML", "remove it", line, column)
    return text


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    if mark and mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]:
        return Unreadable("a tab can't indent YAML", "use spaces", line, column)
    problem = error.problem or "it can't be parsed"
    hint = "quote a value that holds `: `" if problem.startswith("mapping values are not allowed") else ""
    return Unreadable(f"this isn't YAML: {problem}", hint, line, column)


def _header(text: str) -> str | None:
    """Return the package that Hydra's header names (`hydra.plugins.config_source`: the first lines of 512)."""
    package = None
    for line in filter(None, map(str.strip, text[:512].splitlines())):
        if not re.match(r"#\s*@", line):
            break
        words = line.lstrip("#").split()
        if len(words) != 2:
            raise Unreadable("a header is `# @package NAME`", "", 1, 1)
        package = words[1] if words[0] == "@package" else package
    return package


class _Builder:
    """Turns libyaml's events to one mapping."""

    def __init__(self, text: str, heaviest: int) -> None:
        self._next = _LOADER(text).get_event
        self._heaviest = heaviest
        self._anchors: dict[str, tuple[Any, int]] = {}
        self.weight = 0
        self.top: frozenset[str] = frozenset()
        self.interpolates = False
        self.incomplete = False

    def document(self) -> dict[str, Any]:
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return {}
        event = self._next()
        value = self._value(event, 1)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _at(after, "a file holds one spec, and here a second document begins", "give it a file of its own")
        if value is None:
            return {}
        if not isinstance(value, dict):
            kind = "a list" if isinstance(value, list) else "a single value"
            raise _at(event, f"a spec is a mapping of fields, and this is {kind}", "write `field: value` lines")
        self.top = frozenset(value)
        return value

    def _value(self, event: Any, depth: int) -> Any:
        kind = event.__class__
        if kind is yaml.AliasEvent:
            return self._alias(event)
        if event.anchor is None:
            return self._scalar(event) if kind is yaml.ScalarEvent else self._container(event, depth)
        if event.anchor in self._anchors:
            raise _at(event, f"the anchor &{event.anchor} is there twice", "rename one")
        self._anchors[event.anchor] = (MERGE, 0)
        before = self.weight
        value = self._scalar(event) if kind is yaml.ScalarEvent else self._container(event, depth)
        self._anchors[event.anchor] = (value, self.weight - before)
        return value

    def _container(self, event: Any, depth: int) -> Any:
        if event.tag is not None:
            raise _at(event, f"the tag {event.tag} isn't read in specs", "remove it")
        if depth > DEEPEST:
            raise _at(event, f"it is nested more than {DEEPEST} levels deep", "flatten it")
        self._weigh(event, 1)
        return self._mapping(depth) if event.__class__ is yaml.MappingStartEvent else self._sequence(depth)

    def _weigh(self, event: Any, weight: int) -> None:
        self.weight += weight
        if self.weight > self._heaviest:
            told = f"it holds more than {self._heaviest:,} values once its aliases are written out"
            raise _at(event, told, "make it smaller")

    def _alias(self, event: Any) -> Any:
        value, weight = self._anchors.get(event.anchor, (MERGE, 0))
        if value is MERGE:
            raise _at(event, f"the alias *{event.anchor} has no anchor before it", "aliases can't be circular")
        self._weigh(event, weight)
        return value

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        self._weigh(event, 1 + len(text) // 64)
        if event.tag is not None and event.tag != TAG + "str":
            raise _at(event, f"the tag {event.tag} isn't read in specs", "remove it, or quote the value")
        if event.tag is None and event.implicit[0]:
            try:
                value = plain(text)
            except ValueError as error:
                raise _at(event, f"`{text[:60]}` {error}") from None
            if value.__class__ is not str:
                return value
        if "${" in text:
            self.interpolates = True
        elif text == "???":
            self.incomplete = True
        elif event.style == '"' and FORBIDDEN.search(text):
            raise _at(event, "an escape stands for a character that has no place in a spec", "remove it")
        return text

    def _sequence(self, depth: int) -> list[Any]:
        items = []
        while (event := self._next()).__class__ is not yaml.SequenceEndEvent:
            item = self._value(event, depth + 1)
            if item is MERGE:
                raise _at(event, "`<<` is a key", "quote it if it is a text")
            items.append(item)
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while (event := self._next()).__class__ is not yaml.MappingEndEvent:
            key = self._value(event, depth + 1)
            after = self._next()
            value = self._value(after, depth + 1)
            if key is MERGE:
                merged.update(_mergeable(value, after))
            elif value is MERGE:
                raise _at(after, "`<<` is a key", "quote it if it is a text")
            elif key.__class__ is not str:
                raise _at(event, *_wrong_key(key))
            elif key in own:
                raise _at(event, f"the key `{key[:60]}` is there twice", "remove one")
            else:
                own[key] = value
        return {**merged, **own} if merged else own


def _mergeable(value: Any, event: Any) -> dict[str, Any]:
    """Return what `<<` merges: a mapping, or the first word of several (https://yaml.org/type/merge.html)."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return {key: item for mapping in reversed(value) for key, item in mapping.items()}
    raise _at(event, "`<<` merges a mapping or a list of mappings", "point it at an anchor such as *shared")


def _wrong_key(key: Any) -> tuple[str, str]:
    if isinstance(key, dict | list):
        return "a key is a text, and this one is a structure", ""
    written = "null" if key is None else str(key).lower()
    return f"a key is a text, and YAML reads this one as {written}", "quote it"


def _at(event: Any, message: str, hint: str = "") -> Unreadable:
    mark = event.start_mark
    return Unreadable(message, hint, mark.line + 1, mark.column + 1)
