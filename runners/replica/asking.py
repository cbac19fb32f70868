"""Asking a replica over its socket, and what is wrong with an answer."""

import http.client
import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAME = "model"
"""What the model is called in the protocol's paths."""
ALONE, TOGETHER, READY = f"/v2/models/{NAME}/infer", f"/v1/models/{NAME}:predict", "/v2/health/ready"
HEADERS = {"Content-Type": "application/json"}
UNTIL = 30.0
"""Seconds that one answer may take."""
LARGEST = 64 * 2**20
"""Bytes of an answer."""
LOST = 0
"""The status of what nobody answered."""


class _Socket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=UNTIL)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, its bytes, and how many seconds it took."""

    status: int
    body: bytes
    seconds: float

    @property
    def is_good(self) -> bool:
        """Tell whether the replica answered, and not that it can't."""
        return self.status == http.HTTPStatus.OK


class Client:
    """A connection to a replica, made anew when it breaks."""

    def __init__(self, path: Path) -> None:
        self._connection = _Socket(path)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, path: str, body: bytes | None = None) -> Answer:
        """Ask once; what breaks on the way is an answer of no status that says so."""
        began = time.perf_counter()
        try:
            self._connection.request("GET" if body is None else "POST", path, body, HEADERS)
            response = self._connection.getresponse()
            status, told = response.status, response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            status, told = LOST, f"{type(error).__name__}: {error}".encode()
        return Answer(status, told, time.perf_counter() - began)


def wrong_with(answer: Answer, rows: int) -> str:
    """Say why an answer about so many rows is none; empty where it is one for each of them."""
    if not answer.is_good:
        return f"status {answer.status}: {answer.body[:300].decode(errors='replace')}"
    if len(answer.body) > LARGEST:
        return f"an answer of more than {LARGEST} bytes"
    try:
        told = json.loads(answer.body)
        outputs = [told["predictions"]] if "predictions" in told else [one["data"] for one in told["outputs"]]
        is_whole = bool(outputs) and all(_is_of(values, rows) for values in outputs)
    except (ValueError, KeyError, TypeError):
        return f"no answer of the protocol: {answer.body[:100].decode(errors='replace')}"
    return "" if is_whole else f"not one value for each of {rows} rows: {answer.body[:100].decode(errors='replace')}"


def _is_of(values: Any, rows: int) -> bool:
    whole = isinstance(values, list) and len(values) >= rows and len(values) % rows == 0
    return whole and all(value is not None for value in values)
