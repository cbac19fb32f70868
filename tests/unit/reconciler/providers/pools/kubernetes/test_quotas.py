"""Quotas: each team its part by weight, all together the capacity, to the last device."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.errors import Refused
from reconciler.model.kinds.pools import Pool
from reconciler.model.quantity import parse_quantity
from reconciler.providers.pools.kubernetes.quotas import CPU, GPU, MEMORY, REST, capacity_of, quotas, written

A100, T4, ANY = (GPU, "a100"), (GPU, "t4"), (GPU, "")


def shares(**spec: Any) -> dict[str, Any]:
    return dict(quotas(Pool.model_validate(spec)))


def test_teams_share_by_weight() -> None:
    told = shares(capacity={"gpu_kinds": {"a100": 8}}, teams={"risk": {"weight": 3}, "ads": {}})
    assert {team: quota.nominal[A100] for team, quota in told.items()} == {"risk": 6, "ads": 2, REST: 0}
    assert not told["risk"].most


def test_what_can_t_be_divided_goes_to_the_largest_remainder() -> None:
    told = shares(capacity={"gpus": 8}, teams={"a": {}, "b": {}, "c": {}})
    assert sorted(quota.nominal[ANY] for quota in told.values()) == [0, 2, 3, 3]


def test_a_pool_without_teams_is_everybody_s() -> None:
    told = shares(capacity={"cpus": "1500m", "memory": "1Gi"})
    assert told[REST].nominal == {(CPU, ""): 1500, (MEMORY, ""): 2**30}


def test_a_limit_below_the_share_leaves_the_rest_to_all() -> None:
    told = shares(capacity={"gpus": 8}, teams={"risk": {"limit": {"gpus": 1}}, "ads": {"limit": {"gpus": 6}}})
    assert (told["risk"].nominal[ANY], told["risk"].most[ANY]) == (1, 1)
    assert (told["ads"].nominal[ANY], told["ads"].most[ANY]) == (4, 6)
    assert told[REST].nominal[ANY] == 3
    assert (CPU, "") not in told["ads"].most


def test_a_limit_names_its_kinds() -> None:
    kinds = {"a100": 4, "t4": 4}
    limit = {"gpu_kinds": {"t4": 1}}
    told = shares(capacity={"gpu_kinds": kinds}, teams={"risk": {"limit": limit}})
    assert (told["risk"].most[A100], told["risk"].most[T4]) == (0, 1)
    assert shares(capacity={"gpu_kinds": {"t4": 4}}, teams={"risk": {"limit": {"gpus": 1}}})["risk"].most[T4] == 1
    with pytest.raises(Refused, match="doesn't say of which"):
        shares(capacity={"gpu_kinds": kinds}, teams={"risk": {"limit": {"gpus": 1}}})


names = st.text("abc", min_size=1, max_size=3)
amounts = st.integers(0, 50)
limits = st.none() | st.builds(lambda gpus, cpus: {"gpus": gpus, "cpus": cpus}, amounts, amounts)
share = st.builds(lambda weight, limit: {"weight": weight, "limit": limit}, st.floats(0.01, 1000), limits)


@given(amounts, amounts, st.dictionaries(names, share, max_size=5))
def test_all_quotas_together_are_the_capacity(gpus: int, cpus: int, teams: dict[str, Any]) -> None:
    spec = Pool.model_validate({"capacity": {"gpus": gpus, "cpus": cpus}, "teams": teams})
    told = quotas(spec)
    for resource, amount in capacity_of(spec.capacity).items():
        parts = [quota.nominal[resource] for quota in told.values()]
        assert sum(parts) == amount
        assert min(parts) >= 0
    assert all(quota.nominal[name] <= most for quota in told.values() for name, most in quota.most.items())


@given(st.integers(0, 10**20))
def test_amounts_are_written_as_kubernetes_does(amount: int) -> None:
    assert parse_quantity(written(amount, (CPU, ""))) == pytest.approx(amount / 1000)
    assert not written(amount, (CPU, "")).endswith("000m")


def test_amounts_are_short() -> None:
    assert [written(amount, (CPU, "")) for amount in (0, 1, 1500, 2000, 64_000_000)] == ["0", "1m", "1500m", "2", "64k"]
    assert [written(amount, (MEMORY, "")) for amount in (2**30, 64 * 10**9)] == ["1073741824", "64G"]
