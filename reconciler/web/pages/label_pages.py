"""The page of labels' data: how far annotators agree, and what is disputed, with what people were shown of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reconciler.model.ids import Address
from reconciler.web.pages import api, disputes
from reconciler.web.pages.agreement import agreement
from reconciler.web.pages.following import Following
from reconciler.web.pages.outputs import NotRead, Outputs
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.security import FILE_POLICY
from reconciler.web.pages.writing import Writer


class LabelPages:
    """The page, its pictures, and its disputes for scripts.

    Args:
        following: the environments.
        outputs: reads what runs left.
        writer: writes pages.
    """

    def __init__(self, following: Following, outputs: Outputs, writer: Writer) -> None:
        self._following, self._outputs, self._write = following, outputs, writer

    async def page(self, request: Request) -> Response:
        """Show how far annotators agree, and what is disputed."""
        chosen, address = self._labels(request)
        page = request.query_params.get("page", "")
        told = await asyncio.to_thread(labels_page, chosen, address, self._outputs, page)
        return await asyncio.to_thread(partial(self._write, "labels.html", **told))

    async def picture(self, request: Request) -> Response:
        """Hand out the picture of a disputed example."""
        chosen, address = self._labels(request)
        run, file = f"{address}/{request.path_params['digest']}", request.path_params["file"]
        if not disputes.is_picture(file):
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{run[:200]} has no picture {file[:40]}")
        path = disputes.PICTURES + file
        try:
            content = await asyncio.to_thread(self._outputs.read, chosen, run, path)
        except NotRead as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        if len(content) > disputes.LARGEST_PICTURE:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{path} of {run[:200]} is too large to be shown")
        headers = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "private, no-cache"}
        return Response(content, 200, headers, disputes.TYPES[file.partition(".")[2]])

    async def disputes(self, request: Request) -> Response:
        """Return one page of what is disputed, as JSON."""
        chosen, address = self._labels(request)
        page = request.query_params.get("page", "")
        if page and not (page.isascii() and page.isdigit() and len(page) < 7 and int(page)):
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"page is a number from 1 to 999999, not {page[:20]}")
        found = await asyncio.to_thread(disputes.disputes, chosen, address, self._outputs, page)
        return JSONResponse(_document(found))

    def _labels(self, request: Request) -> tuple[Seen, Address]:
        chosen, address = api.chosen_of(self._following, request), Address(f"labels/{request.path_params['name']}")
        if chosen.snapshot.document(address) is None:
            what = f"{chosen.snapshot.environment} has no resource {address[:200]}"
            raise HTTPException(HTTPStatus.NOT_FOUND, what)
        return chosen, address


def labels_page(chosen: Seen, address: Address, outputs: Outputs, page: str = "") -> dict[str, Any]:
    """Return what the page of labels' data shows, by the names that its template has."""
    one = chosen.snapshot
    told, found = agreement(one, one.facts(address)), disputes.disputes(chosen, address, outputs, page)
    return {"one": one, "address": address, "told": told, "disputes": found}


def _document(found: disputes.Disputes) -> Mapping[str, Any]:
    shown = [
        {
            "id": one.name,
            "merged": one.merged,
            "confidence": one.confidence,
            "answers": [{"annotator": each.who, "answer": each.words, "differs": each.differs} for each in one.said],
            "row": dict(one.row),
            "picture": f"{found.run}/disputed/{one.picture}" if one.picture else None,
        }
        for one in found.shown
    ]
    told = asdict(found)
    kept = {key: told[key] for key in ("run", "page", "pages", "total", "withheld")}
    return {**kept, "why": found.why or None, "disputes": shown}
