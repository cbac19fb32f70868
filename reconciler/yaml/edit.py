"""Setting values in a YAML text as a careful person would: comments, order, quotes and layout stay as they are.

The edited text is parsed again and compared with what it should say, so an edit that can't be made cleanly (through an
alias, say) is refused, never made half.
"""

import copy
import difflib
import io
import itertools
import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.model.edits import names_of
from reconciler.model.errors import Refused

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import ScalarNode


class Gone(Enum):
    """What takes a value away."""

    GONE = "gone"


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DASHED = re.compile(r"^( *)(- +)\S", re.MULTILINE)
_KEYED = re.compile(r"^( *)[^\s#-][^\n#]*:[ ]*(?:#.*)?\n(?=(?:[ ]*(?:#.*)?\n)*( *)(-?))", re.MULTILINE)


def edit_yaml(text: str, edits: Mapping[str, Any], file: str = "the file") -> str:
    """Set values at paths (see `model/edits.py`) of a YAML text; mappings on the way are made where there are none.

    `Gone.GONE` takes a value away.

    Args:
        text: the text; empty makes a new one.
        edits: JSON-compatible values by path.
        file: what errors call the text.

    Returns:
        The new text, which is the old one, byte for byte, if it says all that already.

    Raises:
        Refused: the text is no YAML mapping, or a path leads through something that is none.
    """
    wanted = _plain(text, file)
    for path, value in edits.items():
        _set_unshared(wanted, path, copy.deepcopy(value), file)
    if wanted == _plain(text, file):
        return text
    for new in _edited(text, edits, file):
        if _says(new, wanted):
            return new
    raise Refused(f"{file} can't be edited without changing more than that", "write its anchors and aliases out")


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return bool(yaml.load(text, _LOADER) == wanted)
    except (yaml.YAMLError, ValueError):
        return False


