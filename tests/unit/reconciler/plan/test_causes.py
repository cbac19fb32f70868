"""A run that is made anew says what has changed since the one before it."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import NEVER_MADE, StartRun
from reconciler.model.decision import Decision
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Actual
from reconciler.model.resource import Resource
from reconciler.plan import decide
from reconciler.plan.causes import _words
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE

OTHER = {"sql": {"url": "sqlite:///loans.db", "query": "SELECT 1"}}


def decided(address: Address, seen: Actual, *resources: Resource) -> Decision:
    return decide(stage.desired(*resources), seen, CONTROLLERS).decisions[address]


def why(decision: Decision) -> set[str]:
    return {change.why for change in decision.changes if isinstance(change, StartRun)}


def remembered(decision: Decision) -> Mapping[str, Any]:
    return {"made_from": decision.facts["made_from"]}


FIRST = decided(LOANS, stage.actual(), stage.resource(LOANS))


def test_the_first_has_nothing_to_be_held_against() -> None:
    assert why(FIRST) == {NEVER_MADE}
    assert {"source", "runner", "seed"} <= set(FIRST.facts["made_from"])
    assert "due" not in FIRST.facts["made_from"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"source": OTHER}, "`source` has changed"),
        ({"source": OTHER, "target": "paid"}, "`source`, `target` have changed"),
        ({}, NEVER_MADE),
    ],
)
def test_what_has_changed_is_told(spec: Mapping[str, Any], told: str) -> None:
    seen = stage.actual(facts={LOANS: remembered(FIRST)})
    assert why(decided(LOANS, seen, stage.resource(LOANS, **spec))) == {told}


def test_a_new_version_upstream_and_another_runner_are_told() -> None:
    def seen(content: str, facts: Mapping[str, Any]) -> Actual:
        run = RunName(next(change.target for change in FIRST.changes))
        results = {run: stage.result(content=content)}
        return stage.actual(stage.version(run), results=results, facts={SCORE: facts})

    def scored(content: str, facts: Mapping[str, Any], **spec: Any) -> Decision:
        trials = [{"depth": 1}, {"depth": 2}]
        return decided(SCORE, seen(content, facts), stage.resource(LOANS), stage.resource(SCORE, trials=trials, **spec))

    former = scored("one", {})
    assert why(former) == {NEVER_MADE}
    assert "params" not in former.facts["made_from"]
    assert why(scored("two", remembered(former))) == {"its dataset has a new version"}
    both = scored("one", remembered(former), runner="images", seed=3)
    assert why(both) == {"`seed` has changed; its runner is another, or of another version"}


@pytest.mark.parametrize("name", ["inputs", "scored_by", "answers", "former", "sides"])
def test_what_is_no_field_of_the_spec_has_words_of_its_own(name: str) -> None:
    told = _words({"source": "1", name: "2"}, {"source": "1", name: "3"})
    assert "`" not in told
    assert told != NEVER_MADE
    assert _words({"source": "1"}, {"source": "2", name: "3"}).startswith("`source` has changed; ")


@pytest.mark.parametrize("facts", [remembered(FIRST), {}])
def test_it_is_remembered_while_nothing_is_made_and_where_the_status_was_lost(facts: Mapping[str, Any]) -> None:
    run = RunName(next(change.target for change in FIRST.changes))
    seen = stage.actual(stage.version(run), results={run: stage.result()}, facts={LOANS: facts})
    calm = decided(LOANS, seen, stage.resource(LOANS))
    assert calm.changes == ()
    assert remembered(calm) == remembered(FIRST)


def test_of_a_status_that_somebody_wrote_nothing_is_believed() -> None:
    seen = stage.actual(facts={LOANS: {"made_from": ["source"]}})
    assert why(decided(LOANS, seen, stage.resource(LOANS))) == {NEVER_MADE}


def test_it_is_no_part_of_the_plan() -> None:
    (start,) = FIRST.changes
    assert "made_from" not in start.as_json()
