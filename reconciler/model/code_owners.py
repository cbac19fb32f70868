"""CODEOWNERS of the watched branch, as a commit has it: which file it is, in whose syntax, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class OwnersSyntax(StrEnum):
    """Whose syntax a CODEOWNERS file is in: they look alike, and mean different things."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"


PLACES: Mapping[OwnersSyntax, Sequence[str]] = MappingProxyType(
    {
        OwnersSyntax.GITHUB: (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
        OwnersSyntax.GITLAB: ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
        OwnersSyntax.GITEA: ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"),
    }
)
"""Where each forge looks for the file; the first that is there is the one."""
LARGEST = 256 * 1024
"""Bytes of the largest file that is read."""


def syntax_of(forge: str) -> OwnersSyntax:
    """Return the syntax of a forge, by its provider's name; plain Git and forges of others have GitHub's."""
    return OwnersSyntax(forge) if forge in PLACES else OwnersSyntax.GITHUB


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """A CODEOWNERS file. `flaw` says why it can't be read, where it can't; no `path`: there is none."""

    syntax: OwnersSyntax = OwnersSyntax.GITHUB
    path: str = ""
    text: str = ""
    flaw: str = ""
