"""The further pages of leaderboards on the status branch: written once, read by those who ask for all trials."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from reconciler.model.decision import Decision
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.text import printable
from reconciler.status.plain import plain
from reconciler.status.read import LARGEST, StatusFiles
from reconciler.untrusted import parse

ROOM = "leaderboards"


def leaderboard_pages(
    told: Mapping[Address, Decision], removed: frozenset[Address], known: Collection[str]
) -> dict[str, bytes | None]:
    """Return the pages that aren't there yet, and None for those that no experiment's facts name any more."""
    shown = {path for a, d in told.items() if a not in removed for path in d.facts.get("leaderboard_pages") or ()}
    fresh = {path: rows for a, d in told.items() if a not in removed for path, rows in d.pages.items()}
    written: dict[str, bytes | None] = {
        path: (json.dumps(plain(rows), indent=0) + "\n").encode() for path, rows in fresh.items() if path not in known
    }
    return written | {path: None for path in known if path.startswith(f"{ROOM}/") and path not in shown}


def whole_board(status: StatusFiles, facts: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return all rows of a leaderboard, its further pages included; None where there is none.

    Raises:
        Refused: a page is too large, or is none.
    """
    board = facts.get("leaderboard")
    if board is None:
        return None
    rows = list(board)
    for path in facts.get("leaderboard_pages") or ():
        rows += _page(status, str(path))
    return rows


def left_out(row: Mapping[str, Any]) -> str:
    """Say why a row of a leaderboard has no rank: how far its trial came; nothing of one that is ranked."""
    stage = str(row.get("stage") or "accepted")
    return "" if stage == "accepted" else stage


def _page(status: StatusFiles, path: str) -> list[Mapping[str, Any]]:
    hint = "the daemon writes it anew once it is removed"
    try:
        text = status.read(path) if status.size(path) <= LARGEST else b""
        rows = parse(text)
    except FileNotFoundError as error:
        raise Refused(f"{printable(path, 200)} of the status branch is gone", hint) from error
    except ValueError as error:
        raise Refused(f"{path} of the status branch is no page of a leaderboard", hint) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused(f"{path} of the status branch is no page of a leaderboard", hint)
    return rows
