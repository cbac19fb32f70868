"""One inference on its way through a batch: its answer, its log, and whose fault what is."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from runners.models import Model, load
from runners.serve.answers import Answer
from runners.serve.inferring import Inferring
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from tests.unit.runners.serve.endpoint import Breaking
from tests.unit.runners.serve.tiny import make

SEX = {"name": "SEX", "shape": [1], "datatype": "BYTES", "data": ["1"]}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(tmp_path, make(tmp_path))


def asked(age: Any, **more: Any) -> bytes:
    return json.dumps(
        {"inputs": [{"name": "AGEP", "shape": [1], "datatype": "FP32", "data": [age]}, SEX], **more}
    ).encode()


class Asker:
    """Asks a model for several requests in one turn of the loop."""

    def __init__(self, model: Model) -> None:
        self.logged: list[Exchange] = []
        self._served = ServedModel("employment", "", model, self.logged.append)

    def ask(self, *bodies: bytes, is_told: bool = True) -> list[tuple[int, Any]]:
        async def all_of_them() -> list[Answer]:
            loop = asyncio.get_running_loop()
            waiting = [loop.create_future() for _ in bodies]
            for number, (body, told) in enumerate(zip(bodies, waiting, strict=True)):
                exchange = Exchange(str(number))
                Inferring(self._served, exchange, told.set_result, is_told=is_told).begin(body, None)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return list(await asyncio.gather(*waiting))

        return [(answer.status, json.loads(answer.body)) for answer in asyncio.run(all_of_them())]


def test_each_of_a_batch_has_its_own_answer_its_own_name_and_its_own_line(model: Model) -> None:
    asker = Asker(model)
    found = asker.ask(asked(30.0), asked(60.0, id="mine"))
    assert [(status, told["id"], told["outputs"][0]["data"]) for status, told in found] == [
        (200, "0", [0]),
        (200, "mine", [1]),
    ]
    assert [(one.id, one.status, one.size > 50, one.error) for one in asker.logged] == [
        ("0", 200, True, ""),
        ("1", 200, True, ""),
    ]
    first = asker.logged[0]
    assert (first.columns, first.seconds > 0) == ({"AGEP": [30.0], "SEX": ["1"]}, True)
    assert first.prediction is not None
    assert first.prediction.prediction.tolist() == [0]


def test_mistakes_are_their_own_and_are_logged(model: Model) -> None:
    asker = Asker(model)
    found = asker.ask(asked(30.0), b"{", asked("old"), asked(60.0, outputs=[{"name": "x"}]))
    assert [status for status, _ in found] == [200, 400, 400, 400]
    assert "no JSON" in found[1][1]["error"]
    assert "AGEP of row 0 is `old`" in found[2][1]["error"]
    assert "there is no output x" in found[3][1]["error"]
    assert sorted((one.id, one.status) for one in asker.logged) == [("0", 200), ("1", 400), ("2", 400), ("3", 400)]
    assert all((one.status == 200) == (not one.error) for one in asker.logged)


def test_what_the_model_does_wrong_is_its_own_fault(model: Model) -> None:
    asker = Asker(Model(model.signature, Breaking()))
    assert [status for status, _ in asker.ask(asked(30.0), asked(60.0))] == [500, 500]
    assert [one.status for one in asker.logged] == [500, 500]


def test_smoke_tests_are_answered_and_not_logged(model: Model) -> None:
    asker = Asker(model)
    assert [status for status, _ in asker.ask(asked(30.0), b"{", is_told=False)] == [200, 400]
    assert asker.logged == []
