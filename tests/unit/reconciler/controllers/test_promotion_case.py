"""What a promotion must remember from pass to pass."""

from typing import Any

import pytest

from reconciler.controllers.promotable import Pinned
from reconciler.controllers.promotion_case import REMEMBERED, memory
from reconciler.model.kinds.promotions import Promotion
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO, MODEL


def remembered(facts: dict[str, object], live: str | None = None, **spec: object) -> object:
    thing = stage.resource(GO, **spec)
    assert isinstance(thing.spec, Promotion)
    view = stage.view(stage.desired(thing), stage.actual(facts={GO: facts}))
    return memory(thing, thing.spec, Pinned(live, MODEL) if live else None, view)


def test_what_is_live_now_is_the_newest_that_was() -> None:
    first, second = stage.trial_name("1"), stage.trial_name("2")
    assert remembered({"promoted": [first, second]}, first)["promoted"] == [second, first]  # type: ignore[index]
    many = [f"experiments/score/{number:012d}" for number in range(REMEMBERED)]
    told = remembered({"promoted": many}, first)
    assert told["promoted"] == [*many[1:], first]  # type: ignore[index]


def test_where_a_model_has_to_serve_first_is_remembered_for_a_day_on_which_the_spec_is_broken() -> None:
    assert remembered({}, route=["staging", "dev"])["after"] == ["staging"]  # type: ignore[index]
    assert "after" not in remembered({}, route=["dev", "prod"])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("facts", "live", "taken_back"),
    [
        ({"promoted": ["a", "b"]}, "c", None),
        ({"promoted": ["a", "b"]}, "b", None),
        ({"promoted": ["a", "b"]}, "a", ["b"]),
        ({"promoted": ["a", "b"]}, None, ["b"]),
        ({"promoted": ["b", "a"], "taken_back": ["b"]}, "a", ["b"]),
        ({"promoted": ["b", "a"], "taken_back": ["b"]}, "c", ["b"]),
        ({"promoted": ["b", "a"], "taken_back": ["b"]}, "b", ["a"]),
        ({}, None, None),
    ],
)
def test_what_gave_way_to_one_that_was_live_before_or_to_none_was_taken_back(
    facts: dict[str, object], live: str | None, taken_back: list[str] | None
) -> None:
    def trials(names: Any) -> Any:
        return [stage.trial_name(name) for name in names]

    told = {key: trials(value) for key, value in facts.items()}
    found = remembered(told, stage.trial_name(live) if live else None)
    assert found.get("taken_back") == (trials(taken_back) if taken_back else None)  # type: ignore[attr-defined]
