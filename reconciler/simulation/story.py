"""A story: the commits that a person makes, drawn by a seed from a repository and its former states."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reconciler.git.yaml_edit import edit_yaml
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, address, kind_of
from reconciler.model.kinds import KINDS

Files = Mapping[str, bytes]
"""The content of files by path."""

PASSES = 8
"""So many passes are made on a commit, on average, while things go wrong."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A commit, what it does in words, and how many passes are made on it while things go wrong."""

    what: str
    files: Mapping[str, bytes | None]
    passes: int


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


class Storyteller:
    """Draws commits, one after another, each from what the repository holds by then.

    Args:
        trees: former states of the repository, the newest last.
        environment: the environment that is converged.
        chance: draws everything.
    """

    def __init__(self, trees: Sequence[Files], environment: str, chance: random.Random) -> None:
        self._trees = trees
        self._environment = environment
        self._chance = chance
        self._now: dict[str, bytes] = {}
        self._told: list[Files] = []

    def tell(self, passes: int) -> Iterator[Chapter]:
        """Tell a story that takes so many passes: it begins and ends with a state that the repository has had."""
        yield self._chapter("begin", self._chance.choice(self._trees), passes)
        left = passes - PASSES
        while left > 0:
            chapter = self._next(left)
            left -= chapter.passes
            yield chapter
        yield self._chapter("the newest state", self._trees[-1], passes)

    def _next(self, left: int) -> Chapter:
        what, files = self._chance.choice((self._remove, self._remove, self._change, self._change, self._change,
                                           self._break, self._revert, self._walk))()  # fmt: skip
        return self._chapter(what, files, left)

    def _chapter(self, what: str, files: Files, left: int) -> Chapter:
        changed: dict[str, bytes | None] = {path: None for path in self._now if path not in files}
        changed |= {path: text for path, text in files.items() if self._now.get(path) != text}
        self._now = dict(files)
        self._told.append(files)
        return Chapter(what, changed, min(1 + self._chance.randrange(2 * PASSES), max(left, 1)))

    def _spec(self) -> Address | None:
        there = sorted(_addresses(self._now))
        return self._chance.choice(there) if there else None

    def _remove(self) -> tuple[str, Files]:
        """Remove a spec, most often with all that refers to it, which leaves a commit without errors."""
        gone = {self._spec()} - {None}
        if self._chance.random() < 0.8:
            gone |= _followers(self._now, gone)
        paths = {path for a in gone for path in _paths(str(a), self._environment)}
        told = ", ".join(sorted(map(str, gone)))
        return f"remove {told}", {path: text for path, text in self._now.items() if path not in paths}

    def _change(self) -> tuple[str, Files]:
        """Change what a spec asks for, or have it suspended for a while."""
        spec = self._spec()
        if spec is None:
            return self._walk()
        path, number = f"specs/{spec}.yaml", self._chance.randrange(100)
        edits: Mapping[str, Any] = _CHANGES[kind_of(spec)](number)
        if number < 10:
            edits = {"suspend": number < 5}
        try:
            text = edit_yaml(self._now[path].decode(), edits, path).encode()
        except (Refused, UnicodeDecodeError):
            return f"leave {spec} as it is", self._now
        return f"change {spec}: {edits}", {**self._now, path: text}

    def _break(self) -> tuple[str, Files]:
        spec = self._spec()
        if spec is None:
            return self._walk()
        wrong = self._chance.choice((b"[no mapping\n", b"no_such_field: 1\n", b""))
        return f"break {spec}", {**self._now, f"specs/{spec}.yaml": wrong}

    def _revert(self) -> tuple[str, Files]:
        return "revert to a former commit", self._chance.choice(self._told)

    def _walk(self) -> tuple[str, Files]:
        return "a state from the history", self._chance.choice(self._trees)


def _addresses(files: Files) -> Iterator[Address]:
    for path in files:
        room, _, rest = path.partition("/")
        kind, _, name = rest.removesuffix(".yaml").partition("/")
        if room == "specs" and kind in KINDS and path.endswith(".yaml") and "/" not in name:
            yield address(kind, name)


def _paths(spec: str, environment: str) -> tuple[str, str]:
    return f"specs/{spec}.yaml", f"environments/{environment}/{spec}.yaml"


def _followers(files: Files, gone: set[Address | None]) -> set[Address | None]:
    """Return all specs whose text names one that goes, or one that goes with it."""
    found: set[Address | None] = set(gone)
    for _ in KINDS:
        names = tuple(str(a).encode() for a in found)
        found |= {a for a in _addresses(files) if any(name in files[f"specs/{a}.yaml"] for name in names)}
    return found - gone
