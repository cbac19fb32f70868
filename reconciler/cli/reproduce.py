"""`setpoint reproduce`: make a model again from the same inputs, and see whether it is the same, bit for bit."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json, say
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.reproducing import Made
    from reconciler.model.ids import RunName

_MOST_NAMED = 12


@examples(
    "setpoint reproduce deployments/employment --environment prod",
    "setpoint reproduce experiments/employment --trial 3f2a1b4c5d6e",
    "setpoint reproduce experiments/employment/3f2a1b4c5d6e --folder /tmp/again",
)
@click.command("reproduce")
@click.argument("subject", shell_complete=complete_addresses)
@click.option(
    "--trial", "trials", multiple=True, help="A trial of the experiment; by default, its best. May be repeated."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where all that comes of it is kept; by default it is gone afterwards.",
)
@as_json
@placed
def command(settings: Settings, subject: str, trials: tuple[str, ...], folder: Path | None, to_json: bool) -> int:
    """Make the model of SUBJECT, a deployment, an experiment or a trial, again on this machine, and compare.

    The same commit, code, data, parameters and runner, as the pool of this machine runs them, in a folder of its own:
    the data store, the environment's pools and the repository stay as they are. Exit code 7 says that another model
    came of it.
    """
    from reconciler.cli.reproducing import reproduce
    from reconciler.wiring import wire

    wired = wire(settings)
    names = list(runs_of(settings, subject, trials))
    wired.converging.head()
    engines = wired.converging.engines
    if engines is None:
        raise click.UsageError("the watched branch has no commit")
    found = []
    for run in names:
        with _place(folder, run) as place:
            made = reproduce(wired, engines, run, place, lambda text: None if to_json else say(text))
        found.append(made)
        if not to_json:
            show(made)
    if to_json:
        print_json([as_document(made) for made in found])
    return Exit.OK if all(made.is_same for made in found) else Exit.BROKEN


def runs_of(settings: Settings, subject: str, trials: "Iterable[str]" = ()) -> "Iterator[RunName]":
    """Yield the runs that made the models that are meant.

    Raises:
        Refused: there are none.
    """
    from reconciler.cli.status_reader import document_of, read_status
    from reconciler.model.errors import Refused
    from reconciler.model.ids import RunName

    if subject.count("/") == 2:
        yield RunName(subject)
        return
    if named := [f"{subject}/{trial.rpartition('/')[2]}" for trial in trials]:
        yield from map(RunName, named)
        return
    facts = document_of(read_status(settings), subject, settings.environment).get("facts") or {}
    board = [row.get("run") for row in facts.get("leaderboard") or () if row.get("stage") in (None, "accepted")]
    best = facts.get("trial") if subject.startswith("deployments/") else next(iter(board), None)
    if isinstance(members := facts.get("models"), dict) and members:
        yield from (RunName(str(trial)) for trial in members.values())
        return
    if not best:
        hint = "name a deployment with a model, an experiment with an accepted trial, or a trial"
        raise Refused(f"{subject} has no model that could be made again", hint)
    yield RunName(str(best))


@contextmanager
def _place(folder: Path | None, run: str) -> "Iterator[Path]":
    """Give a folder for one run: below the one that is kept, or one that is gone afterwards."""
    if folder is not None:
        place = folder.absolute() / run
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            from reconciler.model.errors import Refused

            raise Refused(f"{place} isn't empty", "name another --folder, or remove it")
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="setpoint-reproduce-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def as_document(made: "Made") -> dict[str, Any]:
    """Return what came of one run, for scripts."""
    return {
        "run": made.run,
        "reproduced": made.is_same,
        "model_then": made.then,
        "model_now": made.now,
        "same": list(made.same),
        "other": list(made.other),
        "missing": list(made.missing),
        "packages": {name: list(pair) for name, pair in made.packages.items()},
    }


def show(made: "Made") -> None:
    """Print what came of one run."""
    if made.is_same:
        say(f"{made.run} is the same, bit for bit: {made.now}", style="green")
    else:
        say(f"{made.run} is another model: {made.now or 'none'}, and was {made.then or 'none'}", style="red")
    say(f"  {len(made.same)} of {len(made.same) + len(made.other) + len(made.missing)} files are the same")
    for what, paths in (("differs", made.other), ("is missing", made.missing)):
        for path in paths[:_MOST_NAMED]:
            say(f"  {path} {what}{_reason(path)}")
    for name, (then, now) in made.packages.items():
        say(f"  {name} is {now or 'not installed'} here, and was {then}")


def _reason(path: str) -> str:
    return ", as it says when it was made" if path == "provenance.json" else ""
