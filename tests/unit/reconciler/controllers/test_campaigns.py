"""Campaigns: a project brought to what its spec asks, its answers pulled, and what people did left to them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import Change, StartRun
from reconciler.model.decision import DataVersion, Decision, Phase
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.campaigns import Campaign
from reconciler.model.kinds.label_config import Wanted, compact
from reconciler.model.label_changes import AddTasks, ConfigureProject, PullAnswers, RemoveTasks
from reconciler.model.label_projects import Asked, LabelProject, slot_name
from reconciler.model.observed import Actual, Controls, Version
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, MARKS, ago

ITEMS = [f"{n:012x}" for n in range(4)]
TASKS = [slot_name(item, 1) for item in ITEMS]
CHOICES = ["spam", "ham"]
CONFIG = compact(Wanted("answer", "text", "text", "label", ("spam", "ham"), None))
CHOSEN = stage.result(facts={"items": ITEMS, "part": 500, "parts": ["tasks/00000.json"]})
URL = "https://labels.example.org/projects/1/data"
EXPERTS = Address("labels/experts")


def decide(seen: Actual | None = None, campaign: Mapping[str, Any] | None = None, **spec: Any) -> Decision:
    asked = {"show": "text", **(campaign or {})}
    wanted = stage.resource(MARKS, **{"exports": None, "choices": CHOICES, **spec}, campaign=asked)
    return stage.decide(wanted, seen or stage.actual(), upstream=[stage.upstream(LOANS, stage.data())])


def chosen_run(**campaign: Any) -> RunName:
    return next(c.run for c in stage.of(decide(campaign=campaign), StartRun) if c.runner == "choose")


def project(tasks: Mapping[str, int] | None = None, **more: Any) -> LabelProject:
    held = dict.fromkeys(TASKS, 0) if tasks is None else tasks
    told = {"config": CONFIG, "state": "state-1", **more}
    return LabelProject("1", URL, tasks={name: Asked(answers) for name, answers in held.items()}, **told)


def seen(held: LabelProject | None, *things: Version, campaign: Mapping[str, Any] | None = None, **more: Any) -> Actual:
    run = chosen_run(**(campaign or {}))
    results = {run: CHOSEN, **more.pop("results", {})}
    projects = {MARKS: held} if held else {}
    return stage.actual(stage.version(run), *things, results=results, projects=projects, **more)


def kinds(decision: Decision) -> list[type[Change]]:
    return [type(change) for change in decision.changes]


def pulled(answers: int, state: str = "state-1", due: str = "") -> tuple[Version, dict[str, Any]]:
    told = {"pulled": {"state": state, "answers": answers, "due": due}}
    run = f"{MARKS}/{'a' * 12}"
    return stage.version(run), {run: stage.result(content="answers-1", facts=told)}


def merged(facts: Mapping[str, Any], held: LabelProject, *, accepted: bool = True, **spec: Any) -> Decision:
    """Decide when the pulled answers are merged, with these facts."""
    version, results = pulled(held.answers, held.state)
    campaign = spec.pop("campaign", None)
    first = decide(seen(held, version, results=results, campaign=campaign), campaign, **spec)
    run = next(change.run for change in stage.of(first, StartRun) if change.runner == "label")
    results |= {run: stage.result(accepted=accepted, content="labels-1", facts=dict(facts))}
    thing = stage.version(run) if accepted else stage.branch(run, sealed=True)
    return decide(seen(held, version, thing, results=results, campaign=campaign), campaign, **spec)  # type: ignore[arg-type]


def test_the_project_is_made_while_examples_are_chosen() -> None:
    found = decide()
    assert kinds(found) == [StartRun, ConfigureProject]
    (made,) = stage.of(found, ConfigureProject)
    assert (made.title, made.config) == (MARKS, CONFIG)
    assert (found.phase, found.output) == (Phase.WAITING, None)


def test_tasks_are_added_when_they_are_chosen_and_the_project_is_there() -> None:
    (add,) = stage.of(decide(seen(project({}))), AddTasks)
    assert (add.tasks, list(add.names), list(add.parts)) == (4, TASKS, ["tasks/00000.json"])
    assert "names" not in add.as_json()
    assert decide(seen(project())).changes == ()


def test_what_people_are_told_of_it() -> None:
    assert decide(seen(project())).message == f"nobody has answered yet; 0 answers to 4 tasks at {URL}"
    told = decide(seen(project(strangers=2))).message
    assert told.endswith("; 2 tasks that others made are left alone")


@pytest.mark.parametrize(
    ("answers", "before", "campaign", "is_pulled"),
    [
        ([0, 0, 0, 0], None, {}, False),
        ([1, 0, 0, 0], None, {}, True),
        ([1, 1, 0, 0], 1, {}, False),
        ([6, 5, 0, 0], 1, {}, True),
        ([1, 1, 0, 0], 1, {"every": 1}, True),
        ([1, 1, 1, 1], 3, {}, True),
        ([1, 1, 1, 1], 4, {}, True),
        ([90, 109, 0, 0], 181, {}, True),
        ([90, 108, 0, 0], 181, {}, False),
    ],
)
def test_answers_are_pulled_when_there_is_enough_that_is_new(
    answers: list[int], before: int | None, campaign: dict[str, Any], *, is_pulled: bool
) -> None:
    held = project(dict(zip(TASKS, answers, strict=True)), state="state-2")
    version, results = pulled(before or 0)
    things = [version] if before else []
    actual = seen(held, *things, results=results if before else {}, campaign=campaign)
    if before:  # what was pulled before is merged
        first = decide(actual, campaign)
        run = next(change.run for change in stage.of(first, StartRun) if change.runner == "label")
        results |= {run: stage.result(content="labels-1")}
        actual = seen(held, *things, stage.version(run), results=results, campaign=campaign)
    found = stage.of(decide(actual, campaign), PullAnswers)
    assert bool(found) == is_pulled
    assert all((one.state, one.answers) == ("state-2", sum(answers)) for one in found)


def test_what_was_pulled_is_merged_by_its_content() -> None:
    version, results = pulled(1)
    found = decide(seen(project({**dict.fromkeys(TASKS, 0), TASKS[0]: 1}), version, results=results))
    (start,) = stage.of(found, StartRun)
    assert start.inputs == {"dataset": "datasets/loans/0123456789ab", "answers": version.run}
    other = {version.run: stage.result(content="answers-2", facts=results[version.run]["facts"])}
    again = decide(seen(project({**dict.fromkeys(TASKS, 0), TASKS[0]: 1}), version, results=other))
    assert stage.started(again).run != start.run


def test_accepted_labels_are_handed_on_and_told_without_what_only_the_next_pass_needs() -> None:
    found = merged({"alpha": 0.9, "unsure": ["x"]}, project(dict.fromkeys(TASKS, 1)))
    assert (found.phase, found.output) == (Phase.READY, DataVersion(RunName(found.facts["run"]), "labels-1"))
    assert found.facts["result"] == {"alpha": 0.9}
    assert found.message == f"labels agree with alpha 0.9; 4 answers to 4 tasks at {URL}"


def test_labels_that_were_accepted_count_while_newer_answers_are_refused() -> None:
    held = project(dict.fromkeys(TASKS, 1))
    run = RunName(f"{MARKS}/{'b' * 12}")
    version, results = pulled(4)
    facts = {MARKS: {"version": run, "content": "labels-0"}}
    found = decide(seen(held, version, stage.version(run), results=results, facts=facts))
    assert (found.phase, found.output) == (Phase.WAITING, DataVersion(run, "labels-0"))


@pytest.mark.parametrize(
    ("answers", "campaign", "phase"),
    [
        ([1, 1, 1, 0], {}, Phase.WAITING),
        ([1, 1, 1, 1], {}, Phase.STALLED),
        ([1, 1, 1, 0], {"stop": {"answers": 3}}, Phase.STALLED),
    ],
)
def test_labels_are_stalled_by_what_is_refused_only_when_nobody_answers_any_more(
    answers: list[int], campaign: dict[str, Any], phase: Phase
) -> None:
    held = project(dict(zip(TASKS, answers, strict=True)))
    found = merged({}, held, accepted=False, campaign=campaign)
    assert (found.phase, found.message.startswith("so far: ")) == (phase, phase is Phase.WAITING)
    assert f"{sum(answers)} answers to 4 tasks" in found.message


def test_what_is_refused_is_not_the_last_word_when_the_last_answers_are_pulled() -> None:
    version, results = pulled(3, "state-0")
    first = decide(seen(project(dict.fromkeys(TASKS, 1)), version, results=results))
    run = next(change.run for change in stage.of(first, StartRun) if change.runner == "label")
    results |= {run: stage.result(accepted=False, content="labels-1", facts={})}
    found = decide(seen(project(dict.fromkeys(TASKS, 1)), version, stage.branch(run, sealed=True), results=results))
    assert stage.of(found, PullAnswers)
    assert (found.phase, found.message.startswith("so far: ")) == (Phase.WAITING, True)


@pytest.mark.parametrize("accepted", [True, False])
def test_an_unsure_example_gets_another_task(accepted: bool) -> None:
    asked = {"answers": {"wanted": 1, "at_most": 3}}
    held = project(dict.fromkeys(TASKS, 1))
    found = merged({"unsure": [ITEMS[2]]}, held, accepted=accepted, campaign=asked)
    (add,) = stage.of(found, AddTasks)
    assert list(add.names) == [slot_name(ITEMS[2], 2)]


def test_what_is_unsure_of_former_answers_asks_for_nothing() -> None:
    held = project(dict.fromkeys(TASKS, 1))
    version, results = pulled(4, "state-0")
    first = decide(seen(held, version, results=results))
    run = next(change.run for change in stage.of(first, StartRun) if change.runner == "label")
    results |= {run: stage.result(content="labels-1", facts={"unsure": [ITEMS[0]]})}
    assert not stage.of(decide(seen(held, version, stage.version(run), results=results)), AddTasks)


def test_a_stop_rule_ends_the_asking() -> None:
    held = project({TASKS[0]: 1})
    asked = {"stop": {"answers": 1}}
    found = decide(seen(held, campaign=asked), asked)
    assert not stage.of(found, AddTasks)
    assert "nobody is asked anything more: 1 answers were given" in found.message


def test_a_question_that_was_changed_by_hand_is_put_back_and_told() -> None:
    first = decide(seen(project()))
    held = project(config=CONFIG.replace("spam", "SPAM"))
    found = decide(seen(held, facts={MARKS: dict(first.facts)}))
    assert kinds(found) == [ConfigureProject]
    assert "question was changed by hand" in found.drifted
    new = decide(seen(held, facts={MARKS: {}}))
    assert (kinds(new), new.drifted) == ([ConfigureProject], "")


def test_a_guide_by_hand_is_put_back_and_the_layout_of_a_question_is_nobody_s_business() -> None:
    assert kinds(decide(seen(project(guide="else")))) == [ConfigureProject]
    assert decide(seen(project(config=CONFIG.replace("\n", "")))).changes == ()


def test_a_question_that_orphans_answers_waits_for_a_person() -> None:
    held = project(used={"answer": {"spam": 3, "ham": 1}})
    found = decide(seen(held), choices=["ham", "eggs"])
    assert (found.phase, found.reason, stage.of(found, ConfigureProject)) == (Phase.STALLED, "Refused", [])
    assert "spam (3 answers)" in found.message
    assert "ham (1 answer)" not in found.message
    asked = {"retire": ["spam"]}
    free = decide(seen(held), asked, choices=["ham", "eggs"])
    assert stage.of(free, ConfigureProject)


def test_a_question_under_another_name_orphans_all() -> None:
    found = decide(seen(project(used={"answer": {"spam": 3}})), {"question": "other"})
    assert "spam (3 answers)" in found.message


def gone(**facts: Any) -> Actual:
    return seen(None, facts={MARKS: {"project": {"url": URL, "tasks": 4, "answers": 2}, **facts}})


def test_a_project_that_is_gone_with_its_answers_waits_for_a_person() -> None:
    found = decide(gone())
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "ChangedByHand", ())
    assert f"the project {URL} is gone" in found.message
    again = decide(gone(**found.facts))
    assert again.facts["vanished"] == found.facts["vanished"]
    asked = replace(gone(vanished=ago(hours=2).isoformat()), controls=stage.requested(MARKS, ago(hours=1)))
    assert kinds(decide(asked)) == [ConfigureProject]
    before = replace(gone(vanished=ago(hours=1).isoformat()), controls=stage.requested(MARKS, ago(hours=2)))
    assert decide(before).changes == ()


def test_a_project_that_is_gone_without_an_answer_is_made_anew() -> None:
    empty = seen(None, facts={MARKS: {"project": {"url": URL, "tasks": 4, "answers": 0}}})
    assert kinds(decide(empty)) == [ConfigureProject]


def test_tasks_that_nobody_asks_for_go_within_their_budget() -> None:
    few = {**dict.fromkeys(TASKS, 0), "f" * 12 + "-1": 0}
    (remove,) = stage.of(decide(seen(project(few))), RemoveTasks)
    assert (remove.tasks, remove.sign) == (1, "-")
    many = {**few, "e" * 12 + "-1": 0}
    held = decide(seen(project(many)))
    assert (held.phase, held.reason, stage.of(held, RemoveTasks)) == (Phase.STALLED, "DeletionBudget", [])
    name = held.message.partition("--approve ")[2][:12]
    approved = seen(project(many), controls=Controls(approved=frozenset({name})))
    assert stage.of(decide(approved), RemoveTasks)[0].tasks == 2


def test_a_tool_that_can_t_be_read_changes_nothing_and_labels_stay() -> None:
    held = project(dict.fromkeys(TASKS, 1))
    before = merged({"alpha": 0.9}, held)
    version, results = pulled(4)
    run = RunName(str(before.facts["run"]))
    results |= {run: stage.result(content="labels-1", facts={"alpha": 0.9})}
    facts = {MARKS: dict(before.facts)}
    blind = seen(None, version, stage.version(run), results=results, facts=facts, unread={"labelling": "it is away"})
    found = decide(blind)
    assert (found.phase, found.changes, found.output) == (Phase.READY, (), before.output)
    assert "it is away" in found.message
    assert found.facts["project"] == before.facts["project"]


def test_twins_are_told() -> None:
    assert "https://twin" in decide(seen(project(twins=("https://twin",)))).drifted


def test_examples_that_can_t_be_chosen_are_told() -> None:
    run = chosen_run()
    broken = stage.actual(
        stage.failed(run, 65), errors={run: {"what": "no column text"}}, projects={MARKS: project({})}
    )
    found = decide(broken)
    assert (found.phase, found.reason) == (Phase.STALLED, "JobFailed")
    assert "no column text" in found.message
    assert Campaign  # the spec's own rules: model/kinds/test_campaigns.py


GOLD = {"labels": "labels/experts", "share": 0.1}


def test_a_campaign_waits_for_the_labels_that_hold_its_known_answers() -> None:
    wanted = stage.resource(MARKS, exports=None, choices=CHOICES, campaign={"show": "text", "gold": GOLD})
    above = [stage.upstream(LOANS, stage.data()), stage.upstream(EXPERTS, None)]
    waits = stage.decide(wanted, stage.actual(), upstream=above)
    assert (waits.phase, waits.changes) == (Phase.WAITING, ())
    known = DataVersion(RunName(f"{EXPERTS}/{'1' * 12}"), "known-1")
    above[1] = stage.upstream(EXPERTS, known)
    (choose,) = stage.of(stage.decide(wanted, stage.actual(), upstream=above), StartRun)
    assert (choose.inputs["gold"], choose.params["gold"]) == (known.run, {"share": 0.1})
    other = stage.upstream(EXPERTS, replace(known, content="known-2"))
    (again,) = stage.of(stage.decide(wanted, stage.actual(), upstream=[above[0], other]), StartRun)
    assert again.run != choose.run


def test_former_labels_that_aren_t_there_are_gone_without_and_told() -> None:
    campaign = {"show": "text", "select": {"disagreement": {"labels": "labels/experts"}}}
    wanted = stage.resource(MARKS, exports=None, choices=CHOICES, campaign=campaign)
    above = [stage.upstream(LOANS, stage.data()), stage.upstream(EXPERTS, None)]
    found = stage.decide(wanted, stage.actual(projects={MARKS: project({})}), upstream=above)
    (choose,) = stage.of(found, StartRun)
    assert set(choose.inputs) == {"dataset"}
    assert "labels/experts has no version yet: examples are chosen without" in found.message


def test_a_campaign_that_asks_none_of_this_chooses_as_it_did() -> None:
    """The names of runs of before: a new version of Setpoint asks nobody anything anew."""
    assert chosen_run(select={"where": "x > 1", "sample": 5, "each": "y", "uncertain": "p"}) == RunName(
        "labels/marks/05ae4787ca1d"
    )
    assert chosen_run() == RunName("labels/marks/3ea335fcaa20")
