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


def routed(*route: object, **spec: object) -> Promotion:
    return Promotion.model_validate(
        {"experiment": "experiments/a", "deployment": "deployments/a", "route": list(route), **spec}
    )


def test_a_route_leads_by_stages_of_one_or_several_environments() -> None:
    spec = routed("dev", ["eu", "us"], "prod")
    assert [spec.before(name) for name in ("dev", "eu", "us", "prod", "lab")] == [
        (),
        ("dev",),
        ("dev",),
        ("eu", "us"),
        (),
    ]
    assert [spec.leads_to(name) for name in ("dev", "us", "prod", "lab")] == [True, True, True, False]
    assert spec.way() == "dev → eu and us → prod"
    assert routed().leads_to("anywhere")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"route": ["dev", "dev"]}, "the route comes to dev twice"),
        ({"route": ["dev", ["prod", "dev"]]}, "the route comes to dev twice"),
        ({"route": ["dev", []]}, "a stage of the route is empty"),
        ({"route": ["Dev"]}, "should match pattern"),
        ({"route": ["dev"], "soak": {"served": "1h"}}, "soak is for what served in an environment before"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(parts: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        routed(**parts)


def test_a_route_is_taken_away_alone_and_soak_without_one_is_a_mistake() -> None:
    assert routed(soak={"served": "1h"}).stages == ()
    with pytest.raises(ValidationError, match="give a route of two stages"):
        Promotion.model_validate(
            {"experiment": "experiments/a", "deployment": "deployments/a", "soak": {"served": "1h"}}
        )
