"""Commits: what people do to the files of a repository, as functions from files to files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.ids import Address, address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.yaml.edit import edit_yaml

Files = Mapping[str, bytes]
"""The content of files by path."""

_CHANGES: Mapping[str, Callable[[int], Mapping[str, Any]]] = MappingProxyType(
    {
        "pools": lambda n: {"capacity": {"cpus": 1 + n % 4, "memory": "8Gi"}},
        "datasets": lambda n: {"minimum_rows": n},
        "labels": lambda n: {"dispute_below": n / 100},
        "experiments": lambda n: {"seed": n},
        "deployments": lambda n: {"replicas": {"minimum": 1, "maximum": 1 + n % 3}},
        "promotions": lambda n: {"approval": ("auto", "review")[n % 2]},
        "monitors": lambda n: {"minimum_rows": 1 + n},
    }
)
"""A change of a spec of each kind that has consequences, by a number from 0 to 99."""
WRONG: Sequence[bytes] = (b"[no mapping\n", b"no_such_field: 1\n", b"")
"""What no spec may hold."""


def path_of(spec: Address) -> str:
    """Return where a spec lies."""
    return f"specs/{spec}.yaml"


def specs(files: Files) -> Iterator[Address]:
    """List the specs by address."""
    for path in files:
        room, _, rest = path.partition("/")
        kind, _, name = rest.removesuffix(".yaml").partition("/")
        if room == "specs" and kind in KINDS and path.endswith(".yaml") and "/" not in name:
            yield address(kind, name)


def followers(files: Files, gone: Iterable[Address]) -> set[Address]:
    """Return all specs whose text names one that goes, or one that goes with it."""
    first = set(gone)
    found = set(first)
    for _ in KINDS:
        names = tuple(str(a).encode() for a in found)
        found |= {a for a in specs(files) if any(name in files[path_of(a)] for name in names)}
    return found - first


def without(files: Files, gone: Iterable[Address], environments: Iterable[str]) -> Files:
    """Remove specs, and their patches in these environments."""
    patches = {f"environments/{name}/{spec}.yaml" for spec in gone for name in environments}
    paths = patches | {path_of(spec) for spec in gone}
    return {path: text for path, text in files.items() if path not in paths}


def edits_of(kind: str, number: int) -> Mapping[str, Any]:
    """Return a change of a spec of a kind, by a number from 0 to 99; the first of them suspend it, or let it go on."""
    return {"suspend": number < 5} if number < 10 else _CHANGES[kind](number)


def changed(files: Files, spec: Address, number: int) -> Files:
    """Change what a spec asks for; one that is broken stays so."""
    path = path_of(spec)
    try:
        return {**files, path: edit_yaml(files[path].decode(), edits_of(kind_of(spec), number), path).encode()}
    except (Refused, UnicodeDecodeError):
        return files


def difference(former: Files, files: Files) -> dict[str, bytes | None]:
    """Return what a commit from some files to others changes; None removes one."""
    told: dict[str, bytes | None] = {path: None for path in former if path not in files}
    return told | {path: text for path, text in files.items() if former.get(path) != text}
