"""`setpoint compare`: trials side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, console, print_json, say, table
from reconciler.cli.status_reader import document_of, open_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

Board = Sequence[Mapping[str, Any]]
FAILED = ("failed", "rejected")
MOST_FIGURES = 4
"""Metrics of the test rows that are shown, unless all are asked for."""


@examples("setpoint compare experiments/employment", "setpoint compare experiments/employment 3f2a 9c01 --all")
@click.command("compare")
@click.argument("experiment", shell_complete=complete_addresses)
@click.argument("trials", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Show every metric, and parameters that don't differ.")
@as_json
@placed
def command(settings: Settings, experiment: str, trials: tuple[str, ...], every: bool, to_json: bool) -> None:
    """Show an experiment's trials side by side, the best first; TRIALS are digests, or the beginnings of them.

    They are ranked by the experiment's metric on the validation rows. The other figures are of the test rows, by which
    no trial is to be chosen.
    """
    from reconciler.status.leaderboard_pages import whole_board
    from reconciler.status.read import RecordedFiles

    status = open_status(settings).read()
    facts = document_of(RecordedFiles().read(status), experiment, settings.environment).get("facts") or {}
    board = whole_board(status, facts)
    if board is None:
        raise Refused(f"{experiment} has no leaderboard", "name an experiment whose trials have begun")
    chosen = [row for row in board if not trials or _digest(row).startswith(trials)]
    if not chosen:
        raise Refused(f"{experiment} has no trial {' '.join(trials)}", f"it has: {', '.join(map(_digest, board[:20]))}")
    if to_json:
        print_json(chosen)
        return
    ranking = str((facts.get("metric") or {}).get("name") or "ranking")
    _show(chosen, ranking, every)


def _show(board: Board, ranking: str, every: bool) -> None:
    """Print trials: rank, digest, the figure that ranks with its interval, the parameters that differ, test metrics."""
    params = _names(board, "params") if every else _differing(board)
    tested = sorted(_names(board, "metrics"), key=lambda name: (name != ranking, name))
    shown = tested if every else tested[:MOST_FIGURES]
    rows = [
        (
            None if _left_out(row) else row.get("rank"),
            _digest(row),
            *_ranking(row),
            *((row.get("params") or {}).get(name) for name in params),
            *((row.get("metrics") or {}).get(name) for name in shown),
        )
        for row in board
    ]
    heads = (f"{ranking} (validation)", "95 % interval", *params, *(f"{name} (test)" for name in shown))
    console().print(table(("", "trial", *heads), rows))
    for row in (row for row in board if _left_out(row) in FAILED):
        say(f"{_digest(row)} {_left_out(row)}: {row.get('message') or 'nothing is told of it'}")
    same = {} if every else _shared(board, params)
    if same:
        say("all: ", ", ".join(f"{name}={value}" for name, value in same.items()))
    if len(shown) < len(tested):
        say(f"and {len(tested) - len(shown)} more metrics: --all shows them, --json has them in full")


def _ranking(row: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the figure that ranks a trial, and its interval; of one that has none, how far it came."""
    if stage := _left_out(row):
        return stage, ""
    told = row.get("ranking") or {}
    low, high = told.get("low"), told.get("high")
    between = f"{low:.4f} to {high:.4f}" if isinstance(low, float) and isinstance(high, float) else ""
    return told.get("value"), between


def _left_out(row: Mapping[str, Any]) -> str:
    from reconciler.status.leaderboard_pages import left_out

    return left_out(row)


def _names(board: Board, field: str) -> list[str]:
    return sorted({name for row in board for name in row.get(field) or {}})


def _differing(board: Board) -> list[str]:
    values = {name: {repr((row.get("params") or {}).get(name)) for row in board} for name in _names(board, "params")}
    return [name for name, found in values.items() if len(found) > 1]


def _shared(board: Board, differing: Sequence[str]) -> dict[str, Any]:
    first = board[0].get("params") or {}
    return {name: value for name, value in sorted(first.items()) if name not in differing}


def _digest(row: Mapping[str, Any]) -> str:
    return str(row.get("run", "")).rsplit("/", 1)[-1]
