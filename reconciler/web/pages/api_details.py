"""The API's answers about one environment besides its resources: its last pass, histories, releases, files."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, tee
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reconciler.model.condition import shown_state
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.releases.documents import as_document
from reconciler.releases.dora import dora
from reconciler.releases.read import read_releases
from reconciler.status.leaderboard_pages import whole_board
from reconciler.status.runs_told import runs_told
from reconciler.status.timeline import documents, events_of
from reconciler.web.pages import files
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.snapshot import Snapshot

EVENTS = 50
"""What became of a resource, as far as it is told."""
FILES = 1000
"""Paths in one answer."""
_LONGEST = 100 * 366 * 86_400
Chosen = Callable[[Request], Seen]


class Details:
    """Answers about one environment.

    Args:
        chosen: finds the environment that a request names, as far as who asks may see it.
        now: tells the time.
    """

    def __init__(self, chosen: Chosen, now: Callable[[], datetime]) -> None:
        self._chosen, self._now = chosen, now

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Return its routes."""
        one = "/environments/{key}/resources/{kind}/{name}"
        return [
            Route("/environments/{key}/pass", self.last_pass),
            Route("/environments/{key}/releases", self.releases),
            Route("/environments/{key}/files", self.files),
            Route("/environments/{key}/files/{path:path}", self.file),
            Route(f"{one}/history", self.history),
            Route(f"{one}/trials", self.trials),
        ]

    async def last_pass(self, request: Request) -> Response:
        """Return what the last pass told of itself."""
        return JSONResponse(plain(self._chosen(request).snapshot.recorded.last_pass))

    async def releases(self, request: Request) -> Response:
        """Return which model came when, and the metrics of that; `since` are the seconds that are looked back."""
        chosen, now = self._chosen(request), self._now()
        seconds = _seconds(request.query_params.get("since", ""))
        begin = now - timedelta(seconds=seconds) if seconds else None
        found = await asyncio.to_thread(read_releases, chosen.source, chosen.status, chosen.snapshot.environment)
        shown = [one for one in reversed(found) if begin is None or one.when >= begin]
        told = {"metrics": dora(shown, now, begin).as_json(), "releases": [as_document(one) for one in shown]}
        return JSONResponse(told)

    async def history(self, request: Request) -> Response:
        """Return what became of a resource, its newest runs, its neighbours' states, and whether it is held."""
        chosen, address = self._chosen(request), _address(request)
        one = chosen.snapshot
        _demand(one, address)
        for_events, for_runs = tee(
            await asyncio.to_thread(lambda: list(islice(documents(chosen.status, address), 201)))
        )
        control = one.recorded.controls.resources.get(address)
        told = {
            "events": [event.as_json() for event in islice(events_of(for_events), EVENTS)],
            "runs": [run.as_json() for run in runs_told(for_runs)],
            "needs": _states(one, one.needs(address)) if one.desired else None,
            "needed_by": _states(one, one.needed_by(address)) if one.desired else None,
            "suspended": bool(control and control.suspended),
        }
        return JSONResponse(told)

    async def trials(self, request: Request) -> Response:
        """Return the whole leaderboard of an experiment."""
        one, address = self._chosen(request).snapshot, _address(request)
        _demand(one, address)
        try:
            board = await asyncio.to_thread(whole_board, one.tree, one.facts(address))
        except Refused as error:
            raise HTTPException(409, str(error)) from None
        return JSONResponse({"trials": plain(board or [])})

    async def files(self, request: Request) -> Response:
        """Return the files of the status branch that are handed out, by path; `cursor` is the last one's."""
        one = self._chosen(request).snapshot
        under, cursor = request.query_params.get("under", ""), request.query_params.get("cursor", "")
        left = sorted(p for p in one.tree.files if p > cursor and p.startswith(under) and files.is_shown(p))
        more = left[FILES - 1] if len(left) > FILES else None
        return JSONResponse({"commit": one.commit or None, "files": left[:FILES], "next": more})

    async def file(self, request: Request) -> Response:
        """Hand out a file."""
        return await asyncio.to_thread(files.answered, self._chosen(request).snapshot, request.path_params["path"])


def _address(request: Request) -> Address:
    return Address("{kind}/{name}".format_map(request.path_params))


def _demand(one: Snapshot, address: Address) -> None:
    if one.document(address) is None:
        raise HTTPException(404, f"{one.environment} has no resource {address}")


def _states(one: Snapshot, addresses: Sequence[Address]) -> Mapping[str, str]:
    known = {address: one.document(address) for address in addresses}
    return {address: shown_state(told) if told is not None else "unknown" for address, told in known.items()}


def _seconds(told: str) -> float:
    if not told:
        return 0.0
    if not (told.isascii() and told.isdigit() and len(told) < 12 and 0 < int(told) <= _LONGEST):
        raise HTTPException(400, f"since is a number of seconds up to {_LONGEST}, not {told[:20]}")
    return float(told)


def plain(told: Any) -> Any:
    """Return a value as JSON has it: what YAML knows besides becomes text."""
    if isinstance(told, Mapping):
        return {str(key): plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [plain(one) for one in told]
    if isinstance(told, float) and told - told != 0:
        return str(told)
    return told if told is None or isinstance(told, str | int | float | bool) else str(told)
