"""A story: what people commit and ask for, drawn by a seed from a repository and its former states."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.ids import Address, kind_of
from reconciler.simulation.commits import (
    WRONG,
    Files,
    changed,
    difference,
    edits_of,
    followers,
    path_of,
    specs,
    without,
)

WORDS = ("suspend", "resume", "reconcile", "reconcile", "merge", "decline")
"""What people do about a resource beside its spec."""
PASSES = 8
"""So many passes are made after each thing that people do, on average, while things go wrong."""


Act = tuple[str, Address]
"""What people do about a resource, by its word in `people.ACTS`."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A commit or what else people do, in words too, and how many passes are made then while things go wrong."""

    what: str
    files: Mapping[str, bytes | None]
    passes: int
    acts: tuple[Act, ...] = ()


class Storyteller:
    """Draws what people do, one thing after another, each from what the repository holds by then.

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
        self._held: set[Address] = set()

    def tell(self, passes: int) -> Iterator[Chapter]:
        """Tell a story that takes so many passes.

        It begins and ends with a state that the repository has had; in the end, nothing is suspended by hand.
        """
        yield self._chapter("begin", self._chance.choice(self._trees), passes)
        left = passes - PASSES
        while left > 0:
            chapter = self._next(left)
            left -= chapter.passes
            yield chapter
        acts = tuple(("resume", held) for held in sorted(self._held))
        yield replace(self._chapter("the newest state", self._trees[-1], passes), acts=acts)

    def _next(self, left: int) -> Chapter:
        spec = self._spec()
        if spec and self._chance.random() < 0.25:
            word = self._chance.choice(WORDS)
            if word in ("suspend", "resume"):
                self._held = self._held - {spec} | ({spec} if word == "suspend" else set())
            return replace(self._chapter(f"{word} {spec}", self._now, left), acts=((word, spec),))
        what, files = self._chance.choice((self._remove, self._remove, self._change, self._change, self._change,
                                           self._break, self._revert, self._walk))()  # fmt: skip
        return self._chapter(what, files, left)

    def _chapter(self, what: str, files: Files, left: int) -> Chapter:
        commit = difference(self._now, files)
        self._now = dict(files)
        self._told.append(files)
        return Chapter(what, commit, min(1 + self._chance.randrange(2 * PASSES), max(left, 1)))

    def _spec(self) -> Address | None:
        there = sorted(specs(self._now))
        return self._chance.choice(there) if there else None

    def _remove(self) -> tuple[str, Files]:
        """Remove a spec, most often with all that refers to it, which leaves a commit without errors."""
        spec = self._spec()
        gone = {spec} if spec else set()
        if self._chance.random() < 0.8:
            gone |= followers(self._now, gone)
        return f"remove {', '.join(sorted(gone))}", without(self._now, gone, [self._environment])

    def _change(self) -> tuple[str, Files]:
        """Change what a spec asks for, or have it suspended for a while."""
        spec = self._spec()
        if spec is None:
            return self._walk()
        number = self._chance.randrange(100)
        files = changed(self._now, spec, number)
        if files is self._now:
            return f"leave {spec} as it is", files
        return f"change {spec}: {edits_of(kind_of(spec), number)}", files

    def _break(self) -> tuple[str, Files]:
        spec = self._spec()
        if spec is None:
            return self._walk()
        return f"break {spec}", {**self._now, path_of(spec): self._chance.choice(WRONG)}

    def _revert(self) -> tuple[str, Files]:
        return "revert to a former commit", self._chance.choice(self._told)

    def _walk(self) -> tuple[str, Files]:
        return "a state from the history", self._chance.choice(self._trees)
