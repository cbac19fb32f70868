"""The runs that an environment tells of are those of its own statuses, its own files and its own past."""

from datetime import UTC, datetime

from reconciler.model.ids import Address
from reconciler.status.timeline import Past
from reconciler.web.pages.known_runs import known_runs
from tests.unit.reconciler.web.pages.conftest import document, made, tree_of

WHEN = datetime(2026, 1, 5, tzinfo=UTC)


def run(digit: str, of: str = "experiments/loans") -> str:
    return f"{of}/{digit * 12}"


def test_runs_are_found_wherever_facts_files_and_the_past_name_them() -> None:
    told = document(
        leaderboard=[{"run": run("a")}, {"run": run("b"), "stage": "running"}],
        deep={"er": [{"x": run("c")}, 7, None]},
        other=[run("e", "datasets/loans"), "experiments/loans/NOT A RUN", f"see {run('f')}"],
    )
    one = made({"experiments/loans": told}, tree=tree_of({f"reports/{run('d')}/metrics.json": {}}))
    past = [Past(WHEN, "experiments/loans", document(run=run("9"))), Past(WHEN, "experiments/loans", None)]
    assert set(known_runs(one, Address("experiments/loans"))) == {run(digit) for digit in "abcd"}
    assert set(known_runs(one, Address("experiments/loans"), past)) == {run(digit) for digit in "abcd9"}
    assert known_runs(one, Address("experiments/loans"))[:2] == [run("a"), run("b")]


def test_those_of_a_former_name_are_its_own_and_another_resource_has_none() -> None:
    one = made({"experiments/new": document(moved_from=["old"], run=run("a", "experiments/old"))})
    assert known_runs(one, Address("experiments/new")) == [run("a", "experiments/old")]
    assert known_runs(one, Address("experiments/none")) == []
