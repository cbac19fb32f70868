"""The pages of logs: what a run's job has printed, a resource's newest one, and a deployment's replicas."""

import asyncio
from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reconciler.model.errors import Refused, SetpointError
from reconciler.model.ids import Address, RunName, kind_of, owner_of
from reconciler.model.moves import former_told
from reconciler.model.observed import Job
from reconciler.status.timeline import documents
from reconciler.web.pages import ansi, api
from reconciler.web.pages.following import Following
from reconciler.web.pages.known_runs import known_runs
from reconciler.web.pages.links import holder
from reconciler.web.pages.logbook import Log, Logbook
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import MOST_PAST, RUN
from reconciler.web.pages.writing import Writer
from runners.contract.progress import history_of

OTHERS = 12
"""Further runs of a resource that its log's page leads to."""
DEPLOYMENTS = "deployments"
Read = TypeVar("Read")


class LogPages:
    """Logs as pages and as JSON, of the runs that an environment tells of.

    Args:
        following: the environments.
        writer: writes pages.
        logbook: reads logs.
    """

    def __init__(self, following: Following, writer: Writer, logbook: Logbook) -> None:
        self._following, self._write, self._logbook = following, writer, logbook

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes of the pages; they come before those of runs, which may be called anything."""
        return [
            Route("/{key}/{kind}/{name}/log", self.newest),
            Route("/{key}/{kind}/{name}/{digest}/log", self.run),
        ]

    @property
    def api_routes(self) -> Sequence[BaseRoute]:
        """Return the routes of the API."""
        one = "/environments/{key}/resources/{kind}/{name}"
        return [
            Route(f"{one}/log", self.newest_told),
            Route(f"{one}/runs/{{digest}}/log", self.run_told),
            Route(f"{one}/runs/{{digest}}/progress", self.progress_told),
        ]

    async def run(self, request: Request) -> Response:
        """Show what a run's job has printed."""
        chosen, run = self._run(request)
        owner = await asyncio.to_thread(_demand_known, chosen, run)
        return await self._shown(chosen.snapshot, owner, run, ())

    async def newest(self, request: Request) -> Response:
        """Show what a resource's newest job has printed, or a deployment's replicas."""
        chosen, address = self._resource(request)
        one = chosen.snapshot
        if kind_of(address) == DEPLOYMENTS:
            return await self._replicas(one, address, request.query_params.get("revision", "")[:64])
        runs = await asyncio.to_thread(_known, chosen, address)
        try:
            jobs = await self._logbook.jobs(one, runs)
        except SetpointError as error:
            return self._written(one, address, why=_whole(error), is_elsewhere=True)
        if not runs:
            return self._written(one, address, why=f"{address} has no run yet, so nothing was printed")
        return await self._shown(one, address, str(jobs[0].run) if jobs else runs[0], jobs)

    async def run_told(self, request: Request) -> Response:
        """Return what a run's job has printed."""
        chosen, run = self._run(request)
        await asyncio.to_thread(_demand_known, chosen, run)
        return _told([await self._read(chosen.snapshot, run)])

    async def newest_told(self, request: Request) -> Response:
        """Return what a resource's newest job has printed, or what its replicas have."""
        chosen, address = self._resource(request)
        one = chosen.snapshot
        if kind_of(address) == DEPLOYMENTS:
            revision = request.query_params.get("revision", "")[:64]
            found = await self._asked(self._logbook.replicas(one, _endpoint(one, address), revision))
            return _told([log for _, log in found])
        runs = await asyncio.to_thread(_known, chosen, address)
        jobs = await self._asked(self._logbook.jobs(one, runs))
        return _told([await self._read(one, jobs[0].run)] if jobs else [])

    async def progress_told(self, request: Request) -> Response:
        """Return how far a run's job is, as its log tells, and how its figures went."""
        chosen, run = self._run(request)
        await asyncio.to_thread(_demand_known, chosen, run)
        log = await self._read(chosen.snapshot, run)
        last = log.told[-1] if log.told else None
        told = {"run": run, "state": log.state, "words": last.words if last else None}
        steps = {"step": last.step if last else None, "of": last.of if last else None}
        return JSONResponse({**told, **steps, "history": history_of(log.told)})

    async def _shown(self, one: Snapshot, address: Address, run: str, jobs: Sequence[Job]) -> Response:
        others = [job for job in jobs if job.run != run][:OTHERS]
        try:
            log = await self._logbook.run(one, run)
        except SetpointError as error:
            return self._written(one, address, run, why=_whole(error), is_elsewhere=True, others=others)
        return self._written(one, address, run, [("", log)], others=others)

    async def _replicas(self, one: Snapshot, address: Address, revision: str) -> Response:
        try:
            logs = await self._logbook.replicas(one, _endpoint(one, address), revision)
        except SetpointError as error:
            return self._written(one, address, why=_whole(error), is_elsewhere=True, is_live=True)
        return self._written(one, address, logs=logs, is_live=True)

    def _written(
        self,
        one: Snapshot,
        address: Address,
        run: str = "",
        logs: Sequence[tuple[str, Log]] = (),
        **more: Any,
    ) -> Response:
        values = {
            "one": one,
            "address": address,
            "run": run,
            "why": "",
            "is_elsewhere": False,
            "others": (),
            "is_live": False,
            **more,
        }
        is_live = values.pop("is_live") or any(log.is_live for _, log in logs)
        drawn = [(revision, log, ansi.shown(log.text)) for revision, log in logs]
        return self._write("log.html", logs=drawn, is_live=is_live, name=run or address, **values)

    async def _read(self, one: Snapshot, run: str) -> Log:
        return await self._asked(self._logbook.run(one, run))

    async def _asked(self, reading: Awaitable[Read]) -> Read:
        """Return what was read; what can't be read is said with a status.

        Raises:
            HTTPException: it can't be read here, with status 409.
            Unavailable: the engine doesn't answer.
        """
        try:
            return await reading
        except Refused as error:
            raise HTTPException(HTTPStatus.CONFLICT, _whole(error)) from None

    def _run(self, request: Request) -> tuple[Seen, str]:
        chosen = api.chosen_of(self._following, request)
        run = "{kind}/{name}/{digest}".format_map(request.path_params)
        if not RUN.fullmatch(run) or holder(chosen.snapshot, owner_of(RunName(run))) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{chosen.snapshot.environment} has no run {run[:200]}")
        return chosen, run

    def _resource(self, request: Request) -> tuple[Seen, Address]:
        chosen = api.chosen_of(self._following, request)
        address = Address("{kind}/{name}".format_map(request.path_params))
        if chosen.snapshot.document(address) is None:
            what = f"{chosen.snapshot.environment} has no resource {address[:200]}"
            raise HTTPException(HTTPStatus.NOT_FOUND, what)
        return chosen, address


def _known(chosen: Seen, address: Address) -> Sequence[str]:
    past = islice(documents(chosen.status, address), MOST_PAST)
    return known_runs(chosen.snapshot, address, past)


def _demand_known(chosen: Seen, run: str) -> Address:
    """See that the environment tells of a run; return its resource.

    Raises:
        HTTPException: it doesn't, with status 404: the pool may know it of another environment.
    """
    one = chosen.snapshot
    owner = holder(one, owner_of(RunName(run)))
    if owner is None or not (run in known_runs(one, owner) or run in _known(chosen, owner)):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"the status of {one.environment} tells of no run {run}")
    return owner


def _endpoint(one: Snapshot, address: Address) -> Address:
    """Return the name of a deployment's endpoint: the first that the deployment had."""
    return next(iter(former_told(address, one.facts(address))), address)


def _told(logs: Sequence[Log]) -> Response:
    told = [
        {"name": log.name, "state": log.state, "text": log.text, "size": log.size, "left_out": log.left_out}
        for log in logs
    ]
    return JSONResponse({"logs": told})


def _whole(error: SetpointError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
