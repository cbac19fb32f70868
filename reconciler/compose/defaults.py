"""`defaults:` lists, expanded to layers.

The plain forms are expanded here: `path`, `group: option`, `@package`, `_self_`, nested lists, package headers.
Everything else (`override`, `optional`, lists of options, null, interpolation) goes to Hydra's own algorithm in
`hydra_defaults`. Both follow `hydra._internal.defaults_list` of Hydra 1.3 with `version_base` 1.3, and a property
test holds them equal to `hydra.compose`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reconciler.compose.expressions import Unclear, parse
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.layers import Layer
from reconciler.compose.library import Desk, told
from reconciler.compose.nearest import did_you_mean
from reconciler.model.errors import BadSpec
from reconciler.yaml.parse import DEEPEST, Document, Unreadable

MOST_LAYERS = 500
"""Files that one spec may be made of, counting each as often as it is used."""

_PATH = re.compile(r"/?[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
_PACKAGE = re.compile(r"_here_|(?:[A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*", re.ASCII)


class Indirect(Exception):
    """A defaults list holds a form that only Hydra's own algorithm expands."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of a defaults list; `option` is None for a plain path."""

    path: str
    option: str | None = None
    package: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A config in the tree of defaults. `base` is its group, `package` its final package, `''` the root.

    `added` counts the entries at the head of its list that aren't in the file.
    """

    config: str
    file: str
    document: Document
    base: str = ""
    package: str = ""
    added: int = 0


def expand(desk: Desk, primary: Node) -> list[Layer]:
    """Expand the defaults list of a primary config to layers, lowest first.

    Raises:
        Indirect: Hydra's own algorithm is needed.
        Flawed: an entry is wrong.
        BadSpec: a part is unreadable.
    """
    package = _final_package("", None, primary.document.package, "")
    if primary.document.defaults is None:
        return [Layer(primary.file, primary.document, keys_of(package))]
    expansion = _Expansion(desk)
    expansion.visit(replace(primary, package=package), ())
    return expansion.layers


class _Expansion:
    """One walk over the tree of defaults, depth first, as Hydra's is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._choices: set[tuple[str, str]] = set()
        self.layers: list[Layer] = []

    def visit(self, node: Node, above: tuple[str, ...]) -> None:
        if len(self.layers) > MOST_LAYERS:
            raise Flawed(Flaw(("defaults",), f"it is made of more than {MOST_LAYERS} files", "use fewer parts"))
        own = Layer(node.file, node.document, keys_of(node.package))
        items = listed(node)
        if items and "_self_" not in items:
            items = [*items, "_self_"]
        for index, item in enumerate(items):
            if item == "_self_":
                self.layers.append(own)
            else:
                self.visit(self._child(node, item, index, above), (*above, node.file))
        if not items:
            self.layers.append(own)

    def _child(self, node: Node, raw: Any, index: int, above: tuple[str, ...]) -> Node:
        item = _item(raw)
        absolute, name = item.path.startswith("/"), item.path.lstrip("/")
        full = name if absolute or not node.base else f"{node.base}/{name}"
        group, config = (full.rpartition("/")[0], full) if item.option is None else (full, f"{full}/{item.option}")
        file = self._desk.find(config)
        if file is None:
            raise Flawed(missing(self._desk, config, node, index))
        if file in above or file == node.file:
            where = ("defaults", index - node.added)
            raise Flawed(Flaw(where, f"`{config}` includes itself", "remove it from the list", file=node.file))
        relative = name.rpartition("/")[0] if item.option is None else name
        document = readable(self._desk, file)
        if item.option is not None:
            self._choose(group, _final_package(node.package, item.package, None, relative))
        package = _final_package(node.package, item.package, document.package, relative)
        return Node(config, file, document, group, package)

    def _choose(self, group: str, package: str) -> None:
        """Remember a choice of an option: a second one of the same group is for Hydra to judge."""
        if (group, package) in self._choices:
            raise Indirect
        self._choices.add((group, package))


