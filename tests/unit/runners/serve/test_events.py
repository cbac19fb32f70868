"""A request is an event that the monitor reads."""

import json
from datetime import UTC, datetime

import numpy as np
import orjson

from runners.models import Prediction
from runners.serve.events import Origin, event, probability_of, rows_of
from runners.serve.request_context import Exchange

ORIGIN = Origin("deployments/employment", "aaaaaaaaaaaa", "experiments/employment/aaaaaaaaaaaa")
MOMENT = datetime(2026, 1, 5, 12, 30, 15, 250_000, tzinfo=UTC).timestamp()


def exchange() -> Exchange:
    answered = Prediction(np.array([0, 1]), probability=np.array([0.25, 0.75]))
    columns = {"AGEP": [30, 60], "SEX": ["1", "2"], "id": np.array([7, 8])}
    return Exchange("an-id", columns, answered, status=200, time=MOMENT, seconds=0.0041234)


def test_an_answered_request() -> None:
    assert json.loads(orjson.dumps(event(exchange(), ORIGIN))) == {
        "specversion": "1.0",
        "type": "io.setpoint.inference",
        "source": "deployments/employment",
        "subject": "aaaaaaaaaaaa",
        "id": "an-id",
        "time": "2026-01-05T12:30:15.250000Z",
        "datacontenttype": "application/json",
        "data": {
            "columns": ["AGEP", "SEX", "id"],
            "rows": [[30, "1", 7], [60, "2", 8]],
            "prediction": [0, 1],
            "probability": [0.25, 0.75],
            "status": 200,
            "seconds": 0.004123,
            "model": "experiments/employment/aaaaaaaaaaaa",
        },
    }


def test_a_refused_request_has_no_rows_and_says_why() -> None:
    told = event(Exchange("an-id", error="AGEP is missing", status=400, time=MOMENT), ORIGIN)["data"]
    assert (told["columns"], told["rows"], told["prediction"], told["probability"], told["status"]) == (
        [],
        [],
        [],
        [],
        400,
    )
    assert told["error"] == "AGEP is missing"


def test_rows_are_of_plain_values() -> None:
    assert rows_of({"t": [b"a", "b"], "x": np.zeros((2, 2))}) == [("a", [0.0, 0.0]), ("b", [0.0, 0.0])]
    assert rows_of({}) == []


def test_probabilities_of_several_classes_are_lists() -> None:
    assert probability_of(Prediction(np.array(["a"]), probabilities=np.array([[0.9, 0.1]]))) == [[0.9, 0.1]]
    assert probability_of(Prediction(np.array([1.5]))) == []
    assert probability_of(None) == []


def test_whose_request_it_was_is_told_as_a_digest_of_its_key() -> None:
    told = [event(Exchange("an-id", unit=unit, time=MOMENT), ORIGIN)["data"] for unit in (b"a.b:ada", b"a.c:ada", b"")]
    assert [len(data.get("unit", "")) for data in told] == [24, 24, 0]
    assert told[0]["unit"] != told[1]["unit"], "another test tells the same person by another name"
    assert "ada" not in json.dumps(told)
