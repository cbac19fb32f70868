"""Pools."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.pools import Pool


def test_capacity_is_in_quantities_and_teams_have_shares() -> None:
    spec = Pool.model_validate({"capacity": {"cpus": "1500m", "memory": "8Gi"}, "teams": {"risk": {"weight": 2}}})
    assert (spec.capacity.cpus, spec.capacity.memory, spec.teams["risk"].weight) == (1.5, 8.0 * 2**30, 2)
    assert spec.references() == ()
    for wrong in ({"teams": {"Risk": {}}}, {"teams": {"risk": {"weight": 0}}}, {"capacity": {"gpus": -1}}):
        with pytest.raises(ValidationError):
            Pool.model_validate(wrong)


def test_kinds_of_gpus_add_up() -> None:
    spec = Pool.model_validate({"capacity": {"gpu_kinds": {"a100": 8, "t4": 4}}})
    assert spec.capacity.gpus == 12
    assert "gpus" in spec.capacity.model_fields_set
    with pytest.raises(ValidationError, match="gpu_kinds add up to 12"):
        Pool.model_validate({"capacity": {"gpus": 8, "gpu_kinds": {"a100": 8, "t4": 4}}})
    for wrong in ({"A 100": 1}, {"a100": -1}, {"a100": "many"}, [], "a100"):
        with pytest.raises(ValidationError):
            Pool.model_validate({"capacity": {"gpu_kinds": wrong}})


def test_a_pool_without_kinds_is_written_as_ever() -> None:
    assert Pool().model_dump()["capacity"] == {"cpus": 2.0, "memory": 8.0 * 2**30, "gpus": 0}
    kinds = Pool.model_validate({"capacity": {"gpu_kinds": {"t4": 2}}})
    assert Pool.model_validate(kinds.model_dump(mode="json")) == kinds
