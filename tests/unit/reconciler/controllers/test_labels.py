"""Labels: merged of one version of a dataset, when the annotators agree enough."""

from typing import Any

from reconciler.model.change import CancelJob, DropRun, StartRun
from reconciler.model.decision import DataVersion, Decision, Phase
from reconciler.model.ids import RunName
from reconciler.model.observed import Actual
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, MARKS, ago

HOURLY: dict[str, Any] = {"refresh": "0 * * * *"}


def decide(seen: Actual | None = None, content: str = "rows-1", **spec: Any) -> Decision:
    above = stage.upstream(LOANS, stage.data(content=content))
    return stage.decide(stage.resource(MARKS, **spec), seen or stage.actual(), upstream=[above])


def run_of(content: str = "rows-1", **spec: Any) -> RunName:
    return stage.started(decide(content=content, **spec)).run


def test_labels_wait_for_their_dataset() -> None:
    found = stage.decide(stage.resource(MARKS), stage.actual(), upstream=[stage.upstream(LOANS, None)])
    assert (found.reason, found.changes) == ("WaitsForUpstream", ())


def test_labels_are_made_of_one_version_of_the_data() -> None:
    change = stage.started(decide())
    assert change.runner == "label"
    assert change.inputs == {"dataset": "datasets/loans/0123456789ab"}
    assert run_of("rows-1") == run_of("rows-1")
    assert run_of("rows-1") != run_of("rows-2")


def test_how_they_are_merged_is_in_their_name_and_what_is_said_of_their_pool_is_not() -> None:
    assert run_of(merge="dawid-skene") != run_of()
    assert run_of(team="risk") == run_of()


def test_accepted_labels_are_handed_on_with_their_agreement() -> None:
    run = run_of()
    told = {**stage.result(content="marks-1", facts={"alpha": 0.810049}), "files": {"agreement.png": "sha256:0"}}
    found = decide(stage.actual(stage.version(run), results={run: told}), note="")
    assert found.files == {f"reports/{run}/agreement.png": (run, "agreement.png")}
    assert (found.phase, found.message) == (Phase.READY, "labels agree with alpha 0.81")
    assert found.output == DataVersion(run, "marks-1")


def test_an_interval_that_holds_the_gate_is_told() -> None:
    gate = {"agreement": {"alpha": 0.6}}
    run = run_of(**gate)
    for lower, told in ((0.55, " (0.55 to 0.7, with the gate 0.6 in between)"), (0.61, " (0.61 to 0.7)")):
        result = stage.result(facts={"alpha": 0.65, "interval": [lower, 0.7]})
        found = decide(stage.actual(stage.version(run), results={run: result}), **gate)
        assert found.message == f"labels agree with alpha 0.65{told}"


def test_labels_that_are_missing_or_that_nothing_can_be_said_of_are_told() -> None:
    run = run_of()

    def message(facts: dict[str, Any], **metrics: float) -> str:
        told = stage.result(facts=facts, metrics=metrics)
        return decide(stage.actual(stage.version(run), results={run: told})).message

    ties = message({"alpha": 0.5, "answered": 100}, labelled=88.0)
    assert ties == "labels agree with alpha 0.5; 12 of 100 answered examples have no label: ties or disputed"
    between = message({"alpha": 0.5, "interval": [0.41, 0.580049]})
    assert between == "labels agree with alpha 0.5 (0.41 to 0.58)"
    assert message({"alpha": 0.5, "interval": ["x"]}) == "labels agree with alpha 0.5"
    same = message({"alpha": None, "undefined": "all 12 answers are `ok`, so that alpha is undefined"})
    assert same == "labels are merged; all 12 answers are `ok`, so that alpha is undefined"


def test_labels_on_which_annotators_disagree_are_refused_and_not_handed_on() -> None:
    run = run_of()
    bad = stage.result(accepted=False, violations=[{"where": "alpha", "what": "0.31 is below 0.6"}])
    found = decide(stage.actual(stage.branch(run, sealed=True), results={run: bad}))
    assert (found.phase, found.message, found.output) == (Phase.STALLED, "alpha: 0.31 is below 0.6", None)
    assert not found.files


def test_new_annotations_are_looked_for_on_a_schedule_and_a_merge_that_has_begun_is_finished() -> None:
    before = decide(stage.actual(now=ago(hours=1)), **HOURLY)
    run = stage.started(before).run
    assert run_of(**HOURLY) != run
    running = decide(stage.actual(stage.branch(run), stage.job(run), facts={MARKS: before.facts}), **HOURLY)
    assert (running.facts["run"], running.changes) == (run, ())
    newer = stage.actual(stage.branch(run), stage.job(run), facts={MARKS: before.facts})
    assert [type(c) for c in decide(newer, "rows-2", **HOURLY).changes] == [StartRun, CancelJob, DropRun]


def test_the_note_is_said_wherever_the_labels_are_shown() -> None:
    assert decide(note="simulated").facts["note"] == "simulated"


def test_versions_above_the_number_to_keep_are_dropped() -> None:
    run, old = run_of(keep=1), f"{MARKS}/{'a' * 12}"
    seen = stage.actual(stage.version(run), stage.version(old), results={run: stage.result(), old: stage.result()})
    assert [c.target for c in stage.of(decide(seen, keep=1), DropRun)] == [old]
    assert stage.of(decide(seen), DropRun) == []
