"""A person's own repository: its beginning, where it came from, and what of its folders it has or would take."""

from collections.abc import Sequence
from pathlib import Path

from reconciler.git.process import call, failure
from reconciler.model.errors import Refused


def begin(folder: Path, message: str, paths: Sequence[str]) -> None:
    """Make a folder a repository with the branch `main`, unless it is one, and commit some of its files.

    Whatever else lies there, staged or not, is no part of the commit.

    Args:
        folder: the folder.
        message: the commit's message.
        paths: the files, as paths below the folder; where they are committed already, nothing is done.

    Raises:
        Refused: Git has no author to commit as.
        Unavailable: the folder can't be written.
    """
    folder = folder.absolute()
    if not (folder / ".git").exists():
        _run(folder, "init", "--quiet", "-b", "main")
    _run(folder, "add", "--force", "--", *paths)
    if not call(folder, "diff", "--cached", "--quiet", "--", *paths, in_work_tree=True).code:
        return
    if call(folder, "var", "GIT_AUTHOR_IDENT", in_work_tree=True).code:
        raise Refused("git doesn't know who you are", "git config --global user.name NAME, and user.email ADDRESS")
    _run(folder, "commit", "--quiet", "--message", message, "--", *paths)


def branch_of(folder: Path) -> str:
    """Return the name of the branch that is checked out in a folder; `main` where none is."""
    told = call(folder, "symbolic-ref", "--quiet", "--short", "HEAD", in_work_tree=True)
    return told.text.strip() or "main" if not told.code else "main"


def origin_of(folder: Path) -> str | None:
    """Return the URL or path of the remote `origin` of the repository in a folder, if it has one."""
    told = call(folder, "config", "--get", "remote.origin.url", in_work_tree=True)
    return told.text.strip() or None if not told.code else None


def author_of(folder: Path) -> str:
    """Return the address of whom Git would commit as in a folder, or above it; empty where it knows nobody."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
    told = call(there, "config", "--get", "user.email", in_work_tree=True)
    return told.text.strip() if not told.code else ""


def would_take(folder: Path, path: Path) -> bool:
    """Tell whether `git add --all` in a work tree would take a file, or has taken it."""
    if not path.absolute().is_relative_to(folder.absolute()):
        return False
    return bool(call(folder, "check-ignore", "--quiet", "--", str(path.absolute()), in_work_tree=True).code)


def has_status(folder: Path) -> bool:
    """Tell whether a repository holds a status branch: whether a daemon watches it, and not its origin."""
    told = call(folder, "for-each-ref", "--count=1", "refs/heads/setpoint/", in_work_tree=True)
    return bool(told.text.strip())


def taken(folder: Path, below: str) -> tuple[str, ...] | None:
    """Return the paths below a part of a work tree that are in Git or would be added; None where it is no repository.

    Args:
        folder: the work tree.
        below: a folder in it, or nothing for all of it; the paths are below that. One that ends in a slash is a
            repository of its own.
    """
    how = ("--cached", "--others", "--exclude-standard", "-z")
    told = call(folder, "ls-files", *how, "--", f":(literal){below}" if below else ".", in_work_tree=True)
    head = f"{below}/" if below else ""
    return None if told.code else tuple(p.removeprefix(head) for p in told.text.split("\0") if p.startswith(head))


def _run(folder: Path, *arguments: str) -> None:
    output = call(folder, *arguments, in_work_tree=True)
    if output.code:
        raise failure(folder, arguments[0], output)
