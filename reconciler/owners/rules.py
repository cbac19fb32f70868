"""Rules of CODEOWNERS as values, whatever syntax they were written in, and what they come to for one path."""

from dataclasses import dataclass
from typing import Protocol

MOST_RULES = 3000
"""Rules of one file."""
MOST_OWNERS = 100
"""Owners of one rule."""
LONGEST = 500
"""Characters of a pattern, and of an owner."""


class Matcher(Protocol):
    """What a pattern comes to."""

    def matches(self, path: str) -> bool:
        """Tell whether a path, from the repository's root and without a slash before it, is meant."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner as a rule names it: a person, a team, or on a forge where names don't tell, either of them.

    `flaw` says why it is neither.
    """

    text: str
    person: str = ""
    team: str = ""
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a line. Where it `holds`, the line might own any file, and nothing is approved by owners."""

    line: int
    what: str
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rules of which the last that matches counts, and how many of its owners have to approve; 0: none has to."""

    name: str = ""
    count: int = 1
    owners: tuple[Owner, ...] = ()
    """Those of its rules that name nobody."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: whose the paths are that it matches.

    Of those with the same `section` the last that matches counts, unless one that `excludes` matches.
    """

    line: int
    pattern: str
    owners: tuple[Owner, ...]
    matcher: Matcher
    section: Section = Section()
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """A file's rules, in its order, and what is wrong with its lines."""

    rules: tuple[Rule, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """So many of these owners have to approve, as a line says."""

    line: int
    owners: tuple[Owner, ...]
    count: int = 1
    section: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a path is. `welcome` are owners who may approve and don't have to; a `flaw` says why nobody can tell."""

    place: str = "CODEOWNERS"
    demands: tuple[Demand, ...] = ()
    welcome: tuple[Owner, ...] = ()
    flaw: str = ""

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Return all whose approval counts."""
        return (*(owner for demand in self.demands for owner in demand.owners), *self.welcome)
