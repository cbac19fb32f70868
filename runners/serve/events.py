"""One request as a structured CloudEvent 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from runners.models import Prediction
from runners.serve.request_context import Exchange

TYPE = "io.setpoint.inference"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where events come from: the deployment, its revision, and the trial that trained the model."""

    deployment: str
    revision: str
    trial: str


def event(exchange: Exchange, origin: Origin) -> dict[str, Any]:
    """Return a request and its answer as an event.

    The id is the same when the request was put to another replica: the event counts once. By whose key a request was
    dealt out in an A/B test is told as a digest, which is another one in each test.
    """
    columns = (exchange.columns or {}) if exchange.prediction is not None else {}
    data: dict[str, Any] = {
        "columns": list(columns),
        "rows": rows_of(columns),
        "prediction": exchange.prediction.prediction.tolist() if exchange.prediction is not None else [],
        "probability": probability_of(exchange.prediction),
        "status": exchange.status,
        "seconds": round(exchange.seconds, 6),
        "model": origin.trial,
    }
    if exchange.unit:
        data["unit"] = hashlib.sha256(exchange.unit).hexdigest()[:24]
    return {
        "specversion": "1.0",
        "type": TYPE,
        "source": origin.deployment,
        "subject": origin.revision,
        "id": exchange.id,
        "time": datetime.fromtimestamp(exchange.time, UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {**data, "error": exchange.error} if exchange.error else data,
    }


def rows_of(columns: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Turn columns into rows, of values that JSON has words for, in the order of the columns."""
    return list(zip(*map(_plain, columns.values()), strict=True))


def _plain(values: Any) -> list[Any]:
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if bytes not in map(type, listed):
        return listed
    return [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in listed]


def probability_of(prediction: Prediction | None) -> list[Any]:
    """Return the positive class's probability by row, or every class's by row, or nothing."""
    told = prediction and (prediction.probability if prediction.probability is not None else prediction.probabilities)
    return told.tolist() if isinstance(told, np.ndarray) else []
