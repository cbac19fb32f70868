"""Sensitive columns: their values stand in the data and in the log of a job, and nowhere that goes to Git."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tests.problems.columns import column_of
from tests.problems.playing import Played
from tests.problems.problem import Problem
from tests.problems.traffic import Traffic

NAME = "hidden one"
POOLS: Mapping[str, Sequence[Any]] = MappingProxyType(
    {
        "category": ("Geheim-A", "Geheim-B", "Geheim-C"),
        "number": (73910.25, 73911.5, 73912.75),
        "integer": (7391025, 7391150, 7391275),
    }
)
MARKS = re.compile(r"Geheim|(?<![\d.,])(?:7391[\d.]|73,91\d|7,391,)")
"""What of the values would be recognised, however they are rounded."""
TOLD = (".json", ".md", ".html", ".txt", ".svg")
KEPT_IN_THE_STORE = ("violations.json", "schema.json", "signature.json", "examples.json")


@dataclass(frozen=True, slots=True)
class Secretive:
    """Traffic of a problem that has a sensitive column."""

    traffic: Traffic

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def problem(self) -> Problem:
        """Return the problem, which can be left as a repository."""
        return self.traffic.problem


@st.composite
def secretive(draw: st.DrawFn, traffics: st.SearchStrategy[Traffic]) -> Secretive:
    """Draw a problem with traffic, and give it a column that nobody may see."""
    traffic, kind = draw(traffics), draw(st.sampled_from(tuple(POOLS)))
    chance = Random(draw(st.integers(0, 9)))
    values = [chance.choice(POOLS[kind]) for _ in range(traffic.problem.rows)]
    columns = (*traffic.problem.columns, column_of(NAME, kind, values))
    return Secretive(replace(traffic, problem=replace(traffic.problem, columns=columns)))


def hidden(proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a spec, with the one declared as sensitive."""
    return {**proposed, NAME: {"type": proposed[NAME]["type"], "missing": 1.0, "sensitive": True}}


def is_kept(played: Played) -> None:
    """No text that a runner left for people holds a value."""
    for file in sorted(played.folder.rglob("*")):
        if file.suffix in TOLD and file.name not in KEPT_IN_THE_STORE:
            text = file.read_text("utf-8")
            found = MARKS.search(text)
            assert not found, f"{file.name} tells it: …{text[max(0, found.start() - 60) : found.end() + 60]}…"
