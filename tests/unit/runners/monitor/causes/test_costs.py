"""What moved columns cost is what they cost, on all types of columns and tasks."""

from pathlib import Path

import numpy as np
import pytest

from runners.monitor.causes.costs import MOST_PLAYERS, costs_of, fell
from runners.monitor.causes.ranking import left_out
from runners.monitor.parameters import Thresholds
from tests.unit.runners.monitor.causes.world import LIMITS, answered, judged, people, trial


def test_a_column_that_costs_all_of_a_drop_is_told_so_and_one_that_costs_nothing_isn_t(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(6000)))
    found, _, costs, _ = judged(reference, answered(people(4000, 2, skill=0.5, idle=2.0)))
    by_name = {one.moved.name: one for one in costs}
    assert fell(found, LIMITS)
    skill, idle = by_name["skill"].worth, by_name["idle"].worth
    drop = found.performance[0].drop(is_realized=False)
    assert skill
    assert drop
    assert costs[0].moved.name == "skill"
    assert skill.is_beyond_noise
    assert skill.gain == pytest.approx(drop, abs=0.02)
    assert idle is None or not idle.is_beyond_noise


def test_what_is_missing_in_the_same_rows_is_one_group_carried_by_its_gaps(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(6000)))
    rows = people(3000, 3)
    gone = np.random.default_rng(4).random(len(rows)) < 0.4
    rows.loc[gone, ["skill", "idle", "home"]] = None
    _, _, costs, _ = judged(reference, answered(rows))
    assert set(costs[0].moved.player.names) == {"skill", "idle", "home"}
    assert costs[0].moved.parts.names[costs[0].part] == "missing"
    assert costs[0].worth
    assert costs[0].worth.is_beyond_noise
    assert (costs[0].was, costs[0].now) == (0.0, pytest.approx(0.4, abs=0.03))


def test_a_column_of_which_no_usual_value_comes_any_more_can_t_be_put_back(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(3000)))
    rows = answered(people(1000, 5))
    _, _, costs, _ = judged(reference, rows.assign(idle=rows["idle"] + 1000))
    assert [one.moved.name for one in costs] == ["idle"]
    assert (costs[0].worth, costs[0].moved.parts.names[costs[0].part][:5]) == (None, "above")
    assert "usual values" in costs[0].why


def test_what_may_cost_anything_comes_before_what_surely_costs_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The column that moved farthest, of which no usual value comes, isn't put last for having no price."""
    monkeypatch.setattr("runners.monitor.causes.costs.MOST_PLAYERS", 1)
    reference = trial(tmp_path, answered(people(4000)))
    rows = answered(people(3000, 5, skill=0.5, own=0.1))
    _, _, costs, causes = judged(reference, rows.assign(idle=rows["idle"] + 1000))
    assert {one.moved.name for one in costs} == {"skill", "home", "idle"}
    assert [(one.worth is None, one.is_cheaper) for one in costs] == [(False, False), (True, False), (True, True)]
    assert costs[1].moved.name == "idle"
    assert left_out(costs, causes) == ()
    assert left_out(costs, causes[:1])[0].endswith(f"at the most: idle, {costs[2].moved.name}.")


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize(("task", "metric"), [("multiclass", "roc_auc"), ("regression", "rmse"), ("binary", "roc_auc")])
def test_any_task_has_its_causes(tmp_path: Path, task: str, metric: str) -> None:
    reference = trial(tmp_path, answered(people(4000, own=0.8), task=task), task)
    rows = answered(people(3000, 6, own=0.2, idle=1.0), task=task)
    found, _, costs, _ = judged(reference, rows, task, metric)
    home = next(one for one in costs if one.moved.name == "home")
    assert costs[0] is home
    assert home.worth
    assert home.worth.is_beyond_noise
    assert home.moved.parts.names[home.part] == "rent"
    assert home.metric == ("accuracy" if task == "multiclass" else metric)
    assert all(one.worth is None or not one.worth.is_beyond_noise for one in costs[1:])
    told = next(one for one in found.performance if one.metric == home.metric)
    drop = told.drop(is_realized=False)
    assert drop
    assert home.worth.gain == pytest.approx(drop, rel=0.4)


def test_a_window_of_fifty_rows_is_looked_at_and_one_of_ten_says_why_it_isn_t(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(3000)))
    rows = answered(people(50, 7, idle=3.0))
    for some, why in ((rows, None), (rows.head(10), "the window has too few rows")):
        found, tables, _, _ = judged(reference, some)
        costs = costs_of(reference, tables, found, LIMITS, 0)
        assert [one.moved.name for one in costs] == ["idle"]
        assert costs[0].why == why or why is None
    assert len(costs) <= MOST_PLAYERS


def test_a_model_whose_answers_can_t_be_judged_has_what_moved_all_the_same(tmp_path: Path) -> None:
    rows = answered(people(2000)).drop(columns=["predicted_probability", "prediction"])
    reference = trial(tmp_path, rows)
    _, _, costs, causes = judged(reference, answered(people(800, 8, idle=2.0)))
    assert [(one.moved.name, one.worth) for one in costs] == [("idle", None)]
    assert causes[0].action == "look"
    assert "isn't estimated" in causes[0].fix


def test_nothing_moved_and_nothing_fell_is_nothing_to_tell(tmp_path: Path) -> None:
    reference = trial(tmp_path, answered(people(3000)))
    found, _, costs, causes = judged(reference, answered(people(1500, 9)))
    assert (costs, causes) == ([], ())
    assert not fell(found, Thresholds())
