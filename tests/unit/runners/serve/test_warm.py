"""One answer before anybody asks: every kind of column has a row of nothing, and no failure of it counts."""

from pathlib import Path
from typing import Any

import pytest

from runners.models import Model, load
from runners.serve.warm import nothing, warm
from tests.bench.served import linear, trees
from tests.unit.runners.serve.endpoint import Breaking
from tests.unit.runners.serve.tiny import bright, make


class Counting:
    """An engine that counts what it is asked."""

    def __init__(self, engine: Any) -> None:
        self._engine, self.asked = engine, 0

    def run(self, tensors: Any, output: str) -> Any:
        self.asked += 1
        return self._engine.run(tensors, output)


@pytest.mark.parametrize("make_one", [make, bright, linear, trees])
def test_a_model_has_answered_before_it_is_asked(tmp_path: Path, make_one: Any) -> None:
    make_one(tmp_path / "model")
    model = load(tmp_path / "model")
    engine = Counting(model.engine)
    warm(Model(model.signature, engine))
    assert engine.asked == 1
    assert nothing(model.signature).keys() == set(model.signature.columns)


def test_a_model_that_fails_at_nothing_is_served_all_the_same(tmp_path: Path) -> None:
    warm(Model(load(tmp_path, make(tmp_path)).signature, Breaking()))
