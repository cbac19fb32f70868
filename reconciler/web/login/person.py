"""People, as the page knows them."""

import re
from dataclasses import dataclass

_SIGNS = re.compile(r"[\x00-\x1f\x7f<>\u2028\u2029]")
_MAIL = re.compile(r"[^\s<>@\x00-\x1f]{1,64}@[^\s<>@\x00-\x1f]{1,190}")
MOST_GROUPS = 1000
"""Groups of one person that are looked at."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is known.

    Args:
        user: what they are called by whoever knows them; no two have the same.
        name: what people call them.
        mail: their mail address; empty where nobody tells one.
        groups: the groups that they are in.
        owns_mail: whether whoever tells the address has seen that it is theirs.
    """

    user: str
    name: str = ""
    mail: str = ""
    groups: frozenset[str] = frozenset()
    owns_mail: bool = False

    @property
    def told(self) -> str:
        """Return what they are called on pages."""
        return self.name or self.mail or self.user

    @property
    def author(self) -> str:
        """Return them as Git names an author, `name <address>`; empty where they have no address that it takes."""
        return f"{plain(self.told)} <{self.mail}>" if _MAIL.fullmatch(self.mail) and plain(self.told) else ""


def plain(text: str) -> str:
    """Return a name on one line, without what Git's headers are made of."""
    return " ".join(_SIGNS.sub(" ", text).split())[:200]
