"""Requests to the page's API: within bounds of size and time, to the one server that was named."""

import http.client
import json
import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from reconciler import untrusted
from reconciler.model.errors import Missing, Refused, Unavailable
from reconciler.model.text import printable

LARGEST = 64 * 2**20
"""Bytes of an answer."""
PATIENCE = 30.0
"""Seconds for which an answer is waited for."""
TOKEN = "SETPOINT_TOKEN"
"""The variable that holds the token, where none is given."""
_NEAR = ("localhost", "127.0.0.1", "::1")
_API = "/api/v1"


class _Stay(HTTPRedirectHandler):
    """A token goes nowhere else than to whom it is meant for."""

    def redirect_request(self, *_: Any) -> None:
        """Follow no redirection."""


class Server:
    """The page's API at one address.

    Args:
        url: where the page is.
        token: what says who asks; by default that of the variable, and none where that isn't set.

    Raises:
        Refused: it is no address, or one that a token may not be sent to.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = os.environ.get(TOKEN, "") if token is None else token
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"{printable(url, 200)} is no address of a page", "give one such as https://setpoint.example")
        if self._token and parts.scheme == "http" and parts.hostname not in _NEAR:
            raise Refused(f"a token isn't sent to {self.url} in the clear", "give its https:// address")
        if any(sign in self._token for sign in "\r\n") or not self._token.isascii():
            raise Refused("the token is none: it has line ends or letters in it that no header may have")
        self._opener = _opener(parts.hostname in _NEAR)

    def document(self, path: str, **query: str | int) -> Any:
        """Return the JSON document at a path of the API.

        Raises:
            Refused: the server says no.
            Unavailable: it didn't answer, or nothing that is a document.
        """
        try:
            return untrusted.parse(self.content(path, **query))
        except ValueError:
            raise Unavailable(
                f"{self.url} answers with something else than JSON", "is it the page of `setpoint web`?"
            ) from None

    def content(self, path: str, **query: str | int) -> bytes:
        """Return what is at a path of the API.

        Raises:
            Refused: the server says no.
            Missing: it has no such thing.
            Unavailable: it didn't answer.
        """
        asked = urlencode({key: value for key, value in query.items() if value != ""})
        url = f"{self.url}{_API}{path}" + (f"?{asked}" if asked else "")
        headers = {"Accept": "application/json", "User-Agent": "setpoint"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            with self._opener.open(Request(url, headers=headers), timeout=PATIENCE) as answer:
                found: bytes = answer.read(LARGEST + 1)
        except HTTPError as error:
            raise _refused(self.url, error) from None
        except (URLError, OSError, http.client.HTTPException) as error:
            why = printable(str(getattr(error, "reason", "") or error) or type(error).__name__, 200)
            raise Unavailable(f"{self.url} can't be reached: {why}", "is `setpoint web` running there?") from None
        if len(found) > LARGEST:
            raise Unavailable(f"{self.url} answers with more than {LARGEST // 2**20} MiB", "ask for less at once")
        return found


def _opener(is_near: bool) -> OpenerDirector:
    handlers = [_Stay(), HTTPSHandler(context=ssl.create_default_context())]
    return build_opener(*handlers, *([ProxyHandler({})] if is_near else []))


def _refused(url: str, error: HTTPError) -> Refused | Unavailable:
    """Return what a server said in place of an answer."""
    with error:
        detail = _detail(error)
    if error.code in (301, 302, 303, 307, 308):
        return Refused(
            f"{url} sends elsewhere", "give the page's own address, and SETPOINT_TOKEN where it asks for one"
        )
    if error.code == 401:
        return Refused(f"{url}: {detail}", f"set {TOKEN} to a token of the page's issuer")
    if error.code == 404:
        return Missing(f"{url}: {detail}")
    if error.code >= 500:
        return Unavailable(f"{url}: {detail}")
    return Refused(f"{url}: {detail}")


def _detail(error: HTTPError) -> str:
    try:
        told: Mapping[str, Any] = json.loads(error.read(65_536))
        return printable(str(told["detail"]), 1000)
    except (ValueError, KeyError, TypeError, OSError):
        return f"it answers with the status {error.code}"
