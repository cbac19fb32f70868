"""History: what descends from what, who changed a file, and by which merge it came to a branch."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.git.process import call, checked, environment, failure
from reconciler.model.errors import Unavailable

if TYPE_CHECKING:
    import git


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit as a person reads it."""

    commit: str
    author: str
    when: datetime
    title: str
    parents: tuple[str, ...] = ()

    @property
    def is_merge(self) -> bool:
        """Tell whether it brought one branch to another."""
        return len(self.parents) > 1


def is_ancestor(git_dir: Path, old: str, new: str) -> bool:
    """Tell whether `new` is `old` or descends from it; a commit that isn't there is nobody's ancestor.

    Raises:
        Unavailable: the repository can't be read.
    """
    if old == new:
        return True
    output = call(git_dir, "merge-base", "--is-ancestor", old, new)
    if output.code in (0, 1):
        return output.code == 0
    if call(git_dir, "cat-file", "-e", f"{old}^{{commit}}").code or call(git_dir, "cat-file", "-e", new).code:
        return False
    raise failure(git_dir, "merge-base", output)


def line(git_dir: Path, head: str, last: str, most: int) -> tuple[str, ...]:
    """Return the commits on a branch's own line (the first parents) that an older commit hasn't, the oldest first.

    Args:
        git_dir: the repository's Git folder.
        head: where the line ends.
        last: what is left out, with all that it descends from.
        most: how many are listed, those nearest to the head.

    Raises:
        Unavailable: the history can't be read.
    """
    told = checked(git_dir, "rev-list", "--first-parent", f"--max-count={most}", head, f"^{last}", "--").text
    return tuple(reversed(told.split()))


def unmerged(git_dir: Path, commits: frozenset[str], into: str) -> frozenset[str]:
    """Return those of the commits that `into` doesn't hold, by one walk.

    Raises:
        Unavailable: the repository can't be read.
    """
    if not commits:
        return frozenset()
    wanted = "".join(f"{commit}\n" for commit in sorted(commits)) + f"^{into}\n"
    told = checked(git_dir, "rev-list", "--stdin", stdin=wanted.encode()).text.split()
    return commits & frozenset(told)


def log(git_dir: Path, commit: str, *paths: str, limit: int = 20, first_parent: bool = False) -> tuple[LogEntry, ...]:
    """Return the commits up to one, the newest first.

    Args:
        git_dir: the repository's Git folder.
        commit: where to begin.
        paths: leave out the commits that changed none of these files and folders; without any, all are meant.
        limit: how many to return at the most.
        first_parent: see a merge as one change, not as the commits that it brought.

    Raises:
        Unavailable: the history can't be read.
    """
    import git

    repository = git.Repo(git_dir)
    try:
        repository.git.update_environment(**environment(), GIT_DIR=str(git_dir))
        options: dict[str, Any] = {"max_count": limit} | ({"first_parent": True} if first_parent else {})
        found = repository.iter_commits(commit, list(paths), **options)
        return tuple(_entry(one) for one in found)
    except (git.GitCommandError, git.BadName, ValueError) as error:
        raise Unavailable(f"the history of {commit[:12]} can't be read in {git_dir}", "`git fsck` tells why") from error
    finally:
        repository.close()


def _entry(commit: "git.Commit") -> LogEntry:
    message = commit.message if isinstance(commit.message, str) else commit.message.decode("utf-8", "replace")
    return LogEntry(
        commit.hexsha,
        f"{commit.author.name} <{commit.author.email}>",
        commit.committed_datetime.astimezone(UTC),
        message.partition("\n")[0],
        tuple(parent.hexsha for parent in commit.parents),
    )


def arrival(git_dir: Path, head: str, path: str) -> LogEntry | None:
    """Return the commit on a branch's own line that brought the newest change of a path: a merge, or the change itself.

    Raises:
        Unavailable: the history can't be read.
    """
    return next(iter(log(git_dir, head, path, limit=1, first_parent=True)), None)
