"""`setpoint validate`: the errors of the specs, each with its place."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_environments
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.findings import github, sarif
from reconciler.cli.output import as_json, counted, print_json, say, styled
from reconciler.model.errors import BadSpec, Problem, Refused, Severity

if TYPE_CHECKING:
    from reconciler.compose import Cache
    from reconciler.watched.folder import FolderTree

Found = Mapping[Problem, list[str]]
"""Every problem, with the environments that have it."""


@examples("setpoint validate", "setpoint validate --environment prod --format github")
@click.command("validate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option(
    "--environment",
    "-e",
    "wanted",
    multiple=True,
    shell_complete=complete_environments,
    help="Only this environment; may be given again.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="github: annotations of a workflow run; sarif: SARIF 2.1.0, for code scanning.",
)
@as_json
def command(folder: Path, wanted: tuple[str, ...], form: str, to_json: bool) -> int:
    """Check the specs in a folder, committed or not; tell the errors of all files and environments at once."""
    found, counts = problems_in(folder, wanted)
    _FORMS["json" if to_json else form](found, counts)
    return Exit.REFUSED if any(p.severity is Severity.ERROR for p in found) else Exit.OK


def problems_in(folder: Path, wanted: tuple[str, ...]) -> tuple[Found, Mapping[str, int]]:
    """Return every problem of some environments, or of all, and how many resources of each compose.

    Raises:
        Refused: the folder has no environments, or not one that is asked for.
    """
    from reconciler.cli.scope import environments_of
    from reconciler.compose import Cache
    from reconciler.watched.folder import FolderTree

    tree = FolderTree(folder)
    known = environments_of(tree.files)
    if not known:
        raise Refused(f"{folder} has no environments/", "`setpoint init` makes a repository from the sample")
    if strangers := set(wanted) - set(known):
        raise Refused(f"{folder} has no environment {min(strangers)}", f"it has: {', '.join(known)}")
    cache, counts = Cache(), dict[str, int]()
    found: dict[Problem, list[str]] = {}
    for name in wanted or known:
        counts[name], problems = _checked(tree, name, cache)
        for problem in problems:
            found.setdefault(problem, []).append(name)
    return dict(sorted(found.items())), counts


def _checked(tree: "FolderTree", environment: str, cache: "Cache") -> tuple[int, tuple[Problem, ...]]:
    """Return how many resources of an environment compose, and every problem that it has."""
    from reconciler.compose import compose

    try:
        desired = compose(tree, environment, cache)
    except BadSpec as error:
        return 0, error.problems
    return len(desired.resources), desired.all_problems()


def _as_json(problem: Problem, names: list[str]) -> dict[str, object]:
    fields = ("file", "line", "column", "path", "message", "hint", "severity")
    return {**{name: getattr(problem, name) for name in fields}, "environments": names}


def _show(found: Found, counts: Mapping[str, int]) -> None:
    for problem, names in found.items():
        where = f" [{', '.join(names)}]" if len(names) < len(counts) else ""
        say(styled(f"{problem}{where}", "red" if problem.severity is Severity.ERROR else "yellow"))
    told = ", ".join(f"{name}: {counted(count, 'resource')}" for name, count in counts.items())
    say(f"{counted(len(found), 'problem')}; {told}" if found else f"no problem; {told}")


_FORMS: Mapping[str, Callable[[Found, Mapping[str, int]], None]] = MappingProxyType(
    {
        "text": _show,
        "json": lambda found, _: print_json([_as_json(problem, names) for problem, names in found.items()]),
        "github": lambda found, _: print("".join(f"{line}\n" for line in github(found)), end=""),
        "sarif": lambda found, _: print_json(sarif(found)),
    }
)
