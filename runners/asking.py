"""Asking a revision, by both versions of the Open Inference Protocol, over one connection."""

import http.client
import json
import os
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from runners.contract import SourceUnavailable
from runners.contract.variables import ENDPOINT_TOKEN
from runners.stores import reason

HEADERS = {"Content-Type": "application/json", "X-Setpoint-Smoke": "1"}
"""By the second one a request stays out of the payload log: no monitor takes it for traffic."""
LARGEST = 64 * 2**20
"""Bytes of an answer."""
_GATEWAY = (502, 503, 504)
_STRANGER = 401
"""No token, or one that has ended, as each lives for a day or two: another attempt has another one."""
_ANEW = "it is tried again with a new one"
_FIX = "see the revision's log with `setpoint logs`"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, its JSON, or its text where it is none."""

    status: int
    body: Any

    @property
    def is_of_no_path(self) -> bool:
        """Tell whether the server knows no such path: it doesn't speak that version of the protocol."""
        return self.status in (404, 405, 501)


class Client:
    """A connection to one revision.

    Args:
        url: where it answers; `/v1/…` and `/v2/…` are below.
        name: the model's name in the protocol's paths.
        timeout: seconds that one answer may take.

    Raises:
        SourceUnavailable: there is no URL yet.
    """

    def __init__(self, url: str, name: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceUnavailable("the revision has no address yet", url, _FIX)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._url, self._path, self._name = url, parts.path.rstrip("/"), name
        token = os.environ.get(ENDPOINT_TOKEN)
        self._headers = {**HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}
        self.seconds: list[float] = []
        """How long each answer took."""

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the connection."""
        self._connection.close()

    def infer(self, request: dict[str, Any], name: str = "") -> Answer:
        """Ask by version 2; `name` is that of another model of the revision.

        Raises:
            SourceUnavailable: nobody answers.
        """
        return self._post(f"/v2/models/{name or self._name}/infer", request)

    def predict(self, instances: list[dict[str, Any]], name: str = "") -> Answer:
        """Ask by version 1; `name` is that of another model of the revision.

        Raises:
            SourceUnavailable: nobody answers.
        """
        return self._post(f"/v1/models/{name or self._name}:predict", {"instances": instances})

    def describe(self) -> Answer:
        """Ask by version 2 what the model takes and answers.

        Raises:
            SourceUnavailable: nobody answers.
        """
        return self._sent("GET", f"/v2/models/{self._name}", None)

    def _post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._sent("POST", path, json.dumps(body).encode())

    def _sent(self, method: str, path: str, body: bytes | None) -> Answer:
        began = time.perf_counter()
        try:
            self._connection.request(method, self._path + path, body, self._headers)
            response = self._connection.getresponse()
            text = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise SourceUnavailable(f"the revision doesn't answer: {reason(error)}", self._url, _FIX) from error
        if response.status == _STRANGER:
            raise SourceUnavailable("the endpoint lets this job's token in no more: status 401", self._url, _ANEW)
        if response.status in _GATEWAY:
            raise SourceUnavailable(f"the revision doesn't answer: status {response.status}", self._url, _FIX)
        if len(text) > LARGEST:
            self._connection.close()
            raise SourceUnavailable(f"the revision's answer has more than {LARGEST:,} bytes", self._url, _FIX)
        self.seconds.append(time.perf_counter() - began)
        return Answer(response.status, _read(text))


def _read(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode(errors="replace")
