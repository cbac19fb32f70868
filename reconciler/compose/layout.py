"""Which file is what: specs, patches, parts and environments by their paths, and strays told with a nearest name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from reconciler.compose.nearest import did_you_mean, nearest
from reconciler.model.commit_policy import KEYS, SIGNERS
from reconciler.model.errors import Problem
from reconciler.model.ids import NAME, Address, address
from reconciler.model.kinds import KINDS
from reconciler.model.text import printable
from reconciler.ports.source import SourceTree

ENVIRONMENT = "environment.yaml"
_PART = re.compile(r"[A-Za-z0-9_-]+")
_BESIDE = frozenset({"README.md", "OWNERS", "CODEOWNERS"})
"""Files that people keep beside specs."""

Role = Literal["spec", "patch", "environment", "signers", "part", "beside", "stray"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a path is for. A stray has a message and a hint; `environment` names the one that it belongs to."""

    role: Role
    environment: str = ""
    address: Address | None = None
    message: str = ""
    hint: str = ""


@dataclass(slots=True)
class Layout:
    """The files of one environment at one commit.

    `odd` holds resources whose file is no regular file, `strays` the patches of those that have no spec.
    """

    specs: dict[Address, str] = field(default_factory=dict)
    patches: dict[Address, str] = field(default_factory=dict)
    strays: dict[Address, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    environments: dict[str, str] = field(default_factory=dict)
    odd: dict[Address, list[Problem]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def is_ours(path: str) -> bool:
    """Tell whether a path has to do with specs at all."""
    return path.startswith(("specs/", "environments/")) or path in ("specs", "environments")


def lay_out(tree: SourceTree, environment: str) -> Layout:
    """Sort a commit's files by what they are for."""
    layout = Layout()
    for path in tree.files:
        if is_ours(path):
            _sort_in(layout, path, place(path), environment)
    for path, kind in tree.odd.items():
        if is_ours(path):
            _set_apart(layout, path, kind, environment)
    _match_patches(layout)
    return layout


def _sort_in(layout: Layout, path: str, found: Place, environment: str) -> None:
    if found.role == "environment":
        layout.environments[found.environment] = path
    elif found.environment not in ("", environment):
        return
    elif found.role == "stray":
        layout.problems.append(Problem(printable(path), 0, 0, "", found.message, found.hint))
    elif found.role == "part":
        layout.parts.append(path)
    elif found.address is not None:
        (layout.specs if found.role == "spec" else layout.patches)[found.address] = path


def _set_apart(layout: Layout, path: str, kind: str, environment: str) -> None:
    found = place(path)
    if found.environment not in ("", environment):
        return
    what = "a symbolic link" if kind == "symlink" else "a submodule" if kind == "submodule" else "no regular file"
    problem = Problem(printable(path), 0, 0, "", f"it is {what}, and specs are read from files of this repository only",
                      "put the file itself here")  # fmt: skip
    if found.address is None:
        layout.problems.append(problem)
    else:
        layout.odd.setdefault(found.address, []).append(problem)


def _match_patches(layout: Layout) -> None:
    for addr in [addr for addr in layout.patches if addr not in layout.specs and addr not in layout.odd]:
        near = nearest(addr, layout.specs) if len(layout.problems) < 200 else None
        hint = f"did you mean `{near}`?" if near else f"add specs/{addr}.yaml, or remove the patch"
        message = f"there is no spec `{addr}` to patch"
        layout.strays[addr] = layout.patches.pop(addr)
        layout.problems.append(Problem(layout.strays[addr], 0, 0, "", message, hint))


@lru_cache(maxsize=65_536)
def place(path: str) -> Place:
    """Tell what a path below `specs/` or `environments/` is for."""
    top, *rest = path.split("/")
    if not rest:
        return Place("stray", message=f"`{top}` is a folder in a repository of specs", hint="rename this file")
    if ".." in rest or any(not part.isprintable() for part in rest):
        return Place("stray", message="its path isn't plain text", hint="use lower case letters, digits and -")
    if any(part.startswith(".") for part in rest) or rest[-1] in _BESIDE:
        return Place("beside")
    return _in_specs(rest) if top == "specs" else _in_environments(rest)


def _in_specs(rest: list[str]) -> Place:
    if rest[0] == "parts":
        return _part(rest[1:])
    if len(rest) == 1:
        return Place("stray", message="a spec lies in its kind's folder", hint=_kinds(rest[0].partition(".")[0]))
    return _of_kind(rest, "spec", "")


def _in_environments(rest: list[str]) -> Place:
    if len(rest) == 1:
        hint = f"an environment is a folder with {ENVIRONMENT} in it"
        return Place("stray", message="this file belongs to no environment", hint=hint)
    environment = rest[0]
    if not NAME.fullmatch(environment):
        hint = _valid_name(environment)
        return Place("stray", message=f"`{printable(environment, 60)}` is no name for an environment", hint=hint)
    if rest[1:] == [ENVIRONMENT]:
        return Place("environment", environment)
    if rest[1:] in ([SIGNERS], [KEYS]):
        return Place("signers", environment)
    if len(rest) == 2:
        hint = did_you_mean(rest[1], [ENVIRONMENT, SIGNERS, KEYS]) or "a patch lies in its kind's folder"
        return Place("stray", environment, message="this file is neither the environment nor a patch", hint=hint)
    return _of_kind(rest[1:], "patch", environment)


def _of_kind(rest: list[str], role: Literal["spec", "patch"], environment: str) -> Place:
    kind, name = rest[0], rest[-1]
    if kind not in KINDS:
        message = f"there is no kind `{printable(kind, 60)}`"
        hint = _kinds(kind) if role == "spec" else did_you_mean(kind, KINDS)
        return Place("stray", environment, message=message, hint=hint)
    if len(rest) > 2:
        hint = "move it up; what several specs share goes to specs/parts/"
        return Place("stray", environment, message=f"a spec lies directly in {kind}/", hint=hint)
    stem, dot, ending = name.rpartition(".")
    if not dot or ending != "yaml":
        hint = f"rename it to {stem}.yaml" if ending in ("yml", "json", "yaml~") else "specs end in .yaml"
        return Place("stray", environment, message="this file is no spec", hint=hint)
    if not NAME.fullmatch(stem):
        message = f"`{printable(stem, 80)}` is no name for a resource"
        return Place("stray", environment, message=message, hint=_valid_name(stem))
    return Place(role, environment, address(kind, stem))


def _part(rest: list[str]) -> Place:
    stem, _, ending = rest[-1].rpartition(".") if rest else ("", "", "")
    if ending != "yaml":
        return Place("stray", message="this file is no part", hint="parts end in .yaml")
    if not all(_PART.fullmatch(part) for part in (*rest[:-1], stem)):
        return Place("stray", message="its path is no name for a part", hint="use letters, digits, _ and -")
    return Place("part")


def _kinds(word: str) -> str:
    return did_you_mean(word, (*KINDS, "parts"))


def _valid_name(word: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:63].strip("-")
    rule = "a name has lower case letters, digits and -, at most 63"
    return f"{rule}; such as `{slug}`" if slug else rule


def unknown(environment: str, known: Iterable[str]) -> Problem:
    """Return the problem of an environment that isn't there."""
    file = f"environments/{printable(environment, 80)}/{ENVIRONMENT}"
    names = sorted(known)
    hint = did_you_mean(environment, names) or (f"known: {', '.join(names[:40])}" if names else f"add {file}")
    return Problem(file, 0, 0, "", f"there is no environment `{printable(environment, 80)}`", hint)


def known_to(layout: Layout) -> Mapping[Address, object]:
    """Return all addresses that a reference may name, whether or not they compose."""
    return {**layout.specs, **layout.odd}
