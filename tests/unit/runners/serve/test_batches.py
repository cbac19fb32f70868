"""Requests of one moment: one call of the model, and to each its own answer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.models import Model, load
from runners.serve.batches import FULL, PATIENCE, Batches
from tests.unit.runners.serve.endpoint import V1, Breaking, Endpoint
from tests.unit.runners.serve.tiny import make


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(tmp_path, make(tmp_path))


class Seen:
    """An engine that keeps how many rows it was asked for at once, and has no finite answer for the age 99."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.rows: list[int] = []

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        self.rows.append(len(tensors["AGEP"]))
        found = np.array(self._engine.run(tensors, output))
        found[tensors["AGEP"] == 99] = np.nan
        return found


def at_once(endpoint: Endpoint, ages: list[list[int]]) -> list[tuple[int, Any]]:
    """Ask for several rows each, all in one turn of the loop."""
    asked = [{"instances": [{"AGEP": age, "SEX": "1"} for age in rows]} for rows in ages]

    async def all_of_them() -> list[tuple[int, Any]]:
        return list(await asyncio.gather(*(endpoint.asked(V1, one) for one in asked)))

    return asyncio.run(all_of_them())


def test_requests_of_one_moment_are_one_batch_and_each_has_its_own_answer(model: Model) -> None:
    seen = Seen(model.engine)
    endpoint = Endpoint(Model(model.signature, seen), 10**6)
    asked = [[20 + n + m for m in range(n % 3 + 1)] for n in range(20)]
    together = at_once(endpoint, asked)
    assert seen.rows == [sum(map(len, asked))]
    alone = [endpoint.ask(V1, {"instances": [{"AGEP": age, "SEX": "1"} for age in rows]}) for rows in asked]
    assert [status for status, _ in together] == [200] * 20
    for (_, one), (_, other) in zip(together, alone, strict=True):
        assert one["predictions"] == other["predictions"]
        assert one["predicted_probability"] == pytest.approx(other["predicted_probability"], abs=1e-6)


def test_one_bad_row_is_nobody_else_s_fault(model: Model) -> None:
    seen = Seen(model.engine)
    endpoint = Endpoint(Model(model.signature, seen), 10**6)
    found = at_once(endpoint, [[30], [99], [60], [30, 99]])
    assert [status for status, _ in found] == [200, 400, 200, 400]
    assert found[3][1]["error"].startswith("the model has no finite answer for row 1")
    assert [told["predictions"] for _, told in found[::2]] == [[0], [1]]


def test_long_requests_and_too_many_rows_are_batches_of_their_own(model: Model) -> None:
    seen = Seen(model.engine)
    endpoint = Endpoint(Model(model.signature, seen), 10**7)
    found = at_once(endpoint, [[30] * 150, [30] * 100, [30] * 50, [30] * 500])
    assert [len(told["predictions"]) for _, told in found] == [150, 100, 50, 500]
    assert sorted(seen.rows) == [150, 150, 500]


def test_what_fails_for_all_is_told_to_each(model: Model) -> None:
    found = at_once(Endpoint(Model(model.signature, Breaking())), [[30], [60]])
    assert [status for status, _ in found] == [500, 500]


@pytest.mark.parametrize(("turns", "calls"), [(1, [5]), (PATIENCE + 3, [1] * 5)])
def test_who_comes_within_a_few_turns_is_answered_with_the_others(model: Model, turns: int, calls: list[int]) -> None:
    seen = Seen(model.engine)
    batches = Batches(Model(model.signature, seen))
    row = model.prepare({"AGEP": [30], "SEX": ["1"]})

    async def trickling() -> None:
        waiting = []
        for _ in range(5):
            waiting.append(asyncio.ensure_future(batches.answer(row)))
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.gather(*waiting)

    asyncio.run(trickling())
    assert seen.rows == calls


def test_nobody_waits_for_more_when_there_is_enough(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.serve.batches.PATIENCE", 10**9)
    seen = Seen(model.engine)
    batches = Batches(Model(model.signature, seen))
    row = model.prepare({"AGEP": [30], "SEX": ["1"]})

    async def many() -> None:
        await asyncio.gather(*(batches.answer(row) for _ in range(FULL)))

    asyncio.run(many())
    assert seen.rows == [FULL]


def test_who_can_t_be_told_keeps_nobody_else_waiting(model: Model) -> None:
    batches, told = Batches(model), list[object]()
    row = model.prepare({"AGEP": [30], "SEX": ["1"]})

    def fails(found: object) -> None:
        raise RuntimeError("gone")

    async def three() -> None:
        for done in (fails, told.append, fails):
            batches.put(row, done)
        told.append(await batches.answer(row))

    asyncio.run(three())
    assert len(told) == 2
