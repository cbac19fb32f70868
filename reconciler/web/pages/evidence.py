"""The pages of what there is to show for a resource: its trials, runs, data, reports, pools, and lineage."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reconciler.model.ids import Address, CommitId, kind_of
from reconciler.status.timeline import documents
from reconciler.web.pages import api, comparing, drift, profiles, use
from reconciler.web.pages.commits import commit_of
from reconciler.web.pages.following import Following
from reconciler.web.pages.known_runs import known_runs
from reconciler.web.pages.label_pages import LabelPages
from reconciler.web.pages.learning import learning, to_draw, with_progress
from reconciler.web.pages.lineage import Origins, lineage
from reconciler.web.pages.links import holder
from reconciler.web.pages.logbook import Logbook
from reconciler.web.pages.markdown import rendered
from reconciler.web.pages.outputs import Outputs
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.runs import run_of
from reconciler.web.pages.schemas import schema
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import MOST_PAST, RUN, Trial, goal_of, trials
from reconciler.web.pages.what_if import WhatIf, Wrong, asked_of, choices, what_if
from reconciler.web.pages.writing import Writer
from runners.contract.progress import Progress, history_of


def routes(
    following: Following, writer: Writer, logbook: Logbook, outputs: Outputs, now: Callable[[], datetime]
) -> Sequence[BaseRoute]:
    """Return the routes of these pages; those of runs come last, as a run may be called anything."""
    pages, labels = _Evidence(following, writer, logbook, now), LabelPages(following, outputs, writer)
    return [
        Route("/{key}/pools", pages.pools),
        Route("/{key}/commits/{commit}", pages.commit),
        Route("/{key}/experiments/{name}/compare", pages.compare),
        Route("/{key}/datasets/{name}/data", pages.data),
        Route("/{key}/labels/{name}/data", labels.page),
        Route("/{key}/labels/{name}/{digest}/disputed/{file}", labels.picture),
        Route("/{key}/monitors/{name}/reports", pages.reports),
        Route("/{key}/{kind}/{name}/lineage", pages.lineage),
        Route("/{key}/{kind}/{name}/{digest}", pages.run),
    ]


def beside(address: Address) -> Sequence[tuple[str, str]]:
    """Return the pages that a resource has beside its own: what each is called, and where it is below it."""
    kind = kind_of(address)
    return [*_BESIDE.get(kind, ()), ("Lineage", "lineage"), *([] if kind == "pools" else [("Log", "log")])]


_BESIDE: Mapping[str, Sequence[tuple[str, str]]] = {
    "experiments": (("Compare trials", "compare"),),
    "datasets": (("Data by column", "data"),),
    "labels": (("Agreement and disputes", "data"),),
    "monitors": (("Reports over time", "reports"),),
}


class _Evidence:
    """The pages; each reads what it shows in a thread of its own."""

    def __init__(self, following: Following, writer: Writer, logbook: Logbook, now: Callable[[], datetime]) -> None:
        self._following, self._write, self._logbook, self._now = following, writer, logbook, now
        self._origins = {key: Origins(one.source) for key, one in following.environments.items()}

    async def compare(self, request: Request) -> Response:
        """Compare an experiment's trials, of all versions of its data that are known."""
        chosen, address = self._resource(request, "experiments")
        one = chosen.snapshot
        found = await asyncio.to_thread(_trials, chosen, one, address)
        # How far trainings are stands in logs, and is seen by those who see the curves that they leave.
        drawn = [trial.run for trial in to_draw(found) if trial.is_training] if one.is_whole else []
        told = with_progress(found, await self._logbook.progress(one, drawn))
        return await self._written("compare.html", compare_page, one, address, told, request.query_params)

    async def run(self, request: Request) -> Response:
        """Show one run."""
        chosen = api.chosen_of(self._following, request)
        name = "{kind}/{name}/{digest}".format_map(request.path_params)
        if not RUN.fullmatch(name) or holder(chosen.snapshot, Address(name.rpartition("/")[0])) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{chosen.snapshot.environment} has no run {name[:200]}")
        found = await asyncio.to_thread(_shown_run, chosen, name)
        is_open = found["told"] is not None and not found["told"].curves
        told = await self._logbook.progress(chosen.snapshot, [name] if is_open and found["is_told"] else [])
        return await self._written("run.html", lambda: {**found, **progress_told(found, told.get(name, ()))})

    async def data(self, request: Request) -> Response:
        """Show a version of a dataset by column, beside another version."""
        chosen, address = self._resource(request, "datasets")
        return await self._written("data.html", _data, chosen, address, request.query_params)

    async def reports(self, request: Request) -> Response:
        """Show a monitor's reports over time, and one of them whole."""
        chosen, address = self._resource(request, "monitors")
        return await self._written("reports.html", _reports, chosen, address, request.query_params)

    async def pools(self, request: Request) -> Response:
        """Show who uses what, what waits, and why; and what would be if something were otherwise."""
        one = api.chosen_of(self._following, request).snapshot
        try:
            asked = asked_of(request.query_params)
            found = await asyncio.to_thread(what_if, one, asked, self._now()) if asked else None
        except Wrong as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None
        return self._write("pools.html", **pools_page(one, found))

    async def lineage(self, request: Request) -> Response:
        """Show what a resource is made from and what is made from it, with the commits and who merged them."""
        chosen, address = self._resource(request, request.path_params["kind"])
        one, look = chosen.snapshot, self._origins[chosen.snapshot.key]

        def told() -> dict[str, Any]:
            return {"one": one, "address": address, "told": lineage(one, address, look)}

        return await self._written("lineage.html", told)

    async def commit(self, request: Request) -> Response:
        """Show a commit of the watched branch."""
        chosen, commit = api.chosen_of(self._following, request), request.path_params["commit"]
        head = chosen.snapshot.desired.commit if chosen.snapshot.desired else None
        found = await asyncio.to_thread(commit_of, chosen.source, head, CommitId(commit))
        if found is None:
            what = f"the history that {chosen.snapshot.environment} was made from has no commit {commit[:64]}"
            raise HTTPException(HTTPStatus.NOT_FOUND, what)
        return self._write("commit.html", one=chosen.snapshot, told=found)

    def _resource(self, request: Request, kind: str) -> tuple[Seen, Address]:
        chosen, address = api.chosen_of(self._following, request), Address(f"{kind}/{request.path_params['name']}")
        if chosen.snapshot.document(address) is None:
            what = f"{chosen.snapshot.environment} has no resource {address[:200]}"
            raise HTTPException(HTTPStatus.NOT_FOUND, what)
        return chosen, address

    async def _written(self, template: str, make: Callable[..., Mapping[str, Any]], *args: Any) -> Response:
        told = await asyncio.to_thread(make, *args)
        return await asyncio.to_thread(partial(self._write, template, **told))


