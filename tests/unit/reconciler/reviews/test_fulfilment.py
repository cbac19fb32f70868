"""Fulfilment: what a page showed is held against what was done once it was merged."""

from dataclasses import replace

from reconciler.model.ids import Address, CommitId
from reconciler.model.plan import Plan
from reconciler.plan import decide
from reconciler.reviews.fulfilment import MOST, Shown, begun, fulfilled
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS

DESIRED = stage.desired(stage.resource(LOANS))
PLAN = decide(DESIRED, stage.actual(), stage.CONTROLLERS)
SHOWN = Shown(DESIRED, PLAN.digest, PLAN.changes)
COMMIT = CommitId("d" * 40)


def test_the_specs_that_were_shown_are_those_whatever_their_commit() -> None:
    assert SHOWN.is_of(replace(DESIRED, commit=COMMIT))
    assert not SHOWN.is_of(stage.desired(stage.resource(LOANS, team="risk")))
    assert not SHOWN.is_of(stage.desired(stage.resource(LOANS), deletion={"number": 1}))
    assert not SHOWN.is_of(stage.desired(stage.resource(LOANS), broken={LOANS: (stage.problem(),)}))


def test_what_was_done_as_shown_is_a_line() -> None:
    told = fulfilled("dev", SHOWN, begun(DESIRED, replace(PLAN, commit=COMMIT)))
    assert told.startswith("✅ `dev`: applied with `dddddddddddd`; what was shown is what was done")


def test_what_takes_a_second_pass_is_done_as_shown_and_what_follows_was_not_to_be() -> None:
    nothing = Plan(COMMIT, "dev")
    done = begun(DESIRED, nothing).with_pass(PLAN)
    assert done.with_pass(nothing) is done
    assert fulfilled("dev", SHOWN, done).startswith("✅")
    assert fulfilled("dev", Shown(DESIRED, nothing.digest, ()), done).startswith("✅")


def test_what_differs_is_told_both_ways() -> None:
    nothing = Plan(COMMIT, "dev")
    told = fulfilled("dev", SHOWN, begun(DESIRED, nothing))
    assert told.startswith("⚠️ `dev`: applied with `dddddddddddd`, and what was done isn't what was shown")
    (start,) = [change for change in PLAN.changes if change.verb == "run"]
    assert f"- shown, and not done: `+ {start.target}` run" in told
    assert f"- done, and not shown: `+ {start.target}` run" in fulfilled(
        "dev", Shown(DESIRED, nothing.digest, ()), begun(DESIRED, PLAN)
    )


def test_a_long_difference_is_counted() -> None:
    many = [stage.resource(Address(f"datasets/d{number}")) for number in range(MOST + 5)]
    plan = decide(stage.desired(*many), stage.actual(), stage.CONTROLLERS)
    told = fulfilled("dev", Shown(DESIRED, Plan(COMMIT, "dev").digest, ()), begun(DESIRED, plan))
    assert f"- and {len(plan.changes) - MOST} changes more" in told
