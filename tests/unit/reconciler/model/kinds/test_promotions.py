"""Promotions."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.promotions import Gate, Promotion


def test_a_gate_says_something() -> None:
    assert Gate(metric="a", worse_than_live=0.0).worse_than_live == 0.0
    with pytest.raises(ValidationError, match="give at least one of"):
        Gate(metric="a")


def test_a_promotion_waits_for_review_unless_said_otherwise() -> None:
    spec = Promotion(experiment="experiments/a", deployment="deployments/b")
    assert spec.approval == "review"
    assert spec.references() == ("pools/shared", "experiments/a", "deployments/b")
