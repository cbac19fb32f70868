"""`setpoint compare`: trials side by side."""

from collections.abc import Mapping
from typing import Any

import click

from reconciler.cli.output import as_json, console, figures, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import document_of, open_status
from reconciler.loop.board_pages import whole_board
from reconciler.loop.recorded import RecordedFiles
from reconciler.model.errors import Refused
from reconciler.settings import Settings


@click.command("compare")
@click.argument("experiment")
@click.argument("trials", nargs=-1)
@as_json
@placed
def command(settings: Settings, experiment: str, trials: tuple[str, ...], to_json: bool) -> None:
    """Show an experiment's trials side by side, the best first; TRIALS are digests, or the beginnings of them."""
    status = open_status(settings).read()
    document = document_of(RecordedFiles().read(status), experiment, settings.environment)
    board = whole_board(status, document.get("facts") or {})
    if board is None:
        raise Refused(f"{experiment} has no leaderboard", "name an experiment whose trials have begun")
    chosen = [row for row in board if not trials or _digest(row).startswith(trials)]
    if not chosen:
        raise Refused(f"{experiment} has no trial {' '.join(trials)}", f"it has: {', '.join(map(_digest, board[:20]))}")
    if to_json:
        print_json(chosen)
        return
    params = sorted({name for row in chosen for name in row.get("params") or {}})
    metrics = sorted({name for row in chosen for name in row.get("metrics") or {}})
    rows = [
        (
            row.get("rank"),
            _digest(row),
            *((row.get("params") or {}).get(name) for name in params),
            *((row.get("metrics") or {}).get(name) for name in metrics),
        )
        for row in chosen
    ]
    console().print(figures(("", "trial", *params, *metrics), rows))


def _digest(row: Mapping[str, Any]) -> str:
    return str(row.get("run", "")).rsplit("/", 1)[-1]