def pools_page(one: Snapshot, found: WhatIf | None = None) -> dict[str, Any]:
    """Return what the page of pools shows, by the names that its template has."""
    shown = use.pools(one)
    offered = {it.row.address: choices(one, it.row.address) for it in shown}
    return {"one": one, "pools": shown, "waiting": use.waiting(one), "found": found, "offered": offered}


def compare_page(one: Snapshot, address: Address, found: Sequence[Trial], query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page that compares trials shows, by the names that its template has."""
    ranking, is_more = goal_of(one.facts(address))
    choice = comparing.choice_of(query)
    told = comparing.comparison(found, choice, ranking, is_more=is_more)
    return {"one": one, "address": address, "chosen": choice, "told": told, "ranking": ranking, "is_more": is_more}


def _trials(chosen: Seen, one: Snapshot, address: Address) -> Sequence[Trial]:
    return trials(one, address, islice(documents(chosen.status, address), MOST_PAST))


def _shown_run(chosen: Seen, name: str) -> dict[str, Any]:
    one = chosen.snapshot
    owner = holder(one, Address(name.rpartition("/")[0]))
    known = _trials(chosen, one, owner) if owner and kind_of(name) == "experiments" else ()
    return run_page(one, name, known)


def progress_told(shown: Mapping[str, Any], told: Sequence[Progress]) -> dict[str, Any]:
    """Return what the page of a run shows of how far its job is, as its log tells.

    Args:
        shown: what the page shows without.
        told: what its log tells.
    """
    kept = shown["told"].curves
    is_over = shown["told"].stage in ("accepted", "rejected", "failed")
    reached = told[-1].words if told and not is_over else ""
    is_open = shown["told"].stage == "running"
    return {"curves": kept or learning(history_of(told)), "reached": reached, "is_open": is_open}


def run_page(one: Snapshot, name: str, known: Sequence[Trial]) -> dict[str, Any]:
    """Return what the page of a run shows, by the names that its template has."""
    told = run_of(one, name, next((trial for trial in known if trial.run == name), None))
    written = told.card if told else ""
    card = rendered(written, f"/{one.key}/files/", f"reports/{name}", one.tree.files) if written else ""
    return {
        "one": one,
        "name": name,
        "told": told,
        "card": card,
        "curves": told.curves if told else (),
        "reached": "",
        "is_open": False,
        "is_told": told is not None and name in known_runs(one, Address(told.owner)),
    }


def _data(chosen: Seen, address: Address, query: Mapping[str, str]) -> dict[str, Any]:
    return data_page(chosen.snapshot, address, query)


def data_page(one: Snapshot, address: Address, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of a dataset's data shows, by the names that its template has."""
    found = profiles.versions(one, address)
    shown, other = profiles.chosen(found, query)
    told = profiles.profile(one, shown, other) if shown else None
    return {
        "one": one,
        "address": address,
        "versions": found,
        "told": told,
        "schema": schema(one, address),
        "url": profiles.url,
    }


def _reports(chosen: Seen, address: Address, query: Mapping[str, str]) -> dict[str, Any]:
    return reports_page(chosen.snapshot, address, query)


def reports_page(one: Snapshot, address: Address, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of a monitor's reports shows, by the names that its template has."""
    found = drift.reports(one, one.facts(address))
    shown = drift.chosen(found, query)
    page = f"reports/{shown.run}/report.html" if shown else ""
    return {
        "one": one,
        "address": address,
        "reports": found,
        "strip": drift.strip(found),
        "charts": drift.performance(found),
        "tables": [table for table in (drift.figures(found), drift.service(found)) if table.rows],
        "shown": shown,
        "page": page if page in one.tree.files else "",
    }
