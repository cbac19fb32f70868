"""A rehearsal: only what a merge brings is told, and its verdict follows from that."""

from dataclasses import replace

from reconciler.controllers import CONTROLLERS
from reconciler.model.ids import CommitId
from reconciler.model.resource import Desired, Resource
from reconciler.model.reviews import Verdict
from reconciler.plan import decide
from reconciler.reviews.rehearsal import Pair, Rehearsal, rehearsed
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, SCORE, SHARED

PAIR = Pair(CommitId("a" * 40), CommitId("b" * 40))
ALL = (LOANS, SCORE, GO, API, SHARED)


def rehearse(before: Desired, after: Desired) -> Rehearsal:
    seen = stage.actual()
    plans = [(desired, decide(desired, seen, CONTROLLERS)) for desired in (before, after)]
    return rehearsed("dev", PAIR, before=plans[0], after=plans[1])


def everything(**loans: object) -> list[Resource]:
    return [stage.resource(LOANS, **loans) if one == LOANS else stage.resource(one) for one in ALL]


def test_a_merge_that_changes_nothing_is_quiet_whatever_is_under_way() -> None:
    found = rehearse(stage.desired(*everything()), stage.desired(*everything()))
    assert found.is_quiet
    assert (found.verdict, found.summary) == (Verdict.SUCCESS, "nothing changes")
    assert found.changes == ()


def test_what_differs_is_told_with_what_is_done_at_once_and_what_follows() -> None:
    other = {"source": {"sql": {"url": "sqlite:///loans.db", "query": "SELECT 1"}}}
    found = rehearse(stage.desired(*everything()), stage.desired(*everything(**other)))
    assert [(line.sign, line.address, line.field) for line in found.lines] == [("~", LOANS, "source.sql.query")]
    assert [(change.verb, change.address) for change in found.changes] == [("run", LOANS)]
    assert found.following == (SCORE, GO)
    assert found.trials == {SCORE: 1}
    assert found.summary == "1 change, 2 resources after that"


def test_nothing_follows_from_what_is_suspended() -> None:
    """Where nothing is trained, as in prod, a change of the experiment says so, and promises no trials."""
    others = [one for one in everything() if one.address != SCORE]
    before, after = (stage.resource(SCORE, suspend=True, seed=seed) for seed in (1, 2))
    found = rehearse(stage.desired(*others, before), stage.desired(*others, after))
    assert [line.field for line in found.lines] == ["seed"]
    assert (found.following, found.trials, found.summary) == ((), {}, "no change at once")


def test_gpu_hours_are_those_of_what_runs_and_follows() -> None:
    costly = stage.resource(SCORE, trials=({"a": 1}, {"a": 2}), resources={"gpus": 2}, timeout="3h")
    before = [one for one in everything() if one.address != SCORE]
    found = rehearse(stage.desired(*before), stage.desired(*before, costly))
    assert found.hours == 12
    assert found.trials == {SCORE: 2}
    assert "up to 12 GPU hours" in found.summary


def test_more_gpu_hours_than_the_branch_allows_are_a_failure() -> None:
    costly = stage.resource(SCORE, resources={"gpus": 2}, timeout="3h")
    before = [one for one in everything() if one.address != SCORE]
    found = rehearse(stage.desired(*before, plan={"gpu_hours": 5}), stage.desired(*before, costly))
    assert found.verdict is Verdict.FAILURE
    assert found.summary == "up to 6 GPU hours, 5 allowed: lower it, split it, or raise plan.gpu_hours first"
    found = rehearse(stage.desired(*before, plan={"gpu_hours": 6}), stage.desired(*before, costly))
    assert found.verdict is Verdict.SUCCESS


def test_errors_are_a_failure_unless_the_branch_has_them_already() -> None:
    wrong = stage.problem()
    sound, broken = stage.desired(), stage.desired(broken={LOANS: (wrong,)})
    found = rehearse(sound, broken)
    assert (found.verdict, found.summary) == (Verdict.FAILURE, "1 error in the specs")
    assert rehearse(broken, broken).is_quiet
    assert rehearse(broken, sound).verdict is Verdict.SUCCESS


def test_what_would_wait_for_a_person_is_a_failure() -> None:
    pools = [stage.resource(SHARED)]
    gone = (LOANS, SCORE, GO, API)
    seen = stage.actual(*(stage.version(f"{one}/{'1' * 12}") for one in gone), facts={one: {} for one in gone})
    deletion = {"deletion": {"number": 1, "share": 0.1}}
    before, after = stage.desired(*everything(), **deletion), stage.desired(*pools, **deletion)
    plans = [(desired, decide(desired, seen, CONTROLLERS)) for desired in (before, after)]
    found = rehearsed("dev", PAIR, before=plans[0], after=plans[1])
    assert found.verdict is Verdict.FAILURE
    assert "would wait for a person" in found.summary


def test_an_obstacle_goes_before_all_else() -> None:
    found = replace(Rehearsal("dev", PAIR, problems=(stage.problem(),)), obstacle="conflicts with main in a.yaml")
    assert (found.verdict, found.summary) == (Verdict.FAILURE, "conflicts with main in a.yaml")