def listed(node: Node) -> list[Any]:
    """Return the entries of a config's defaults list.

    Raises:
        Flawed: it is no list, or names `_self_` twice.
    """
    items = node.document.defaults
    if items is None:
        return []
    if not isinstance(items, list):
        hint = "write `defaults: [tabular, _self_]`"
        raise Flawed(Flaw(("defaults",), "`defaults` is a list of parts", hint, file=node.file))
    if len(items) > MOST_LAYERS or not all(map(_is_entry, items)):
        hint = "an entry is a part's name, or one `group: option`"
        raise Flawed(Flaw(("defaults",), "an entry of `defaults` can't be read", hint, file=node.file))
    for index, entry in enumerate(items):
        if "${" in str(entry):
            _check_expression(str(entry), Flaw(("defaults", index - node.added), "", file=node.file))
    if items.count("_self_") > 1:
        raise Flawed(Flaw(("defaults",), "`_self_` is there twice", "remove one", file=node.file))
    return items


def _check_expression(text: str, flaw: Flaw) -> None:
    try:
        parse(text)
    except Unclear as error:
        raise Flawed(replace(flaw, message=str(error), hint=error.hint)) from None


def _is_entry(item: Any) -> bool:
    if not isinstance(item, dict):
        return isinstance(item, str)
    options = [option for value in item.values() for option in (value if isinstance(value, list) else [value])]
    return len(item) == 1 and len(options) <= MOST_LAYERS and all(isinstance(o, str | None) for o in options)


def readable(desk: Desk, file: str) -> Document:
    """Read a file.

    Raises:
        BadSpec: its text is no spec.
    """
    try:
        return desk.document(file)
    except Unreadable as error:
        raise BadSpec((told(file, error),)) from None


def missing(desk: Desk, config: str, node: Node, index: int) -> Flaw:
    """Return the flaw of an entry whose file isn't there."""
    parts = (f"{folder}/{name}".lstrip("/") for folder, names in desk.library.options.items() for name in names)
    message = f"there is no part `{config}`: no file specs/parts/{config}.yaml"
    return Flaw(
        ("defaults", index - node.added), message, did_you_mean(config.removeprefix("parts/"), parts), file=node.file
    )


def _item(raw: Any) -> _Item:
    if isinstance(raw, str):
        path, _, package = raw.partition("@")
        return _checked(path, None, package if "@" in raw else None)
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((group, option),) = raw.items()
        path, _, package = group.partition("@")
        if isinstance(option, str) and "/" not in option:
            return _checked(path, option, package if "@" in group else None)
    raise Indirect


def _checked(path: str, option: str | None, package: str | None) -> _Item:
    plain = _PATH.fullmatch(path) and (option is None or _PATH.fullmatch(option))
    if not plain or option == "_self_" or path == "_self_" or (package is not None and not _is_plain(package)):
        raise Indirect
    return _Item(path, option, "" if package == "_here_" else package)


def _is_plain(package: str) -> bool:
    return bool(_PACKAGE.fullmatch(package)) and "_group_" not in package and "_name_" not in package


def _final_package(parent: str, own: str | None, header: str | None, relative_group: str) -> str:
    """Return where a config lands (`InputDefault._get_final_package`): by entry, header or group."""
    if header is not None:
        if not _is_plain(header) or header == "_here_":
            raise Indirect
        header = header if header == "_global_" or header.startswith("_global_.") else f"_global_.{header}"
    chosen = own if own is not None else header if header is not None else relative_group.replace("/", ".")
    joined = ".".join(filter(None, (parent, chosen)))
    cut = joined.rfind("_global_")
    return joined if cut < 0 else joined[cut + len("_global_") + 1 :]


@lru_cache(maxsize=1024)
def keys_of(package: str) -> tuple[str, ...]:
    keys = tuple(package.split(".")) if package else ()
    if not all(map(str.isidentifier, keys)):
        raise Indirect
    if len(keys) > DEEPEST:
        raise Flawed(Flaw(("defaults",), f"a part lands more than {DEEPEST} levels deep", "give it a shorter package"))
    return keys
