"""One pass, on the shipped fakes: compose, observe, decide, apply, record; pinned, idempotent, contained."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.containment import Failure
from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle, Pass, message
from reconciler.model.change import DropRun, MergeProposal
from reconciler.model.decision import Controller, Decision, Phase
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.plan import Outcome, Plan
from reconciler.model.resource import Resource
from reconciler.providers.memory import Call, MemoryStatus, World
from reconciler.providers.memory.data import DataRoom
from reconciler.status.formats import NewerStatus
from reconciler.status.read import control_path, parse
from reconciler.yaml.dump import dump
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, COMMIT, LOANS, NOW, SHARED

READS = {"status.read", "data.list", "pool.list", "serving.list", "forge.list"}


class Loop:
    """A cycle over one dataset and its pool, in a world of its own."""

    def __init__(
        self,
        before: Callable[[Call], None] | None = None,
        *,
        world: World | None = None,
        may_write: Callable[[], bool] = lambda: True,
        controllers: Mapping[str, Controller] = CONTROLLERS,
        beat: timedelta | None = None,
    ) -> None:
        self.world = world or World(before=before)
        self.wanted: list[Resource] = [
            stage.resource(SHARED),
            stage.resource(LOANS, columns={"id": {"type": "integer"}}),
        ]
        self.told: list[tuple[Address, Failure]] = []
        self.status = MemoryStatus(self.world)
        self.engines = stage.engines(self.world)
        applier = Applier(self.engines, str, may_write)
        self.cycle = Cycle(
            lambda commit: stage.desired(*self.wanted, commit=commit),
            self.engines,
            self.status,
            controllers=controllers,
            applier=applier,
            tell=lambda address, failure: self.told.append((address, failure)),
            beat=beat,
        )

    def once(self, commit: CommitId = COMMIT) -> Pass:
        return self.cycle.run(commit)

    def live(self) -> Pass:
        """Make passes, and let jobs end, until nothing more happens."""
        done = self.once()
        for _ in range(30):
            if not done.outcomes and not self.engines.pool.settle():
                upcoming = self.world.next_event()
                if upcoming is None:
                    return done
                self.world.clock.advance_to(upcoming)
            done = self.once()
        raise AssertionError(f"it does not come to rest: {done.plan.changes}")

    def document(self, address: Address = LOANS) -> Mapping[str, object]:
        return parse(self.status.read().read(f"status/{address}.yaml"))


def failing(verb: str, error: Exception) -> Callable[[Call], None]:
    def before(call: Call) -> None:
        if f"{call.port}.{call.verb}" == verb:
            raise error

    return before


def test_a_dataset_comes_from_nothing_to_an_accepted_version() -> None:
    loop = Loop()
    done = loop.live()
    assert done.plan.decisions[LOANS].phase is Phase.READY
    assert loop.document()["state"] == "ready"
    assert loop.world.calls["pool.submit"] == 1


def test_a_pass_that_finds_all_well_only_reads_and_commits_nothing() -> None:
    loop = Loop()
    loop.live()
    before = dict(loop.world.calls)
    done = loop.once()
    assert (done.outcomes, done.status_commit, done.did_something) == ((), None, False)
    assert {verb for verb, count in loop.world.calls.items() if count != before.get(verb)} == READS


def test_of_a_quiet_world_it_says_now_and_then_that_a_daemon_lives() -> None:
    loop = Loop(beat=timedelta(hours=6))
    loop.live()
    quiet = loop.once()
    assert quiet.status_commit is None
    assert quiet.wake
    loop.world.clock.advance_to(quiet.wake)
    beat = loop.once()
    assert beat.status_commit
    assert beat.wake == quiet.wake + timedelta(hours=6)
    assert not beat.did_something
    assert loop.once().status_commit is None


def test_a_preview_is_the_same_plan_and_changes_nothing() -> None:
    """`plan` is the same code as `apply`."""
    loop = Loop()
    seen = loop.cycle.preview(COMMIT)
    assert set(loop.world.calls) == READS
    assert seen.plan.digest == loop.once().plan.digest


def killed(at: int) -> World:
    """Return the world that a daemon leaves which was killed before its call of that number."""
    loop = Loop()

    def before(call: Call) -> None:
        if call.number == at:
            raise KeyboardInterrupt

    loop.world.before = before
    with pytest.raises(KeyboardInterrupt):
        loop.live()
    loop.world.before = None
    return loop.world


def test_a_crash_at_any_call_is_harmless() -> None:
    """Acting is idempotent: a daemon without memory comes to the same place after another was killed anywhere."""
    whole = Loop()
    whole.live()
    for moment in range(1, whole.world.calls.total(), 3):
        again = Loop(world=killed(moment))
        again.live()
        assert again.status.read().files.keys() == whole.status.read().files.keys()
        assert again.document()["facts"] == whole.document()["facts"]
        assert again.world.room(DataRoom).tags.keys() == whole.world.room(DataRoom).tags.keys()
        assert not again.world.room(DataRoom).lines


def test_a_provider_that_is_down_stops_only_what_needs_it() -> None:
    loop = Loop(failing("serving.list", Unavailable("no cluster")))
    loop.wanted.append(stage.resource(API))
    loop.once()
    assert loop.document(API)["state"] == "waiting"
    assert loop.live().plan.decisions[LOANS].phase is Phase.READY


def test_a_failed_list_deletes_nothing() -> None:
    loop = Loop()
    loop.live()
    loop.wanted = []
    loop.world.before = failing("data.list", Unavailable("it timed out"))
    done = loop.once()
    assert done.outcomes == ()
    assert f"status/{LOANS}.yaml" in loop.status.read().files


def test_what_could_not_be_deleted_stays_in_the_inventory() -> None:
    loop = Loop()
    loop.wanted = [stage.resource(SHARED)]
    loop.live()
    loop.wanted = []
    loop.world.before = failing("pool.configure", Refused("it is locked"))
    loop.once()
    assert loop.document(SHARED)["state"] == "stalled"
    loop.world.before = None
    loop.world.clock.advance(600)
    loop.live()
    assert loop.status.read().files.keys() == {"pass.yaml", "README.md"}


def test_a_change_that_fails_is_tried_again_when_it_is_due_and_no_sooner() -> None:
    loop = Loop(failing("pool.configure", Unavailable("the pool is down", "start it")))
    first = loop.once()
    assert first.wake is not None
    assert first.wake == first.retry_at
    assert first.wake > loop.world.clock.now()
    told = loop.document(SHARED)["conditions"]
    again = loop.once()
    assert [outcome.change.address for outcome in again.outcomes if outcome.error] == []
    assert loop.document(SHARED)["conditions"] == told, "what is told of a failure is the same while it waits"
    loop.world.before = None
    loop.world.clock.advance_to(first.wake)
    assert [(o.change.address, o.error) for o in loop.once().outcomes if o.change.address == SHARED] == [(SHARED, "")]


def test_a_newer_commit_cancels_waiting_on_an_older_one() -> None:
    loop = Loop(failing("pool.configure", Unavailable("the pool is down")))
    loop.once()
    loop.world.before = None
    done = loop.once(CommitId("d" * 40))
    assert [outcome.error for outcome in done.outcomes if outcome.change.address == SHARED] == [""]


def test_a_daemon_that_lost_the_lease_writes_neither_changes_nor_status() -> None:
    loop = Loop(may_write=lambda: False)
    done = loop.once()
    assert {outcome.error for outcome in done.outcomes} == {"the lease is lost"}
    assert done.status_commit is None
    assert loop.world.calls["status.write"] == 0


def test_a_merge_is_not_retried_for_ever_when_the_status_write_fails() -> None:
    """Status is derived from what was observed."""
    loop = Loop()
    loop.world.before = failing("status.write", Unavailable("git is down"))
    for _ in range(20):
        with pytest.raises(Unavailable):
            loop.once()
        loop.engines.pool.settle()
        loop.world.clock.advance(60)
    assert loop.world.calls["data.merge"] == 1
    loop.world.before = None
    assert loop.live().plan.decisions[LOANS].phase is Phase.READY


def test_a_defect_in_a_controller_stalls_one_resource_and_is_told() -> None:
    def broken(resource: Resource, view: object) -> Decision:
        raise ZeroDivisionError

    bad = CONTROLLERS["pools"]._replace(decide=broken)
    loop = Loop(controllers={**CONTROLLERS, "pools": bad})
    loop.once()
    assert loop.document(SHARED)["state"] == "stalled"
    assert loop.document(LOANS)["state"] == "waiting"
    assert [address for address, _ in loop.told] == [SHARED]


def test_what_operators_ask_is_followed_and_nothing_of_it_is_overwritten() -> None:
    loop = Loop()
    loop.status.write({control_path(LOANS): dump({"suspended": True, "reason": "migration"})}, "suspend")
    loop.once()
    assert loop.document()["state"] == "waiting"
    assert loop.world.calls["pool.submit"] == 0
    loop.status.write({control_path(LOANS): None}, "resume")
    assert loop.live().plan.decisions[LOANS].phase is Phase.READY


def test_notes_go_to_the_status() -> None:
    loop = Loop()
    loop.cycle.run(COMMIT, ("the history was rewritten",))
    assert parse(loop.status.read().read("pass.yaml"))["notes"] == ["the history was rewritten"]


@pytest.mark.parametrize(
    ("told", "reason"), [({"notes": ("a note",)}, "CommitRefused"), ({"unsigned": "no key"}, "NoSigningKey")]
)
def test_nothing_is_merged_that_would_be_refused(told: Mapping[str, Any], reason: str) -> None:
    def merges(resource: Resource, view: object) -> Decision:
        return replace(
            decided(resource.address, ""),
            changes=(MergeProposal(address=LOANS, name="n", head=COMMIT, file="f", edits={}),),
        )

    loop = Loop(controllers={**CONTROLLERS, "datasets": CONTROLLERS["datasets"]._replace(decide=merges)})
    for look in (loop.cycle.preview, loop.cycle.run):
        decision = look(COMMIT, **told).plan.decisions[LOANS]
        assert (decision.changes, decision.reason) == ((), reason)
    assert loop.world.calls["forge.merge"] == 0
    assert loop.once().plan.decisions[LOANS].changes


def decided(address: Address, text: str) -> Decision:
    return Decision(address=address, phase=Phase.READY, reason="", message=text)


def test_a_status_commit_says_what_changed_and_for_which_commit() -> None:
    addresses = [Address(f"datasets/d{number}") for number in range(5)]
    plan = Plan(COMMIT, "dev", {address: decided(address, "well") for address in addresses})
    done = Pass(stage.desired(), stage.actual(), plan)
    text = message(done, {f"status/{address}.yaml": b"" for address in addresses})
    assert text.splitlines()[0] == "dev: datasets/d0, datasets/d1, datasets/d2 and 2 more"
    assert "datasets/d4: ready, well" in text
    assert text.endswith(f"Commit: {COMMIT}")
    assert message(done, {"README.md": b""}).splitlines()[0] == "dev: pass"


@pytest.mark.parametrize(
    ("wake", "retry", "first"),
    [(None, None, None), (NOW, None, NOW), (None, NOW, NOW), (NOW, NOW - timedelta(1), NOW - timedelta(1))],
)
def test_a_pass_wakes_for_a_schedule_or_a_retry(
    wake: datetime | None, retry: datetime | None, first: datetime | None
) -> None:
    plan = Plan(COMMIT, "dev", {LOANS: Decision(address=LOANS, phase=Phase.READY, reason="", message="", wake=wake)})
    assert Pass(stage.desired(), stage.actual(), plan, retry_at=retry).wake == first


def test_a_pass_did_something_when_one_change_was_made() -> None:
    change = DropRun(address=LOANS, run=RunName(f"{LOANS}/1"))
    plan = Plan(COMMIT, "dev")
    assert Pass(stage.desired(), stage.actual(), plan, (Outcome(change, "no"), Outcome(change))).did_something
    assert not Pass(stage.desired(), stage.actual(), plan, (Outcome(change, "no"),)).did_something


def test_an_older_daemon_changes_nothing_and_overwrites_nothing_of_a_newer_one() -> None:
    loop = Loop()
    loop.live()
    newer = {"format": 2, "address": LOANS, "memory": {"kept": "in another way"}}
    loop.status.write({f"status/{LOANS}.yaml": dump(newer)}, "a newer daemon was here")
    loop.wanted.pop()
    before, calls = loop.status.read().files, dict(loop.world.calls)
    for look in (loop.cycle.run, loop.cycle.preview):
        with pytest.raises(NewerStatus, match=f"status/{LOANS}.yaml: it is of format 2, and only format 1 is known"):
            look(COMMIT)
    assert loop.status.read().files == before
    assert loop.document() == newer
    assert {verb for verb, count in loop.world.calls.items() if count != calls.get(verb)} <= READS


def test_the_statuses_of_the_version_before_this_one_are_gone_on_from() -> None:
    """They tell no format. What is as it was stays as it is written."""
    loop = Loop()
    loop.live()
    for path in (f"status/{LOANS}.yaml", "pass.yaml"):
        told = dict(parse(loop.status.read().read(path)))
        assert told.pop("format") == 1
        loop.status.write({path: dump(told)}, "as it was written before")
    done = loop.once()
    assert done.outcomes == ()
    assert "format" not in loop.document()
    assert parse(loop.status.read().read("pass.yaml"))["format"] == 1
