"""Names that may become refs or paths: checked before they do, whoever made them.

The rules for refs are those of `git check-ref-format`; those for runs and files are narrower: nothing that a shell, a
file system or a reader could take for something else.
"""

import re

from reconciler.model.errors import Refused
from runners.contract.mistakes import shown
from runners.contract.names import is_file_name

_REF = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]{1,240}")
_RUN = re.compile(r"[a-z][a-z0-9-]*/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DEEPEST = 64
_LONGEST = 4000


def is_ref_name(name: str) -> bool:
    """Tell whether a text may stand in a ref: `main`, `feature/x`, `datasets/loans/3f2a`."""
    parts = name.split("/")
    is_odd = ".." in name or "@{" in name or name == "@" or name.startswith("-") or name.endswith(".")
    broken = any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    return _REF.fullmatch(name) is not None and not is_odd and not broken


def is_run_name(name: str) -> bool:
    """Tell whether a text is of the form `<kind>/<name>/<digest>`, as runs and proposals are named."""
    return _RUN.fullmatch(name) is not None


def check_branch(branch: str) -> str:
    """Return the full ref of a branch.

    Raises:
        Refused: the name can't be that of a branch.
    """
    if not is_ref_name(branch):
        raise Refused(f"{shown(branch)} can't be the name of a branch", "see `git help check-ref-format`")
    return f"refs/heads/{branch}"


def check_environment(name: str) -> str:
    """Return the name of an environment as it is.

    Raises:
        Refused: it is no DNS label.
    """
    if not _LABEL.fullmatch(name):
        raise Refused(f"{shown(name)} can't be the name of an environment", "use lower-case letters, digits and `-`")
    return name


def check_path(path: str) -> str:
    """Return a path as it is, if it stays inside the tree that it is in.

    Raises:
        Refused: it is absolute, climbs out by `..`, or names Git's own folder.
    """
    parts = path.split("/")
    if not path or len(path) > _LONGEST or len(parts) > _DEEPEST or not all(is_file_name(part) for part in parts):
        raise Refused(f"{shown(path[:200])} can't be the path of a file", "use a path inside the tree, without `..`")
    return path
