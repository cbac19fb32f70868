"""Recording: status is derived from what was observed, and written only where it says something new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.git.objects import object_id
from reconciler.model.change import DropRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, CommitId, RunName, name_of
from reconciler.model.plan import Outcome, Plan
from reconciler.status.read import Recorded, approval_path, parse
from reconciler.status.write import BEAT, Edits, beats_at, edits, status, with_outcomes
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import COMMIT, LOANS, NOW, WATCH

LATER = NOW + timedelta(hours=1)
NEWER = CommitId("d" * 40)
REPORT = RunName(f"{WATCH}/{'a' * 12}")
SHOWN = {f"reports/{REPORT}/report.md": (REPORT, "report.md")}


def decision(address: Address = LOANS, **parts: Any) -> Decision:
    told = {"phase": Phase.READY, "reason": "Accepted", "message": "all is well", "facts": {"rows": 5}}
    return Decision(address=address, **{**told, **parts})


def plan(*decisions: Decision, commit: CommitId = COMMIT, **parts: Any) -> Plan:
    return Plan(commit, "dev", {d.address: d for d in decisions}, **parts)


def content(run: RunName, path: str) -> bytes:
    return f"{run}:{path}".encode()


def record(
    wanted: Plan,
    branch: dict[str, bytes] | None = None,
    *outcomes: Outcome,
    now: Any = NOW,
    read: Callable[[RunName, str], bytes] = content,
    host: str = "",
    beat: timedelta | None = None,
) -> Edits:
    """Record a plan on a branch that holds these files."""
    files = branch or {}
    statuses = {
        Address(path.removeprefix("status/").removesuffix(".yaml")): parse(text)
        for path, text in files.items()
        if path.startswith("status/")
    }
    blobs = {path: object_id("blob", text) for path, text in files.items()}
    recorded = Recorded(statuses, last_pass=parse(files.get("pass.yaml", b"")), files=blobs)
    desired = stage.desired(commit=wanted.commit)
    return edits(desired, wanted, outcomes, recorded=recorded, read=read, now=now, host=host, beat=beat)


def after(branch: dict[str, bytes], changed: Edits) -> dict[str, bytes]:
    return {path: text for path, text in {**branch, **changed}.items() if text is not None}


def test_the_first_pass_writes_every_status_the_pass_and_the_page() -> None:
    found = record(plan(decision()))
    assert found.keys() == {f"status/{LOANS}.yaml", f"{LOANS}.md", "datasets/README.md", "pass.yaml", "README.md"}
    document = parse(found[f"status/{LOANS}.yaml"] or b"")
    assert (document["address"], document["state"], document["facts"]) == (LOANS, "ready", {"rows": 5})
    assert parse(found["pass.yaml"] or b"") == {
        "format": 1,
        "environment": "dev",
        "commit": COMMIT,
        "problems": [],
        "notes": [],
    }


def test_nothing_is_written_when_nothing_changed() -> None:
    """Status commits come only when something changed, whatever the time is by then."""
    branch = after({}, record(plan(decision())))
    assert record(plan(decision()), branch, now=LATER) == {}


def test_an_approval_goes_when_the_last_of_its_removals_is_done() -> None:
    files = {approval_path(name): b"{}\n" for name in ("used", "other")}
    begun = [decision(address, reason="Removing", facts={"approved": "used"}) for address in (LOANS, WATCH)]
    one, both = frozenset({LOANS}), frozenset({LOANS, WATCH})
    assert approval_path("used") not in record(plan(*begun, removed=one), files)
    assert record(plan(*begun, removed=both), files)[approval_path("used")] is None
    assert approval_path("other") not in record(plan(*begun, removed=both), files)


def test_the_approval_of_a_rewritten_history_goes_when_its_commit_is_told_of() -> None:
    files = {approval_path(COMMIT): b"{}\n"}
    first = record(plan(decision()), files)
    assert approval_path(COMMIT) not in first
    second = record(plan(decision()), after(files, first))
    assert second[approval_path(COMMIT)] is None
    assert record(plan(decision()), after(after(files, first), second)) == {}


def test_a_new_commit_that_changes_nothing_is_told_once_and_leaves_the_statuses() -> None:
    branch = after({}, record(plan(decision())))
    changed = record(plan(decision(), commit=NEWER), branch, now=LATER)
    assert changed.keys() == {"pass.yaml", "README.md"}
    assert record(plan(decision(), commit=NEWER), after(branch, changed)) == {}


@pytest.mark.parametrize(
    "parts",
    [
        {"message": "it waits"},
        {"facts": {"rows": 6}},
        {"reason": "Other"},
        {"phase": Phase.STALLED},
        {"drifted": "by hand"},
    ],
)
def test_whatever_is_new_is_written(parts: dict[str, Any]) -> None:
    branch = after({}, record(plan(decision())))
    assert f"status/{LOANS}.yaml" in record(plan(decision(**parts)), branch)


def test_waiting_is_told_apart_from_working_even_with_the_same_words() -> None:
    one = record(plan(decision(phase=Phase.RECONCILING)))
    found = record(plan(decision(phase=Phase.WAITING)), after({}, one))
    assert parse(found[f"status/{LOANS}.yaml"] or b"")["state"] == "waiting"


def test_a_condition_keeps_the_time_of_its_last_change() -> None:
    former = status(decision(), COMMIT, NOW, {})
    same = status(decision(message="other words"), NEWER, LATER, former)
    assert same["conditions"][0]["since"] == former["conditions"][0]["since"]
    other = status(decision(phase=Phase.STALLED), NEWER, LATER, former)
    assert other["conditions"][0]["since"] == LATER.isoformat(timespec="seconds")
    assert other["conditions"][0]["observed_commit"] == NEWER


def test_a_status_that_says_the_same_is_the_former_one_itself() -> None:
    former = status(decision(), COMMIT, NOW, {})
    assert status(decision(), NEWER, LATER, former) is former


def test_what_is_removed_leaves_the_branch_and_what_is_not_stays_in_the_inventory() -> None:
    branch = after({}, record(plan(decision(), decision(WATCH))))
    gone = record(plan(decision(), decision(WATCH, reason="Removing"), removed=frozenset({WATCH})), branch)
    assert gone[f"status/{WATCH}.yaml"] is None
    kept = record(plan(decision(), decision(WATCH, reason="Removing")), branch)
    assert kept[f"status/{WATCH}.yaml"] is not None


def test_a_status_that_no_resource_has_is_taken_away() -> None:
    branch = {"status/things/odd.yaml": b"a: 1\n"}
    assert record(plan(decision()), branch)["status/things/odd.yaml"] is None


def test_a_report_is_added_once_and_taken_away_when_it_is_shown_no_more() -> None:
    first = record(plan(decision(WATCH, files=SHOWN)))
    (path,) = SHOWN
    assert first[path] == f"{REPORT}:report.md".encode()
    branch = after({}, first)
    assert record(plan(decision(WATCH, files=SHOWN)), branch) == {}
    newer = {path.replace("aaa", "bbb", 1): place for path, place in SHOWN.items()}
    changed = record(plan(decision(WATCH, files=newer)), branch)
    assert changed[path] is None
    assert set(newer) <= changed.keys()


def test_reports_stay_while_a_resource_shows_none_and_go_with_it() -> None:
    branch = after({}, record(plan(decision(WATCH, files=SHOWN))))
    (path,) = SHOWN
    assert path not in record(plan(decision(WATCH, reason="WaitsForUpstream")), branch)
    assert record(plan(decision(WATCH), removed=frozenset({WATCH})), branch)[path] is None


def test_reports_of_a_former_name_stay_as_long_as_they_are_shown() -> None:
    branch = after({}, record(plan(decision(WATCH, files=SHOWN))))
    (path,) = SHOWN
    renamed, facts = Address("monitors/look"), {"moved_from": [name_of(WATCH)]}
    changed = record(plan(decision(renamed, files=SHOWN, facts=facts)), branch)
    assert path not in changed
    assert changed[f"status/{WATCH}.yaml"] is None
    newer = {path.replace("aaa", "bbb", 1): place for path, place in SHOWN.items()}
    assert record(plan(decision(renamed, files=newer, facts=facts)), branch)[path] is None


def test_a_report_that_cannot_be_read_keeps_no_status_back() -> None:
    """Poison is contained: the statuses are written, and the report is tried again in the next pass."""

    def read(run: RunName, path: str) -> bytes:
        raise FileNotFoundError(path)

    (path,) = SHOWN
    found = record(plan(decision(WATCH, files=SHOWN)), read=read)
    assert path not in found
    assert f"status/{WATCH}.yaml" in found
    again = record(plan(decision(WATCH, files=SHOWN)), after({}, found))
    assert again[path] == f"{REPORT}:report.md".encode()


def test_facts_as_odd_as_a_runner_may_leave_them_keep_no_status_back() -> None:
    found = record(plan(decision(WATCH, facts={"alerts": ["not a mapping"]})))
    assert f"status/{WATCH}.yaml" in found
    assert b"a defect of Setpoint" in (found["README.md"] or b"")


def failing(**parts: Any) -> Outcome:
    change = DropRun(address=LOANS, run=RunName(f"{LOANS}/1"))
    return Outcome(change, **{"error": "the store is down", "hint": "wait", **parts})


@pytest.mark.parametrize(
    ("retry", "phase", "reason"), [(True, Phase.WAITING, "Retrying"), (False, Phase.STALLED, "Refused")]
)
def test_a_change_that_failed_is_told_as_what_comes_next(retry: bool, phase: Phase, reason: str) -> None:
    found = with_outcomes(plan(decision(), decision(WATCH)), (failing(retry=retry),))
    assert (found[LOANS].phase, found[LOANS].reason) == (phase, reason)
    assert found[LOANS].message == f"drop {LOANS}/1: the store is down (wait)"
    assert found[LOANS].facts == {"rows": 5}
    assert found[WATCH].reason == "Accepted"


def test_a_change_that_was_made_is_told_as_planned() -> None:
    done = replace(failing(), error="", hint="")
    assert with_outcomes(plan(decision()), (done,))[LOANS].reason == "Accepted"


def test_problems_and_notes_of_the_commit_are_told() -> None:
    wanted = plan(decision(), notes=("the history was rewritten",))
    recorded = Recorded()
    found = edits(
        stage.desired(problems=(stage.problem("no such field"),)), wanted, (), recorded=recorded, read=content, now=NOW
    )
    told = parse(found["pass.yaml"] or b"")
    assert told["notes"] == ["the history was rewritten"]
    assert "no such field" in told["problems"][0]


def test_an_engine_that_is_down_while_a_report_is_read_is_no_disaster() -> None:
    def read(run: RunName, path: str) -> bytes:
        raise Unavailable("the store is down")

    assert f"status/{WATCH}.yaml" in record(plan(decision(WATCH, files=SHOWN)), read=read)


def test_a_quiet_daemon_says_now_and_then_that_it_lives() -> None:
    branch = after({}, record(plan(decision()), host="ada", beat=BEAT))
    assert b"As of 2026-01-07 12:00:30 UTC, by `ada`. A daemon writes here" in branch["README.md"]
    assert b"and every 6 hours when nothing does" in branch["README.md"]
    assert beats_at(parse(branch["pass.yaml"]), BEAT) == NOW + BEAT
    almost, due = NOW + BEAT - timedelta(seconds=1), NOW + BEAT
    assert record(plan(decision()), branch, now=almost, host="ada", beat=BEAT) == {}
    told = record(plan(decision()), branch, now=due, host="ada", beat=BEAT)
    assert told.keys() == {"pass.yaml", "README.md"}
    assert record(plan(decision()), after(branch, told), now=due, host="ada", beat=BEAT) == {}


def test_a_moment_that_nobody_can_have_seen_is_written_anew() -> None:
    ahead = after({}, record(plan(decision()), now=NOW + timedelta(days=365), beat=BEAT))
    assert record(plan(decision()), ahead, beat=BEAT).keys() == {"pass.yaml", "README.md"}
    branch = after({}, record(plan(decision())))
    assert beats_at(parse(branch["pass.yaml"]), BEAT) is None
    assert record(plan(decision()), branch, beat=BEAT).keys() == {"pass.yaml", "README.md"}


def test_a_report_that_came_late_stands_on_its_page() -> None:
    def absent(run: RunName, path: str) -> bytes:
        raise Unavailable("not now")

    wanted = plan(decision(WATCH, files=SHOWN))
    branch = after({}, record(wanted, read=absent))
    assert b"## Files" not in branch[f"{WATCH}.md"]
    changed = record(wanted, branch)
    assert b"report.md](../reports/" in (changed[f"{WATCH}.md"] or b"")
