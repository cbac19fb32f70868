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
