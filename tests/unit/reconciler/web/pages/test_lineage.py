"""Lineage: both ways, by what specs say and by which model answers, to the commit and who merged."""

from datetime import UTC, datetime

from reconciler.git.history import LogEntry
from reconciler.model.ids import Address, CommitId
from reconciler.web.pages.lineage import Origins, inputs, lineage
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, LEFT, TRIAL, VERSION, Stage, made, tree_of

ENTRY = LogEntry("1" * 40, "Ada <ada@example.org>", datetime(2026, 1, 5, tzinfo=UTC), "Begin")
MERGE = LogEntry("2" * 40, "Bob <bob@example.org>", datetime(2026, 1, 5, tzinfo=UTC), "Merge", ("0" * 40, "1" * 40))


class Told:
    """A history of one commit and the merge that brought it."""

    def origin(self, commit: CommitId, path: str) -> tuple[LogEntry | None, LogEntry | None]:
        return ENTRY, MERGE

    def entry(self, commit: str) -> LogEntry | None:
        return ENTRY if commit == ENTRY.commit else None


def test_from_an_endpoint_it_leads_back_to_the_data_by_the_model_that_answers(stage: Stage) -> None:
    environment = stage.following.environments["dev"]
    one = environment.look()
    told = lineage(one, Address("deployments/loans"), Told())
    assert [(step.address, step.depth) for step in told.above] == [("experiments/loans", 1), ("datasets/loans", 2)]
    origin = told.above[0].origins[0]
    assert (origin.file, origin.changed, origin.merged_by) == ("specs/experiments/loans.yaml", ENTRY, MERGE.author)
    below = lineage(one, Address("datasets/loans"), Told()).below
    assert {step.address: step.depth for step in below} == {
        "experiments/loans": 1,
        "labels/loans": 1,
        "deployments/loans": 2,
    }


def test_a_run_tells_the_commit_that_asked_for_it() -> None:
    result = {"provenance": {"commit": ENTRY.commit, "input_dataset": VERSION, "input_odd": "no run"}}
    one = made(DOCUMENTS, tree=tree_of({**LEFT, f"reports/{TRIAL}/result.json": result}))
    told = lineage(one, Address("experiments/loans"), Told())
    assert told.itself.made == [(TRIAL, ENTRY)]
    assert inputs(result) == [("dataset", VERSION)]
    assert [step.address for step in told.below] == ["deployments/loans"]


def test_origins_are_looked_up_once_for_a_commit(stage: Stage) -> None:
    looked = Origins(stage.source)
    head = CommitId(stage.commit)
    changed, arrived = looked.origin(head, "specs/datasets/loans.yaml")
    assert changed
    assert (changed.commit, changed.author, arrived) == (stage.commit, "Ada <ada@example.org>", changed)
    assert looked.origin(head, "specs/datasets/loans.yaml") == (changed, arrived)
    entry = looked.entry(stage.commit)
    assert entry
    assert (entry.title, looked.entry("9" * 40), looked.entry("HEAD")) == ("Begin", None, None)
