"""Traffic: real rows, sent to an endpoint as a client would, by the Open Inference Protocol."""

import json
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

BATCH = 50
CLIENTS = 2
Row = Mapping[str, Any]


@dataclass
class Traffic:
    """Clients that send rows until they are told to stop, and count what comes back."""

    url: str
    rows: Sequence[Row]
    sent: int = 0
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the clients, each with its own part of the rows."""
        for number in range(CLIENTS):
            part = self.rows[number::CLIENTS]
            batches = cycle([part[i : i + BATCH] for i in range(0, len(part), BATCH)])
            thread = threading.Thread(target=self._client, args=(batches,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop the clients."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _client(self, batches: Iterator[Sequence[Row]]) -> None:
        for batch in batches:
            if self._stop.is_set():
                return
            began = time.monotonic()
            try:
                infer(self.url, batch)
                failure = ""
            except (OSError, ValueError, KeyError) as error:
                failure = f"{type(error).__name__}: {error}"
            with self._lock:
                self.sent += len(batch)
                self.seconds.append(time.monotonic() - began)
                if failure:
                    self.failures.append(failure)
                else:
                    self.answered += len(batch)
            self._stop.wait(0.05)


def infer(url: str, rows: Sequence[Row], name: str = "") -> list[Any]:
    """Ask an endpoint by the Open Inference Protocol, version 2; return its predictions, one for each row.

    The model's name is the last part of the URL, unless another is given.

    Raises:
        OSError: no answer, or one with an error's status.
        ValueError: the answer doesn't have one prediction for each row.
    """
    name = name or url.rstrip("/").rsplit("/", 1)[-1]
    answer = post(f"{url}/v2/models/{name}/infer", {"inputs": [_tensor(c, rows) for c in rows[0]]})
    outputs = {output["name"]: output["data"] for output in answer["outputs"]}
    predictions: list[Any] = outputs["prediction"]
    if len(predictions) != len(rows):
        raise ValueError(f"{len(predictions)} predictions, and {len(rows)} were asked for")
    return predictions


def predict(url: str, rows: Sequence[Row]) -> list[Any]:
    """Ask an endpoint by version 1 of the protocol."""
    name = url.rstrip("/").rsplit("/", 1)[-1]
    found: list[Any] = post(f"{url}/v1/models/{name}:predict", {"instances": [dict(row) for row in rows]})[
        "predictions"
    ]
    return found


def post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Post JSON and read JSON."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise OSError(f"{error.code} {error.read(300).decode(errors='replace')}") from error


def _tensor(column: str, rows: Sequence[Row]) -> dict[str, Any]:
    data = [row[column] for row in rows]
    kinds = {type(value) for value in data}
    datatype = "BYTES" if str in kinds else "FP32" if float in kinds else "INT64"
    return {"name": column, "shape": [len(rows), 1], "datatype": datatype, "data": data}


def rows_of(warehouse: Path, year: int, limit: int) -> list[Row]:
    """Read rows of a year from the warehouse, without the outcome and the year, as a client has them."""
    with closing(sqlite3.connect(warehouse, timeout=30)) as database:
        database.row_factory = sqlite3.Row
        found = database.execute("SELECT * FROM census WHERE year = ? ORDER BY id LIMIT ?", (year, limit)).fetchall()
    return [{k: row[k] for k in row.keys() if k not in ("employed", "year")} for row in found]  # noqa: SIM118
