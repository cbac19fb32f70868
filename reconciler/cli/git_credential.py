"""`setpoint git-credential`: a helper of Git's that gives a token of the App of GitHub (gitcredentials(7))."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from reconciler.cli.examples import examples
from reconciler.model.errors import Refused

if TYPE_CHECKING:
    from reconciler.providers.forge.github.git_access import GitAccess
    from reconciler.settings import Settings

LARGEST = 2**16
"""Characters of a request of Git's that are read."""


@examples(
    "setpoint git-credential --repository https://github.com/team/models.git get",
    "setpoint git-credential -C /srv/models -e prod get",
)
@click.command("git-credential")
@click.option(
    "--repository",
    "-C",
    envvar="SETPOINT_REPOSITORY",
    show_envvar=True,
    required=True,
    help="The URL that the token is for; or the path of a clone, whose environment says how its forge is reached.",
)
@click.option("--environment", "-e", envvar="SETPOINT_ENVIRONMENT", show_envvar=True, help="Which one, in a clone.")
@click.option("--branch", envvar="SETPOINT_BRANCH", show_envvar=True, default="main", help="Which branch of a clone.")
@click.argument("operation")
def command(repository: str, environment: str | None, branch: str, operation: str) -> None:
    """Answer Git's question for a password with a token of the App of GitHub, for an hour and one repository.

    Of a URL, the App is told by SETPOINT_GITHUB_APP and its key. Git itself says which OPERATION it wants: `get`;
    there is nothing to store or erase.
    """
    asked = read_request(sys.stdin)
    if operation != "get":
        return
    access = _access(repository, environment, branch)
    if access.is_for(asked):
        for name, value in access.answer().items():
            print(f"{name}={value}")


def read_request(stream: TextIO) -> Mapping[str, str]:
    """Read what Git asks: lines of `name=value`, up to an empty one."""
    lines = stream.read(LARGEST).split("\n\n", maxsplit=1)[0].splitlines()
    return {name: value for name, is_one, value in (line.partition("=") for line in lines) if is_one}


def _access(repository: str, environment: str | None, branch: str) -> "GitAccess":
    """Return the way to a repository.

    Raises:
        Refused: nobody says by which App, or it isn't one of GitHub's.
    """
    from reconciler.providers.forge.github.git_access import git_access
    from reconciler.settings import git_app

    if "://" not in repository:
        from reconciler.cli.scope import settle

        settings = settle(str(Path(repository).expanduser()), environment, branch, None)
        return git_access(settings.repository, **_options(settings))
    options = git_app()
    if not options:
        raise Refused(
            "no App of GitHub is named", "set SETPOINT_GITHUB_APP, and SETPOINT_GITHUB_APP_KEY_FILE beside it"
        )
    return git_access(repository, **options)


def _options(settings: "Settings") -> Mapping[str, Any]:
    """Return what an environment of a clone says of its forge.

    Raises:
        Refused: its forge isn't GitHub by an App.
    """
    from reconciler.compose import Cache, compose
    from reconciler.wiring import open_source

    source = open_source(settings)
    head = source.head()
    if head is None:
        raise Refused(f"{settings.place} has no branch {settings.branch}", "name another one with --branch")
    forge = compose(source.tree(head), settings.environment, Cache()).environment.forge
    if forge.provider != "github" or "app" not in forge.options:
        what = f"the forge of {settings.environment} isn't GitHub by an App"
        raise Refused(what, "say so in its environment.yaml, or set SETPOINT_GITHUB_APP and give the repository's URL")
    return forge.options
