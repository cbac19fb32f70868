"""Where a command acts: which repository, branch and environment, and where the embedded engines keep their state."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.home import MIRROR
from reconciler.model.errors import Refused
from reconciler.model.text import without_credentials
from reconciler.settings import Settings, default_home, git_app, trusted

if TYPE_CHECKING:
    from reconciler.watched.branch import Source


def settle(repository: str | None, environment: str | None, branch: str, home: Path | None) -> Settings:
    """Work out the settings from what was given and where the command stands.

    Raises:
        Refused: it stands in no repository, or the environment is not clear.
    """
    place = repository or here()
    if "://" not in place and "@" not in place:
        place = str(Path(place).absolute())
    chosen = environment or _only_environment(place, branch)
    return Settings(place, chosen, branch, (home or default_home(place)).absolute(), *trusted())


def settle_all(
    repositories: Sequence[str], names: Sequence[str], branch: str, home: Path | None, *, every: bool = False
) -> tuple[Settings, ...]:
    """Work out the settings of each of some environments, in each of some repositories.

    Of several repositories each has a home of its own, below the one that was given. With `every`, no name means all
    environments that a repository has.

    Raises:
        Refused: the command stands in no repository, an environment isn't clear, there is none, or a name can't be
            that of one.
    """
    from reconciler.git.names import check_environment

    places = tuple(dict.fromkeys(repositories)) or (here(),)
    for name in names:
        check_environment(name)
    homes = dict(zip(places, _homes(places, home), strict=True))
    found = [
        (place, name)
        for place in places
        for name in dict.fromkeys(names) or (environments(place, branch) if every else (None,))
    ]
    if not found:
        raise Refused("there is no environments/ to show", "`setpoint init` makes a repository from the sample")
    return tuple(settle(place, name, branch, homes[place]) for place, name in found)


def _homes(places: Sequence[str], home: Path | None) -> Sequence[Path | None]:
    told = os.environ.get("SETPOINT_HOME")
    above = home or (Path(told).expanduser() if told else None)
    if len(places) < 2 or above is None:
        return [above] * len(places)
    return [above / default_home(place, {}).name for place in places]


def here() -> str:
    """Return the repository that one stands in, or its origin where the daemon watches that.

    Raises:
        Refused: one stands in no repository.
    """
    folder = top()
    if folder is None:
        raise Refused("this is no Git repository", "go into one, or name one with --repository")
    from reconciler.git.init import has_status, origin_of

    return str(folder) if has_status(folder) else origin_of(folder) or str(folder)


def top() -> Path | None:
    """Return the top folder of the repository that one stands in, if one does."""
    return next((p for p in (Path.cwd(), *Path.cwd().parents) if (p / ".git").exists() or _is_bare(p)), None)


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _only_environment(place: str, branch: str) -> str:
    names = environments(place, branch)
    if len(names) == 1:
        return names[0]
    if not names:
        raise Refused(f"{without_credentials(place)} has no environments/ on {branch}", other_branch(place, branch))
    raise Refused("which environment?", f"give --environment or SETPOINT_ENVIRONMENT: {', '.join(names)}")


def environments(place: str, branch: str) -> tuple[str, ...]:
    """Return the names of the environments in the newest commit of a branch.

    Raises:
        Refused: there is no such repository or branch.
        Unavailable: it is out of reach.
    """
    source = _source(place, branch)
    head = source.head()
    return environments_of(source.tree(head).files) if head else ()


def other_branch(place: str, branch: str) -> str:
    """Say where a repository has environments that has none on a branch: on its default branch, or nowhere.

    Raises:
        Unavailable: it is out of reach.
    """
    usual = _source(place, None).branch
    if usual == branch or not environments(place, usual):
        return "`setpoint init` makes a repository from the sample"
    return f"it has some on {usual}: --branch {usual}, SETPOINT_BRANCH={usual}, or rename it: `git branch -m {branch}`"


def _source(place: str, branch: str | None) -> "Source":
    from reconciler.watched.branch import Source

    access = None
    if git_app():
        from reconciler.wiring import git_access

        access = git_access(place)
    return Source.open(place, branch, default_home(place) / MIRROR, access)


def environments_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the environments that some paths of a repository lie in."""
    return tuple(sorted({p.split("/")[1] for p in paths if p.startswith("environments/") and p.count("/") > 1}))


def is_terminal() -> bool:
    """Tell whether a person reads the output as it comes."""
    return os.isatty(1)
