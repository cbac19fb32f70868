"""Options that verbs share: where they act."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from click.types import StringParamType

from reconciler.cli.completion import complete_environments
from reconciler.cli.scope import settle, settle_all
from reconciler.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--repository",
        "-C",
        envvar="SETPOINT_REPOSITORY",
        show_envvar=True,
        help="A path or URL; by default the repository you stand in, or its origin if the daemon watches that.",
    ),
    click.option(
        "--environment",
        "-e",
        envvar="SETPOINT_ENVIRONMENT",
        show_envvar=True,
        shell_complete=complete_environments,
        help="A folder under environments/; needed where there are several.",
    ),
    click.option(
        "--branch",
        envvar="SETPOINT_BRANCH",
        show_envvar=True,
        default="main",
        show_default=True,
        help="The watched branch.",
    ),
    click.option(
        "--home",
        envvar="SETPOINT_HOME",
        show_envvar=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the embedded engines keep their state.",
    ),
)


class _Lines(StringParamType):
    """Text of which an environment variable may hold several, one a line: paths may have spaces in them."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the lines."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


_SEVERAL = (
    click.option(
        "--repository",
        "-C",
        "repositories",
        envvar="SETPOINT_REPOSITORY",
        show_envvar=True,
        multiple=True,
        type=_Lines(),
        help="A path or URL; by default the repository you stand in, or its origin if the daemon watches that. "
        "May be given again; the variable then has a line for each.",
    ),
    click.option(
        "--environment",
        "-e",
        "environments",
        envvar="SETPOINT_ENVIRONMENT",
        show_envvar=True,
        multiple=True,
        shell_complete=complete_environments,
        help="A folder under environments/ of each repository; needed where there are several. May be given again; "
        "the variable then has spaces between them.",
    ),
    *_OPTIONS[2:],
)


def placed_at_several(function: Function) -> Function:
    """Give a command the options that say where it acts, in any number of places; it gets them as `several`."""
    return _placed_at_several(function, every=False)


def placed_at_all(function: Function) -> Function:
    """Give a command the same options, of which no environment means all that the repositories have."""
    return _placed_at_several(function, every=True)


def _placed_at_several(function: Function, every: bool) -> Function:
    def wrapped(
        repositories: tuple[str, ...], environments: tuple[str, ...], branch: str, home: Path | None, **options: Any
    ) -> Any:
        return function(several=settle_all(repositories, environments, branch, home, every=every), **options)

    return with_options(function, wrapped, _SEVERAL)


def placed(function: Function) -> Function:
    """Give a command the options that say where it acts; it gets them as `settings`."""

    def wrapped(repository: str | None, environment: str | None, branch: str, home: Path | None, **options: Any) -> Any:
        return function(settings=settle(repository, environment, branch, home), **options)

    return with_options(function, wrapped, _OPTIONS)


_SERVER = click.option(
    "--server",
    envvar="SETPOINT_SERVER",
    show_envvar=True,
    help="Read the page of `setpoint web` at this URL in the place of a repository; SETPOINT_TOKEN lets in.",
)


class ServedAt(NamedTuple):
    """Where a page is, and which of its environments is meant; empty where it has one alone."""

    url: str
    environment: str


def placed_or_served(function: Function) -> Function:
    """Give a command the options that say where it reads: a repository, as `settings`, or the page, as `served`."""

    def wrapped(server: str | None, repository: str | None, environment: str | None, **options: Any) -> Any:
        branch, home = options.pop("branch"), options.pop("home")
        if server and not repository:
            return function(settings=None, served=ServedAt(server, environment or ""), **options)
        return function(settings=settle(repository, environment, branch, home), served=None, **options)

    return with_options(function, wrapped, (_SERVER, *_OPTIONS))


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TRUST = (
    click.option(
        "--verify-with",
        envvar="SETPOINT_VERIFY_WITH",
        show_envvar=True,
        multiple=True,
        type=_FILE,
        help="Take only commits signed by whom this file lists, whatever the repository says: allowed signers, as "
        "ssh-keygen(1) reads them, or OpenPGP keys in armour. May be given again.",
    ),
    click.option(
        "--signing-key",
        envvar="SETPOINT_SIGNING_KEY",
        show_envvar=True,
        type=_FILE,
        help="The private SSH key, without a passphrase, that signs what is merged, and statements about models.",
    ),
)


_LEASE = (
    click.option(
        "--lease",
        envvar="SETPOINT_LEASE",
        show_envvar=True,
        default="git",
        show_default=True,
        help="What decides which daemon may write: git, kubernetes or kubernetes:NAMESPACE, the same for all daemons.",
    ),
)


def leasing(function: Function) -> Function:
    """Give a command that is placed the option that says what decides which daemon may write."""

    def wrapped(lease: str, **options: Any) -> Any:
        from reconciler.lease.opening import check_lease

        return function(**_changed(options, lambda settings: replace(settings, lease=check_lease(lease))))

    return with_options(function, wrapped, _LEASE)


def _changed(options: Mapping[str, Any], change: Callable[[Settings], Settings]) -> dict[str, Any]:
    """Return a command's options with other settings, of one place or of several."""
    if "several" in options:
        return {**options, "several": tuple(map(change, options["several"]))}
    return {**options, "settings": change(options["settings"])}


def trusting(function: Function) -> Function:
    """Give a command that is placed the options that say whose commits are taken, and how its own are signed."""

    def wrapped(verify_with: tuple[Path, ...], signing_key: Path | None, **options: Any) -> Any:
        def trusts(settings: Settings) -> Settings:
            files = tuple(path.absolute() for path in verify_with) or settings.verify_with
            key = signing_key.absolute() if signing_key else settings.signing_key
            return replace(settings, verify_with=files, signing_key=key)

        return function(**_changed(options, trusts))

    return with_options(function, wrapped, _TRUST)


def with_options(function: Function, wrapped: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Function:
    """Return a function that stands for a command's own, with its documentation and options, and with more options."""
    wrapped.__doc__, wrapped.__name__ = function.__doc__, function.__name__
    wrapped.__click_params__ = list(getattr(function, "__click_params__", []))  # type: ignore[attr-defined]
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]
