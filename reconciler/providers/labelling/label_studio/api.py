"""Label Studio's REST API: requests, what their refusals mean, and lists that are read to their end.

Messages are stable from call to call: each refusal of the server's bears an id of its own, which is never passed on.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reconciler.model.errors import Missing, Refused, Unavailable
from reconciler.model.text import printable
from reconciler.untrusted import parse
from reconciler.wire import Answer, Bounds, Call, Wire

MOST_PAGES = 1_000
PAGE = 100
"""Projects on a page: the server gives no more."""
TASK_PAGE = 5_000
"""Tasks on a page."""
LONGEST_TOLD = 400
"""Characters of the server's words that are passed on."""
_LATE = Bounds(seconds=120.0)
_RANGE = re.compile(r"bytes (?P<first>\d{1,18})-\d{1,18}/(?P<total>\d{1,18})")
Document = Mapping[str, Any]


class Api:
    """The API of one server, for any number of threads.

    Args:
        wire: the connections, by which we are known.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def place(self) -> str:
        """Return the server as messages name it."""
        return str(self._wire.server)

    @property
    def url(self) -> str:
        """Return where people reach it."""
        return self._wire.server.url.rstrip("/")

    def get(self, path: str, **query: str) -> Any:
        """Return the document at a path.

        Raises:
            Missing: there is none.
            Refused: we may not see it.
            Unavailable: the server didn't answer, or with something else.
        """
        return self._document(self._sent(Call("GET", path, query, bounds=_LATE)), path)

    def pieces(self, path: str, size: int, **query: str) -> Iterator[bytes]:
        """Yield what lies at a path, as it is, in pieces of so many bytes: each is asked for when it is wanted.

        Raises:
            Missing: there is nothing.
            Refused: we may not see it.
            Unavailable: the server didn't answer, or what lies there is another one by now.
        """
        begin, whole = 0, None
        while whole is None or begin < whole:
            call = Call("GET", path, query, bounds=_LATE, part=(begin, begin + size - 1))
            answer = self._sent(call)
            if answer.status != 206:
                if begin:
                    raise Unavailable(f"{self.place} gives {path} as a whole now, and gave it in parts before")
                yield answer.body
                return
            first, total = _part(answer.headers.get("content-range", ""))
            is_part = first == begin and answer.body and len(answer.body) <= size
            if not is_part or whole not in (None, total):
                raise Unavailable(f"{self.place} changed {path} while it was read", "it is read again")
            whole = total
            begin += len(answer.body)
            yield answer.body
        if begin != whole:
            raise Unavailable(f"{self.place} gave more of {path} than there is", "it is read again")

    def write(
        self,
        method: str,
        path: str,
        document: Any = None,
        query: Mapping[str, str] | None = None,
        also: Collection[int] = (),
    ) -> Any:
        """Write something and return what the server answers; None where that is nothing.

        Args:
            method: `POST`, `PATCH` or `DELETE`.
            path: where.
            document: what.
            query: how.
            also: refusals, by their status, that are as good as done.

        Raises:
            Missing: there is no such place.
            Refused: the server won't have it, or we may not write it.
            Unavailable: the server didn't answer; it may have been written.
        """
        body = b"" if document is None else json.dumps(document).encode()
        is_safe = method != "POST"
        answer = self._sent(Call(method, path, query or {}, body=body, is_safe=is_safe, bounds=_LATE), also)
        return self._document(answer, path) if answer.body.strip() and answer.status not in also else None

    def pages(self, path: str, within: str, size: int, **query: str) -> Iterator[Document]:
        """Return all things of a list, page by page; a list whose length changes meanwhile is none.

        Args:
            path: where the list is.
            within: the field of the answer in which the things stand.
            size: how many there are on a page.
            query: which things.

        Raises:
            Refused: we may not see it.
            Unavailable: the server didn't answer, or not with the whole list.
        """
        seen, total = 0, None
        for page in range(1, MOST_PAGES + 1):
            found = self.get(path, **query, page=str(page), page_size=str(size))
            things = found.get(within) if isinstance(found, dict) else None
            if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
                raise Unavailable(f"{self.place} answered {path} with something that is no list")
            length = number(found, "total" if "total" in found else "count")
            total = length if total is None else total
            seen += len(things)
            if total != length or seen > total or (not things and seen < total):
                raise Unavailable(f"{self.place} changed the list {path} while it was read", "it is read again")
            yield from things
            if seen == total:
                return
        raise Unavailable(f"the list {path} of {self.place} has no end", f"{MOST_PAGES} pages were read")

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _sent(self, call: Call, also: Collection[int] = ()) -> Answer:
        answer = self._wire.send(call)
        if answer.status >= 300 and answer.status not in also:
            raise self._error(answer, f"{call.method.lower()} {call.path}")
        return answer

    def _document(self, answer: Answer, path: str) -> Any:
        try:
            return parse(answer.body)
        except ValueError as error:
            raise Unavailable(f"{self.place} answered {path} with something that isn't JSON as it is read here") from (
                error
            )

    def _error(self, answer: Answer, what: str) -> Refused | Unavailable:
        status = answer.status
        if status == 404:
            return Missing(f"{self.place} has nothing to {what}, or we may not see it")
        if status in (401, 403):
            return Refused(f"{self.place} lets us not {what}", "give a token of somebody who manages its projects")
        if 300 <= status < 400:
            return Refused(f"{self.place} sends us elsewhere to {what}", "give `url` as people reach it, with https")
        if status in (408, 429) or status >= 500:
            return Unavailable(f"{self.place} failed to {what}: status {status}", "see its log")
        return Refused(f"{self.place} won't {what}: {_words(answer.body) or f'status {status}'}")


def _part(told: str) -> tuple[int, int]:
    """Return the first byte of a part, and of how many it is one; impossible ones where it isn't told."""
    found = _RANGE.fullmatch(told)
    return (int(found["first"]), int(found["total"])) if found else (-1, -1)


def number(document: Document, name: str) -> int:
    """Return a whole number of a document.

    Raises:
        Unavailable: there is none of that name.
    """
    told = document.get(name)
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise Unavailable(f"Label Studio tells no {name} where it should")
    return told


def text(document: Document, name: str) -> str:
    """Return a text of a document; an empty one where there is none."""
    told = document.get(name)
    return told if isinstance(told, str) else ""


def _words(body: bytes) -> str:
    """Return the server's own words of why it refuses: what it says of fields, or else in general."""
    try:
        told = parse(body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("validation_errors")
    found = list(_texts(errors)) or [text(told, "detail")]
    return printable("; ".join(found), LONGEST_TOLD)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in sorted(map(str, value)):
            yield from _texts(value.get(key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
