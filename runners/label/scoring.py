"""The `score` runner: what a served model says of a dataset's examples, so that people are asked about some of them.

It asks one revision of an endpoint by version 2 of the Open Inference Protocol, in batches, and leaves
`scores.parquet`. Its requests stay out of the payload log. Rows that the model won't take have no score, and are
counted. Of a dataset with more than `MOST` examples so many are asked about, drawn by a hash of their identifiers.
"""

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from heapq import nsmallest
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.asking import Answer, Client
from runners.contract import InputError, Request, Result, SourceUnavailable
from runners.contract.text import printable
from runners.label.album import LARGEST_PICTURE, Album, album_at
from runners.label.examples import identifier_of
from runners.label.pool import KEY, draw_of, rows_of
from runners.label.scores import SCORES, Score, scores_in, write_scores
from runners.parameters import Block
from runners.tables.content import content_of_table

MOST = 200_000
"""Examples that a model is asked about."""
BATCH = 100
BATCH_OF_PICTURES = 8
MOST_REFUSED = 1_000
"""Rows that are refused one by one; of a batch after that all are, if one is."""
_REFUSED = (400, 413)
UNTIL = 60.0
"""Seconds that one answer may take."""
_FIX = "give the dataset the columns that the model takes, or ask another deployment"


class Parameters(Block):
    """Which model is asked, by the name of its endpoint, and about which examples."""

    name: str
    where: str | None = None


@dataclass(slots=True)
class _Told:
    """What came of the questions so far."""

    scores: dict[str, Score] = field(default_factory=dict)
    refused: int = 0
    why: str = ""


def run(request: Request, folder: Path) -> Result:
    """Ask a model about the examples of a dataset.

    Raises:
        InputError: the parameters or the dataset are wrong, or the model takes what the dataset hasn't.
        SourceUnavailable: the endpoint doesn't answer, or the dataset is out of reach.
    """
    params = request.params_as(Parameters)
    if "dataset" not in request.inputs:
        raise InputError("the request has no dataset", "inputs.dataset", "give the URL of the dataset's folder")
    with Client(request.inputs.get("endpoint", ""), params.name, UNTIL) as client:
        asked = _taken(client.describe(), params.name)
        told = _asked(client, asked, request.inputs["dataset"], params.where)
    if not told.scores:
        raise InputError(f"the model took none of the examples: {told.why or 'there are none'}", "dataset", _FIX)
    write_scores(folder, told.scores)
    facts = {"scored": len(told.scores), "refused": told.refused, "why": told.why[:300]}
    content = content_of_table(parquet.read_table(folder / SCORES))
    return Result(metrics={"scored": float(len(told.scores))}, facts=facts, content=content)


def _taken(answer: Answer, name: str) -> Mapping[str, str]:
    """Return the columns that a model takes, with their data types.

    Raises:
        SourceUnavailable: it doesn't say so.
    """
    try:
        return {str(one["name"]): str(one["datatype"]) for one in answer.body["inputs"]}
    except (KeyError, TypeError) as error:
        what = f"the endpoint doesn't tell what {name} takes: status {answer.status}"
        raise SourceUnavailable(what, name, "see its log with `setpoint logs`") from error


def _asked(client: Client, taken: Mapping[str, str], url: str, where: str | None) -> _Told:
    album = album_at(url)
    columns = [] if album else list(taken)
    rows = rows_of(url, identifier_of(url), columns, where)
    drawn = nsmallest(MOST, rows, key=lambda row: draw_of(row[KEY]))
    told = _Told()
    size = BATCH_OF_PICTURES if album else BATCH
    for start in range(0, len(drawn), size):
        batch: Sequence[Mapping[str, Any]] = drawn[start : start + size]
        if album:
            batch = [{KEY: row[KEY], next(iter(taken)): _encoded(album, str(row[KEY]))} for row in batch]
        _ask(client, taken, batch, told)
    return told


def _refusal(body: Any) -> str:
    """Return why rows were refused, in the words of the endpoint."""
    return str(body["error"]) if isinstance(body, dict) and "error" in body else printable(str(body))


def _ask(client: Client, taken: Mapping[str, str], rows: Sequence[Mapping[str, Any]], told: _Told) -> None:
    """Ask about some rows; where one of them is refused, about each half, down to that one."""
    answer = client.infer({"inputs": [_tensor(name, kind, rows) for name, kind in taken.items()]})
    if answer.status in _REFUSED and len(rows) > 1 and told.refused < MOST_REFUSED:
        _ask(client, taken, rows[: len(rows) // 2], told)
        _ask(client, taken, rows[len(rows) // 2 :], told)
        return
    try:
        outputs = {str(one["name"]): one["data"] for one in answer.body["outputs"]}
        found = scores_in(outputs, len(rows))
    except (KeyError, TypeError, ValueError) as error:
        if answer.status not in _REFUSED:
            what = f"the endpoint's answer is none: status {answer.status}, {error}"
            raise SourceUnavailable(what, "endpoint", "see its log with `setpoint logs`") from error
        told.refused += len(rows)
        told.why = told.why or _refusal(answer.body)
        return
    told.scores |= {str(row[KEY]): score for row, score in zip(rows, found, strict=True)}


def _tensor(name: str, kind: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    data = [_value(row[name], kind) for row in rows]
    return {"name": name, "shape": [len(data), 1], "datatype": "BYTES" if isinstance(data[0], str) else kind,
            "data": data}  # fmt: skip


def _value(value: Any, kind: str) -> Any:
    """Return a value of a dataset as a request has it: a moment by ISO 8601, what is missing null."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if kind == "BYTES" and value is not None else value


def _encoded(album: Album, name: str) -> str:
    """Return a picture's file by Base64; an empty text where there is none that could be sent."""
    return base64.b64encode(album.content(name, LARGEST_PICTURE // 8) or b"").decode("ascii")