def _plain(text: str, file: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, _LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Refused(f"{file} is no YAML", "mend it first") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise Refused(f"{file} holds no mapping", "write `key: value` lines")
    return document


def _edited(text: str, edits: Mapping[str, Any], file: str) -> list[str]:
    """Return the edited text, that with the fewest changed lines first."""
    from ruamel.yaml.error import YAMLError

    unix = text.replace("\r\n", "\n")
    try:
        former, new = _rewritten(unix, {}, file), _rewritten(unix, edits, file)
    except (YAMLError, RecursionError, ValueError) as error:
        raise Refused(f"{file} can't be edited", "mend its YAML first") from error
    comments = unix.rstrip("\n") + "\n" if unix and not former else ""  # they belong to no mapping
    found = [_merged(unix, former, new) if former else comments + new, new]
    return [one.replace("\n", "\r\n") for one in found] if "\r\n" in text else found


def _rewritten(text: str, edits: Mapping[str, Any], file: str) -> str:
    """Read a text and write it again with edits; what is between the lines may change."""
    writer = _writer(text)
    document = writer.load(text)
    if document is None and not edits:
        return ""
    if document is None:
        document = writer.map()
    for path, value in edits.items():
        _set(document, path, _dressed(value), file)
    out = io.StringIO()
    writer.dump(document, out)
    return out.getvalue()


def _merged(text: str, former: str, new: str) -> str:
    """Carry over to a text what the edits changed in it as it was written again, line by line.

    Where the edits touch lines that were changed by the writing alone, all of the new text is taken.
    """
    lines = former.splitlines(keepends=True)
    hunks = sorted(_hunks(lines, text) + _hunks(lines, new))
    if any(later[0] < earlier[1] or later[:2] == earlier[:2] for earlier, later in itertools.pairwise(hunks)):
        return new
    told, at = [], 0
    for first, last, replacement in hunks:
        told += [*lines[at:first], *replacement]
        at = last
    return "".join([*told, *lines[at:]])


def _hunks(lines: list[str], other: str) -> list[tuple[int, int, list[str]]]:
    """Return which lines another text has others in the place of."""
    others = other.splitlines(keepends=True)
    found = difflib.SequenceMatcher(None, lines, others, autojunk=False).get_opcodes()
    return [(first, last, others[b1:b2]) for tag, first, last, b1, b2 in found if tag != "equal"]


def _set(document: Any, path: str, value: Any, file: str) -> None:
    *parents, last = names_of(path)
    at = document
    for name in parents:
        if at.get(name) is None:
            at[name] = type(document)()
        at = at[name]
        if not isinstance(at, dict):
            place = ".".join(names_of(path))
            raise Refused(f"{place} can't be set in {file}: {name} is no mapping", "remove its value first")
    if value is Gone.GONE:
        at.pop(last, None)
        return
    at[last] = _with_comment(at, last, value)


def _with_comment(at: Any, key: str, value: Any) -> Any:
    """Return a mapping that takes a plain value's place, with the comment behind that behind its own last line."""
    kept = getattr(at, "ca", None)
    if kept is None or not isinstance(value, dict) or not value or isinstance(at.get(key), dict):
        return value
    behind = (kept.items.pop(key, None) or [None] * 3)[2]
    return _ended(value, behind) if behind else value


def _ended(value: dict[str, Any], comment: Any) -> Any:
    from ruamel.yaml.comments import CommentedMap

    found = CommentedMap(value)
    last = next(reversed(found))
    if isinstance(found[last], dict) and found[last]:
        found[last] = _ended(found[last], comment)
    else:
        found.ca.items[last] = [None, None, comment, None]
    return found


def _set_unshared(document: dict[str, Any], path: str, value: Any, file: str) -> None:
    """Set a value in a plain document; mappings that aliases share are copied on the way, so that only one changes."""
    at = document
    for name in names_of(path)[:-1]:
        if not isinstance(at.get(name), dict):
            break
        at[name] = dict(at[name])
        at = at[name]
    _set(document, path, value, file)


def _writer(text: str) -> "YAML":
    from ruamel.yaml import YAML

    writer = YAML(typ="rt")
    writer.preserve_quotes = True
    writer.width = 1 << 20
    writer.explicit_start = bool(re.search(r"^---", text, re.MULTILINE))
    mapping, dash, offset = _layout(text)
    writer.indent(mapping=mapping, sequence=dash + offset, offset=offset)
    writer.representer.add_representer(float, _float)
    return writer


def _layout(text: str) -> tuple[int, int, int]:
    """Find out how a text is indented: its mappings, the width of a dash with its spaces, and the dashes themselves."""
    dashed = _DASHED.search(text)
    steps = [(len(inner) - len(outer), dash) for outer, inner, dash in _KEYED.findall(text)]
    mappings = [step for step, dash in steps if not dash and step > 0]
    offsets = [step for step, dash in steps if dash and step >= 0]
    return (mappings or [2])[0], len(dashed[2]) if dashed else 2, (offsets or [2])[0]


def _dressed(value: Any) -> Any:
    """Return a value that ruamel.yaml writes so that readers of YAML 1.1 and of 1.2 agree on it."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    if isinstance(value, Mapping):
        return {str(key): _dressed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_dressed(item) for item in value]
    if isinstance(value, str) and "\n" in value.strip("\n") and _is_readable(value):
        return LiteralScalarString(value)
    if isinstance(value, str) and _is_misread(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_readable(text: str) -> bool:
    """Tell whether a text can stand in a block as it is: what can't be seen needs quotes to be escaped in."""
    return all(character.isprintable() or character in "\n\t" for character in text)


def _is_misread(text: str) -> bool:
    try:
        return bool(yaml.load(text, _LOADER) != text)
    except (yaml.YAMLError, ValueError):
        return True


def _float(representer: Any, value: float) -> "ScalarNode":
    """Write a float with a point, as YAML 1.1 takes `1e-05` for a text."""
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    if text in ("inf", "-inf", "nan"):
        text = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}[text]
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:float", text)
    return node
