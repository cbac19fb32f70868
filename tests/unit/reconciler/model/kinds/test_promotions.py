"""Promotions."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.promotions import Promotion


def test_recent_rows_are_those_of_a_replay() -> None:
    told = {"gates": [{"metric": "a", "worse_than_live": 0.1, "rows": "recent"}]}
    assert routed(**told, replay={}).gates[0].rows == "recent"
    with pytest.raises(ValidationError, match="a gate is on recent rows, which replay reads: give replay"):
        routed(**told)


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


def of_data(**spec: object) -> Promotion:
    return Promotion.model_validate({"dataset": "datasets/loans", "route": ["dev", "prod"], **spec})


def test_a_promotion_is_of_one_subject() -> None:
    assert (of_data().subject, of_data().tells_of) == ("datasets/loans", ("datasets",))
    assert routed().tells_of == ("deployments", "monitors")
    labels = of_data(dataset=None, labels="labels/marks")
    assert (labels.subject, labels.is_of_data) == ("labels/marks", True)
    assert of_data(route=[]).subject == "datasets/loans"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"dataset": None},
            "give experiment and deployment, or dataset, or labels, or spec and fields: one of the four",
        ),
        ({"labels": "labels/marks"}, "one of the four"),
        ({"deployment": "deployments/a", "experiment": "experiments/a"}, "one of the four"),
        ({"experiment": "experiments/a"}, "experiment and deployment go together"),
        ({"dataset": None, "deployment": "deployments/a"}, "experiment and deployment go together"),
        ({"dataset": "labels/marks"}, "should match pattern"),
        ({"replica": {"size": "1Mi"}}, "replica is for models, and this promotes data: leave replica out"),
        ({"replay": {}}, "replay is for models, and this promotes data: leave replay out"),
        ({"gates": [{"metric": "rows", "worse_than_live": 1, "rows": "recent"}]}, "the gate on rows has rows"),
        ({"revert": "never"}, "revert is for models"),
        ({"keep": 3}, "keep is for models"),
        ({"soak": {"served": "1h", "quiet": "1h"}}, "soak.quiet is of monitors' reports on a model"),
        ({"gates": [{"metric": "rows", "minimum": 1, "slice": "region"}]}, "the gate on rows has slice"),
        ({"gates": [{"metric": "rows", "worse_than_live": 1, "confidence": 0.9}]}, "the gate on rows has confidence"),
    ],
)
def test_what_makes_no_sense_of_data_is_refused_with_what_to_do(parts: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        of_data(**parts)


def test_data_without_a_route_follows_its_source() -> None:
    with pytest.raises(ValidationError, match="give a route of two stages at least"):
        Promotion.model_validate({"dataset": "datasets/loans"})
