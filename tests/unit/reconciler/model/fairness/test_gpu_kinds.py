"""Kinds of GPUs: what a pool hasn't got is refused with what to do about it."""

import pytest

from reconciler.model.errors import Refused
from reconciler.model.fairness.gpu_kinds import kind_refusal, one_kind
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.kinds.spec import Resources

SHARED = Address("pools/shared")
MIXED = Pool(capacity=Capacity(gpu_kinds={"a100": 4, "t4": 2}))


@pytest.mark.parametrize("asked", [{}, {"gpus": 6}, {"gpus": 4, "gpu_kind": "a100"}])
def test_what_is_there_is_fine(asked: dict[str, object]) -> None:
    assert kind_refusal(SHARED, MIXED, Resources.model_validate(asked)) == ""


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"gpus": 1, "gpu_kind": "h100"}, "asks for gpus of kind h100 and pools/shared has a100, t4"),
        ({"gpus": 3, "gpu_kind": "t4"}, "asks for 3 gpus of kind t4 and pools/shared has 2"),
        ({"gpus": 2, "gpu_kind": "t4", "nodes": 2}, "asks for 4 gpus of kind t4"),
    ],
)
def test_what_isn_t_is_refused(asked: dict[str, object], told: str) -> None:
    assert told in kind_refusal(SHARED, MIXED, Resources.model_validate(asked))


def test_a_pool_that_tells_no_kinds_has_none() -> None:
    asked = Resources(gpus=1, gpu_kind="a100")
    assert "has no kinds" in kind_refusal(SHARED, Pool(capacity=Capacity(gpus=8)), asked)


def test_an_engine_may_know_one_kind_only() -> None:
    one_kind(SHARED, Pool(capacity=Capacity(gpu_kinds={"a100": 2})))
    with pytest.raises(Refused, match="kinds a100 and t4") as refused:
        one_kind(SHARED, MIXED)
    assert refused.value.hint == "make a pool for each kind"
