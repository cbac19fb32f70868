"""Reading what a forge answered: each field is of the type that is asked for, and bounded, or it is as if unsaid."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId

LONGEST_TEXT = 200_000
"""Characters of a comment that are read; no forge keeps longer ones."""
LARGEST_NUMBER = 2**63
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def at(document: Any, *path: str) -> Any:
    """Return what stands at a path of names; None where nothing does."""
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def text(document: Any, *path: str, most: int = LONGEST_TEXT) -> str:
    """Return a text, cut to so many characters; empty where there is none."""
    found = at(document, *path)
    return found[:most] if isinstance(found, str) else ""


def number(document: Any, *path: str) -> int:
    """Return a whole number from 1 on.

    Raises:
        Unavailable: there is none: what it would name can't be named.
    """
    found = at(document, *path)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < LARGEST_NUMBER:
        raise Unavailable(f"the forge told no {'.'.join(path)}", "see that it is a forge of the kind that is named")
    return found


def flag(document: Any, *path: str) -> bool:
    """Return a truth; False where there is none."""
    return at(document, *path) is True


def items(document: Any, *path: str) -> Sequence[Mapping[str, Any]]:
    """Return the mappings of a list; none where there is no list."""
    found = at(document, *path)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def commit(document: Any, *path: str) -> CommitId:
    """Return a commit's id.

    Raises:
        Unavailable: there is none.
    """
    found = text(document, *path, most=65)
    if not _COMMIT.fullmatch(found):
        raise Unavailable(f"the forge told no commit at {'.'.join(path)}", "it may still be reading a push")
    return CommitId(found)
