"""What a promotion must remember from pass to pass."""

from reconciler.controllers.promotion_case import REMEMBERED, memory
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.promotions import Promotion
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO, MODEL


def remembered(facts: dict[str, object], live: str | None = None, **spec: object) -> object:
    thing = stage.resource(GO, **spec)
    assert isinstance(thing.spec, Promotion)
    view = stage.view(stage.desired(thing), stage.actual(facts={GO: facts}))
    return memory(thing, thing.spec, Model(trial=live, digest=MODEL) if live else None, view)


def test_what_is_live_now_is_the_newest_that_was() -> None:
    first, second = stage.trial_name("1"), stage.trial_name("2")
    assert remembered({"promoted": [first, second]}, first)["promoted"] == [second, first]  # type: ignore[index]
    many = [f"experiments/score/{number:012d}" for number in range(REMEMBERED)]
    told = remembered({"promoted": many}, first)
    assert told["promoted"] == [*many[1:], first]  # type: ignore[index]


def test_where_a_model_has_to_serve_first_is_remembered_for_a_day_on_which_the_spec_is_broken() -> None:
    assert remembered({}, route=["staging", "dev"])["after"] == ["staging"]  # type: ignore[index]
    assert "after" not in remembered({}, route=["dev", "prod"])  # type: ignore[operator]
