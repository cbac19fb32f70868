"""What a model takes and answers is held against the live one's before a person puts it in its place."""

import json
from typing import Any

import pytest

from reconciler.cli.unlike import SIGNATURE, unlike
from reconciler.model.ids import RunName

LIVE, NEW = RunName("experiments/a/1"), RunName("experiments/a/2")
USUAL: dict[str, Any] = {
    "task": "binary",
    "target": "paid",
    "inputs": [{"name": "age", "datatype": "FP32"}, {"name": "city", "datatype": "BYTES"}],
}


class Store:
    """What two trials have left."""

    def __init__(self, **left: object) -> None:
        self.left = {NEW: left["new"], LIVE: left["live"]}

    def read(self, run: RunName, path: str) -> bytes:
        if path != SIGNATURE or self.left[run] is None:
            raise FileNotFoundError(path)
        return json.dumps(self.left[run]).encode()


def ways(new: object, live: object = USUAL) -> tuple[str, ...]:
    return unlike(Store(new=new, live=live), NEW, LIVE)  # type: ignore[arg-type]


def test_a_model_of_the_same_kind_is_alike_whatever_the_order_of_its_inputs() -> None:
    assert ways({**USUAL, "inputs": USUAL["inputs"][::-1], "digest": "sha256:0"}) == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"inputs": [*USUAL["inputs"], {"name": "x", "datatype": "FP32"}]}, "it asks for x, which clients don't send"),
        ({"inputs": USUAL["inputs"][:1]}, "it refuses city, which clients send"),
        ({"inputs": [{"name": n, "datatype": "INT64"} for n in ("age", "city")]}, "it takes age, city as another type"),
        ({"target": "ill"}, "its target is ill, and was paid"),
        ({"task": "regression"}, "its task is regression, and was binary"),
        ({"inputs": [{"name": f"c{n}"} for n in range(9)]}, "it asks for c0, c1, c2 and 6 more"),
    ],
)
def test_what_clients_would_find_another_is_told(changed: dict[str, Any], told: str) -> None:
    assert any(told in way for way in ways({**USUAL, **changed})), ways({**USUAL, **changed})


@pytest.mark.parametrize("odd", [None, [], {"inputs": 3}, {"inputs": [3]}])
def test_a_model_that_says_nothing_is_unlike_nothing_that_is_known(odd: object) -> None:
    assert isinstance(ways(odd), tuple)
    assert ways(None, odd) == ()
