"""The versions that a report looks through: the trained one, and those that came since."""

from typing import Any

from reconciler.controllers.data_versions import MOST, data_versions
from reconciler.model.ids import RunName
from runners.contract.request import versions_of
from tests.unit.reconciler import stage

TRIAL = RunName("experiments/score/1")


def name(number: int) -> str:
    """Return the name of a version."""
    return f"datasets/score/{number:03}"


def made(number: int, content: str = "") -> dict[str, Any]:
    """Return the result of the version that was made as the so-manyth."""
    return stage.result(content=content or f"c{number}", provenance={"finished_at": f"2026-03-01T10:00:{number:02}"})


def handed(results: dict[str, Any], trained: str = name(2), gone: frozenset[str] = frozenset()) -> list[str]:
    """Return the versions that a report is handed, in their order."""
    known = {**results, TRIAL: stage.result(provenance={"input_dataset": trained})}
    seen = stage.actual(*(stage.version(run, here=run not in gone) for run in results), results=known)
    found = data_versions(TRIAL, stage.view(stage.desired(), seen))
    assert [run for run, _ in versions_of(found)] == list(found.values())
    return list(found.values())


def test_they_are_those_that_came_since_in_their_order() -> None:
    results = {name(number): made(number) for number in (4, 1, 3, 2)}
    assert handed(results) == [name(2), name(3), name(4)]
    assert handed(results, gone=frozenset({name(3)})) == [name(2), name(4)]


def test_equal_contents_are_looked_at_once() -> None:
    results = {name(number): made(number, content) for number, content in ((2, "a"), (3, "a"), (4, "b"), (5, "b"))}
    assert handed(results) == [name(2), name(4)]


def test_of_many_the_newest_are_handed_and_the_trained_one() -> None:
    found = handed({name(number): made(number) for number in range(2, 50)})
    assert len(found) == MOST
    assert (found[0], found[-1]) == (name(2), name(49))


def test_without_the_trained_one_none_is() -> None:
    results = {name(2): made(2), name(3): made(3)}
    assert handed(results, trained=name(9)) == []
    assert handed(results, gone=frozenset({name(2)})) == []
    view = stage.view(stage.desired(), stage.actual(results={TRIAL: stage.result()}))
    assert data_versions(TRIAL, view) == {}
    assert data_versions(RunName("unknown"), view) == {}
