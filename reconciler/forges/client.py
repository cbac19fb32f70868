"""JSON over the wire: the verbs of a forge's REST API, paged and counted, and what its refusals mean.

Messages are stable from call to call: they are made of what was asked, and of the forge's own words only where it
refuses what we wrote.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from reconciler.forges.budget import Budget
from reconciler.forges.documents import at, text
from reconciler.forges.paging import MOST_PAGES, Paging
from reconciler.model.errors import Missing, Refused, SetpointError, Unavailable
from reconciler.model.text import printable
from reconciler.wire import Answer, Call, Wire

LONGEST_TOLD = 300
"""Characters of a forge's words that are passed on."""
_TOO_MANY = ("rate limit", "abuse detection")

Document = Mapping[str, Any]


class Declined(Refused):
    """The forge understood and won't: `status` is HTTP's, `words` are its own."""

    def __init__(self, message: str, hint: str, status: int, words: str) -> None:
        super().__init__(message, hint)
        self.status = status
        self.words = words


class Forbidden(Refused):
    """The forge knows us, and we haven't the right to this."""


class Absent(Declined, Missing):
    """There is no such thing, or none that we may see."""


class ForgeClient:
    """One forge's API, for any number of threads.

    Args:
        wire: the connections, by which we are known.
        root: the path below which the API is, such as `/api/v1`.
        budget: how many requests there may be; it counts them.
        paging: how the forge pages its lists.
        stranger: what to do where it takes us for a stranger.
    """

    def __init__(
        self,
        wire: Wire,
        root: str,
        budget: Budget | None = None,
        paging: Paging | None = None,
        stranger: str = "the token is wrong, or has ended",
    ) -> None:
        self._wire = wire
        self._root = root.rstrip("/")
        self._paging = paging or Paging()
        self._stranger = stranger
        self.budget = budget or Budget()

    @property
    def place(self) -> str:
        """Return the forge as messages name it."""
        return str(self._wire.server)

    def get(self, path: str, **query: str) -> Any:
        """Return the document at a path.

        Raises:
            Absent: there is none.
            Refused: we may not see it.
            Unavailable: the forge didn't answer, or asks for a pause.
        """
        return self._document(self._send(Call("GET", self._root + path, query)), f"read {path}")

    def pages(self, path: str, within: str = "", **query: str) -> Iterator[Document]:
        """Return all things of a list, page by page, as they are asked for.

        Args:
            path: where the list is.
            within: the field of the answer in which the list stands; by default it is the answer.
            query: which things.

        Raises:
            Refused: we may not see it.
            Unavailable: the forge didn't answer, or the list has no end.
        """
        counts: list[int] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self._send(Call("GET", self._root + path, {**query, **self._paging.query(page)}))
            found = self._document(answer, f"read {path}")
            things = at(found, within) if within else found
            if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
                raise Unavailable(f"{self.place} answered {path} with something that is no list")
            yield from things
            counts.append(len(things))
            if self._paging.is_last(answer.headers, counts):
                return
        raise Unavailable(f"the list {path} of {self.place} has no end", f"{MOST_PAGES} pages were read")

    def send(
        self,
        method: str,
        path: str,
        document: Document | None = None,
        *,
        is_safe: bool = False,
        also: Collection[int] = (),
    ) -> Any:
        """Write something and return what the forge answers; None where that is nothing.

        Args:
            method: `POST`, `PATCH`, `PUT` or `DELETE`.
            path: where.
            document: what.
            is_safe: writing it twice does no harm.
            also: refusals, by their status, whose document is an answer too.

        Raises:
            Declined: the forge won't have it.
            Refused: we may not write it.
            Unavailable: the forge didn't answer, or asks for a pause; it may have been written.
        """
        body = b"" if document is None else json.dumps(document).encode()
        call = Call(method, self._root + path, body=body, is_safe=is_safe)
        answer = self._send(call, also)
        return self._document(answer, f"{method.lower()} {path}") if answer.body.strip() else None

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _send(self, call: Call, also: Collection[int] = ()) -> Answer:
        self.budget.spend(call.method != "GET")
        answer = self._wire.send(call)
        self.budget.heard(answer.status, answer.headers, is_spent=is_spent(answer), pause=answer.pause)
        if answer.status >= 300 and answer.status not in also:
            raise self._error(answer, f"{call.method.lower()} {call.path.removeprefix(self._root)}")
        return answer

    def _document(self, answer: Answer, what: str) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise Unavailable(f"{self.place} answered {what} with something that is no JSON") from error

    def _error(self, answer: Answer, what: str) -> SetpointError:
        status, words = answer.status, said(answer)
        if status < 400:
            hint = "give the address that it is reached at now: a token isn't sent to where a server redirects"
            return Refused(f"{self.place} redirects {what} ({status})", hint)
        if status == 401:
            return Refused(f"{self.place} takes us for a stranger (401)", self._stranger)
        if is_spent(answer):
            return Unavailable(f"{self.place} has no more requests for us for now", "its rate limit is spent")
        if status in (408, 425, 429) or status >= 500:
            return Unavailable(f"{self.place} can't {what} now ({status})", "see its own log and load")
        if status == 403:
            return Forbidden(f"{self.place} doesn't let us {what}", f"give the token that right; it says: {words}")
        told = f"{self.place} won't {what} ({status})"
        return (Absent if status == 404 else Declined)(told, f"it says: {words}" if words else "", status, words)


def is_spent(answer: Answer) -> bool:
    """Tell whether a refusal means that there were too many requests.

    Some forges say so by 403, and of their limits beside the announced one by nothing but words.
    """
    if answer.status != 403:
        return answer.status == 429
    is_told = answer.headers.get("x-ratelimit-remaining") == "0" or answer.pause > 0
    return is_told or any(words in said(answer).lower() for words in _TOO_MANY)


def said(answer: Answer) -> str:
    """Return a forge's own words about a refusal, on one line, printable and cut."""
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    message = text(parsed, "message") or text(parsed, "error")
    errors = at(parsed, "errors")
    more = [_one_error(error) for error in errors[:5]] if isinstance(errors, list) else []
    told = ": ".join(part for part in (message, ", ".join(filter(None, more))) if part)
    return printable(" ".join(told.split()), LONGEST_TOLD)


def _one_error(error: Any) -> str:
    """Return what a forge says is wrong with one field: in its words, or by the names of the field and the flaw."""
    if isinstance(error, str):
        return error[:LONGEST_TOLD]
    return text(error, "message") or f"{text(error, 'field')} {text(error, 'code')}".strip()


def part(name: str) -> str:
    """Write a name as one part of a path, whatever is in it."""
    return quote(name, safe="")
