"""Where people read a file of a repository on its forge."""

import re
from dataclasses import dataclass
from urllib.parse import quote

_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class WebFiles:
    """The pages of a repository's files, and the files themselves.

    Attributes:
        address: the forge's address.
        repository: the repository's path there, `owner/name`.
        of_commit: what stands before a commit in the path of a page.
        of_branch: what stands before a branch.
        of_raw: what stands before a commit in the path of a file itself.
    """

    address: str
    repository: str
    of_commit: str
    of_branch: str
    of_raw: str

    @property
    def raw(self) -> str:
        """Return the address below which files themselves are, by the id of a commit and their path."""
        return f"{self.address}/{quote(self.repository)}/{self.of_raw}"

    def page(self, revision: str, path: str, line: int = 0) -> str:
        """Return the address of a file as it is at a commit or on a branch, at a line if one is told."""
        room = self.of_commit if _COMMIT.fullmatch(revision) else self.of_branch
        place = "/".join((quote(self.repository), room, quote(revision), quote(path)))
        return f"{self.address}/{place}" + (f"#L{line}" if line else "")
