"""`setpoint compare`: trials side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.output import as_json, console, print_json, say, table
from reconciler.cli.place import placed
from reconciler.cli.reading import document_of, open_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

Board = Sequence[Mapping[str, Any]]
MOST_FIGURES = 4
"""Metrics beside the one that ranks, unless all are asked for."""


@examples("setpoint compare experiments/employment", "setpoint compare experiments/employment 3f2a 9c01 --all")
@click.command("compare")
@click.argument("experiment", shell_complete=complete_addresses)
@click.argument("trials", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Show every metric, and parameters that don't differ.")
@as_json
@placed
def command(settings: Settings, experiment: str, trials: tuple[str, ...], every: bool, to_json: bool) -> None:
    """Show an experiment's trials side by side, the best first; TRIALS are digests, or the beginnings of them."""
    from reconciler.loop.board_pages import whole_board
    from reconciler.loop.recorded import RecordedFiles

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
    ranking = str((facts.get("metric") or {}).get("name") or "")
    _show(chosen, ranking, every)


def _show(board: Board, ranking: str, every: bool) -> None:
    """Print trials: rank, digest, the metric that ranks, the parameters that differ, then other metrics."""
    params = _names(board, "params") if every else _differing(board)
    others = [name for name in _names(board, "metrics") if name != ranking]
    shown = others if every else others[:MOST_FIGURES]
    first = [ranking] if ranking else []
    rows = [
        (
            row.get("rank"),
            _digest(row),
            *((row.get("metrics") or {}).get(name) for name in first),
            *((row.get("params") or {}).get(name) for name in params),
            *((row.get("metrics") or {}).get(name) for name in shown),
        )
        for row in board
    ]
    console().print(table(("", "trial", *first, *params, *shown), rows))
    same = {} if every else _shared(board, params)
    if same:
        say("all: ", ", ".join(f"{name}={value}" for name, value in same.items()))
    if len(shown) < len(others):
        say(f"and {len(others) - len(shown)} more metrics: --all shows them, --json has them in full")


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
