"""`setpoint validate`: every error of the specs, with its place."""

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.output import as_json, console, print_json
from reconciler.compose import Cache, compose
from reconciler.gitstore.folder import FolderTree
from reconciler.model.errors import BadSpec, Problem, Refused, Severity


@click.command("validate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--environment", "-e", "wanted", multiple=True, help="Only this environment; may be given again.")
@as_json
def command(folder: Path, wanted: tuple[str, ...], to_json: bool) -> int:
    """Check the specs in a folder, committed or not; tell every error of every environment at once."""
    tree = FolderTree(folder)
    names = wanted or environments(tree)
    if not names:
        raise Refused(f"{folder} has no environments/", "`setpoint init` makes a repository from the sample")
    cache, counts = Cache(), dict[str, int]()
    found: dict[Problem, list[str]] = {}
    for name in names:
        counts[name], problems = _checked(tree, name, cache)
        for problem in problems:
            found.setdefault(problem, []).append(name)
    if to_json:
        print_json([_as_json(problem, where) for problem, where in sorted(found.items())])
    else:
        _show(found, counts)
    return Exit.REFUSED if any(p.severity is Severity.ERROR for p in found) else Exit.OK


def _checked(tree: FolderTree, environment: str, cache: Cache) -> tuple[int, tuple[Problem, ...]]:
    """Return how many resources of an environment compose, and every problem that it has."""
    try:
        desired = compose(tree, environment, cache)
    except BadSpec as error:
        return 0, error.problems
    return len(desired.resources), desired.all_problems()


def environments(tree: FolderTree) -> tuple[str, ...]:
    """Return the names of the environments in a tree."""
    return tuple(sorted({p.split("/")[1] for p in tree.files if p.startswith("environments/") and p.count("/") > 1}))


def _as_json(problem: Problem, names: list[str]) -> dict[str, object]:
    fields = ("file", "line", "column", "path", "message", "hint", "severity")
    return {**{name: getattr(problem, name) for name in fields}, "environments": names}


def _show(found: dict[Problem, list[str]], counts: dict[str, int]) -> None:
    out = console()
    for problem, names in sorted(found.items()):
        where = f" [{', '.join(names)}]" if len(names) < len(counts) else ""
        out.print(f"{problem}{where}", style="red" if problem.severity is Severity.ERROR else "yellow", markup=False)
    told = ", ".join(f"{name}: {count} resources" for name, count in counts.items())
    out.print(f"{len(found)} problem{'s' * (len(found) != 1)}; {told}" if found else f"no problem; {told}")
