"""Rows that aren't answered count, alone or in a batch; so does a replica that nobody reaches."""

import json
from pathlib import Path

import pytest

from runners.replica.asking import TOGETHER, Answer
from runners.replica.measuring import answers, load
from runners.replica.parameters import AskedLoad


class Picky:
    """A client of a replica that answers no batch with the row 3."""

    def ask(self, path: str, body: bytes) -> Answer:
        told = json.loads(body)
        if path == TOGETHER:
            ages = [row["AGEP"] for row in told["instances"]]
            return Answer(400, b"no", 0.0) if 3 in ages else Answer(200, json.dumps({"predictions": ages}).encode(), 0)
        return Answer(200, b'{"outputs": [{"data": [1]}]}', 0.0)


def test_a_batch_that_is_not_answered_counts_for_each_of_its_rows() -> None:
    rows = [{"inputs": [{"name": "AGEP", "data": [age]}]} for age in range(6)]
    wrong = answers(Picky(), rows, 2)  # type: ignore[arg-type]
    assert [bool(told) for told in wrong] == [False, False, True, True, False, False]
    assert wrong[2] == "2 rows at once: status 400: no"


@pytest.mark.slow
def test_nobody_there_is_a_rate_of_none(tmp_path: Path) -> None:
    found = load(tmp_path / "socket", [b"{}"], AskedLoad(clients=2, seconds=1), 0.95)
    assert found["load.rate"].value == 0.0
    assert found["load.p99"].value is None
