"""Trials: of all versions, the newest first, which of them is live, and odd boards."""

from datetime import timedelta
from typing import Any

from reconciler.model.ids import Address
from reconciler.status.timeline import Past
from reconciler.web.pages.trials import RUN, differing, goal_of, live, trials
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.conftest import FORMER, LEFT, TRIAL, VERSION, document, made, tree_of

EXPERIMENT = Address("experiments/loans")
OLD = "experiments/loans/cccccccccccc"


def row(run: str, rank: int, value: float, **params: Any) -> dict[str, Any]:
    ranking = {"value": value, "low": value - 0.1, "high": value + 0.1}
    return {"run": run, "rank": rank, "ranking": ranking, "params": params, "metrics": {"f1": 0.5, "odd": "x"}}


def test_trials_of_former_versions_stand_below_those_of_the_newest() -> None:
    now = document(
        dataset=VERSION,
        leaderboard=[row(TRIAL, 1, 0.9, depth=3), {"run": "experiments/loans/d" * 2, "stage": "failed"}],
    )
    then = document(dataset=FORMER, leaderboard=[row(OLD, 1, 0.8, depth=2)])
    deployment = document(traffic={"r": 100, "s": 0}, revisions={"r": {"trial": OLD}, "s": {"trial": TRIAL}})
    one = made({EXPERIMENT: now, "deployments/loans": deployment}, tree=tree_of(LEFT))
    past = [Past(NOW, EXPERIMENT, now), Past(NOW - timedelta(1), EXPERIMENT, then), Past(NOW, EXPERIMENT, None)]
    first, failed, old = trials(one, EXPERIMENT, past)
    assert (first.run, first.version, first.rank, first.ranking.value) == (TRIAL, VERSION, "1", 0.9)
    assert (failed.stage, failed.rank, failed.order) == ("failed", "", 0)
    assert (old.run, old.version, old.is_live, old.order) == (OLD, FORMER, True, 1)
    assert first.metrics == {"f1": 0.5}
    assert first.history["step"] == "trees"
    assert live(one) == {OLD}
    assert differing([first, old]) == ["depth"]


def test_boards_of_odd_shapes_have_no_trials() -> None:
    for board in (None, [], [3], [{"run": 3, "rank": "x", "ranking": "y"}]):
        one = made({EXPERIMENT: document(leaderboard=board)})
        assert all(trial.run == "3" for trial in trials(one, EXPERIMENT))
    assert goal_of({}) == ("ranking", True)
    assert goal_of({"metric": {"name": "rmse", "goal": "minimize"}}) == ("rmse", False)


def test_a_runs_name_is_known_by_its_shape() -> None:
    assert RUN.fullmatch(TRIAL)
    assert not any(
        map(RUN.fullmatch, ("experiments/loans", "a/b/../../etc", "a/b/zzzzzzzzzzzz", "a/b/aaaaaaaaaaaa/c", ""))
    )
