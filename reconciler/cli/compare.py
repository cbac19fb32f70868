"""`setpoint compare`: trials side by side."""

from collections.abc import Mapping
from typing import Any

import click

from reconciler.cli.output import as_json, console, figures, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import document_of, read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings


@click.command("compare")
@click.argument("experiment")
@click.argument("trials", nargs=-1)
@as_json
@placed
def command(settings: Settings, experiment: str, trials: tuple[str, ...], to_json: bool) -> None:
    """Show an experiment's trials side by side, the best first; TRIALS are digests, or the beginnings of them.

    They are ranked by the experiment's metric on the validation rows. The other figures are of the test rows, by which
    no trial is to be chosen.
    """
    document = document_of(read_status(settings), experiment, settings.environment)
    board = (document.get("facts") or {}).get("leaderboard")
    if board is None:
        raise Refused(f"{experiment} has no leaderboard", "name an experiment whose trials have begun")
    chosen = [row for row in board if not trials or _digest(row).startswith(trials)]
    if not chosen:
        raise Refused(f"{experiment} has no trial {' '.join(trials)}", f"it has: {', '.join(map(_digest, board))}")
    if to_json:
        print_json(chosen)
        return
    metric = str(((document.get("facts") or {}).get("metric") or {}).get("name") or "ranking")
    params = sorted({name for row in chosen for name in row.get("params") or {}})
    metrics = sorted({name for row in chosen for name in row.get("metrics") or {}})
    rows = [
        (
            row.get("rank"),
            _digest(row),
            *_ranking(row),
            *((row.get("params") or {}).get(name) for name in params),
            *((row.get("metrics") or {}).get(name) for name in metrics),
        )
        for row in chosen
    ]
    heads = (f"{metric} (validation)", "95 % interval", *params, *(f"{name} (test)" for name in metrics))
    console().print(figures(("", "trial", *heads), rows))


def _ranking(row: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the figure that ranks a trial, and its interval."""
    told = row.get("ranking") or {}
    low, high = told.get("low"), told.get("high")
    between = f"{low:.4f} to {high:.4f}" if isinstance(low, float) and isinstance(high, float) else ""
    return told.get("value"), between


def _digest(row: Mapping[str, Any]) -> str:
    return str(row.get("run", "")).rsplit("/", 1)[-1]
