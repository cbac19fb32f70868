"""Deployments."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.deployments import Deployment, Model, Replicas, Rollout


def test_without_a_model_it_waits() -> None:
    spec = Deployment()
    assert spec.model is None
    assert spec.references() == ("pools/shared",)


def test_a_pinned_model_is_a_trial_and_a_digest() -> None:
    digest = "sha256:" + "0" * 64
    assert Model(trial="experiments/a/0123456789ab", digest=digest).digest == digest
    for trial, wrong in (
        ("experiments/a", digest),
        ("datasets/a/0123456789ab", digest),
        ("experiments/a/0123456789ab", "x"),
    ):
        with pytest.raises(ValidationError):
            Model(trial=trial, digest=wrong)


def test_replicas_have_an_order() -> None:
    assert Replicas(minimum=0, maximum=3).maximum == 3
    with pytest.raises(ValidationError, match="minimum 3 is above maximum 2"):
        Replicas(minimum=3, maximum=2)


@pytest.mark.parametrize("steps", [[], [50], [50, 40, 100], [0, 100], [50, 50, 100], [50, 100, 120]])
def test_steps_rise_to_the_whole(steps: Any) -> None:
    assert Rollout.model_validate({"steps": [1, 50, 100]}).steps == (1, 50, 100)
    with pytest.raises(ValidationError, match="steps rise"):
        Rollout.model_validate({"steps": steps})
