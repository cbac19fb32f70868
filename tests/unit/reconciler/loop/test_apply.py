"""Applying: changes of one resource in order, resources side by side, no write without the lease."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.loop.apply import Applier
from reconciler.model import change as c
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Combined, Model, Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.model.plan import Outcome, Plan
from reconciler.ports.engines import Engines
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import Call, MemoryData, MemoryServing, MemorySource, World
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.pool import PoolRoom
from reconciler.providers.memory.serving import Start
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, COMMIT, GO, LOANS, MODEL, SHARED

RUN, OTHER = RunName(f"{LOANS}/{'a' * 12}"), RunName(f"{LOANS}/{'b' * 12}")
TRIAL = stage.trial_name("1")


class Keeper(MemoryData):
    """A data store that says for how long it was asked to let in."""

    def access(self, run: RunName, *, lasting: bool = False) -> dict[str, str]:
        return {"LASTING": str(lasting)}


def plan(*changes: c.Change) -> Plan:
    decisions: dict[Address, Decision] = {}
    for change in changes:
        before = decisions[change.address].changes if change.address in decisions else ()
        decisions[change.address] = Decision(
            address=change.address, phase=Phase.READY, reason="", message="", changes=(*before, change)
        )
    return Plan(COMMIT, "dev", MappingProxyType(decisions))


def apply(world: World, *changes: c.Change, may_write: Callable[[], bool] = lambda: True) -> tuple[Outcome, ...]:
    return Applier(stage.engines(world), lambda tree: f"file:///code/{tree}", may_write).apply(plan(*changes))


def start(run: RunName = RUN, **parts: Any) -> c.StartRun:
    told = {"params": {"a": 1}, "pool": SHARED, "team": "t", "resources": Resources(), "timeout": 60.0, **parts}
    return c.StartRun(address=LOANS, run=run, runner="ingest", **told)


def accept(run: RunName = RUN, **metadata: str) -> c.AcceptRun:
    return c.AcceptRun(address=LOANS, run=run, metadata=metadata)


def drop(address: Address) -> c.DropRun:
    return c.DropRun(address=address, run=RunName(f"{address}/1"))


def test_a_webhook_is_asked_by_whom_that_is_left_to() -> None:
    asked: list[c.AskWebhook] = []
    wanted = c.AskWebhook(
        address=GO, name="n", question="q", url="https://a/", secret="${secret:S}", timeout=1.0, data={}
    )
    engines = stage.engines(World())
    Applier(engines, str, lambda: True, ask=asked.append).apply(plan(wanted))
    assert asked == [wanted]
    Applier(engines, str, lambda: False, ask=asked.append).apply(plan(wanted))
    assert asked == [wanted]
    (outcome,) = Applier(engines, str, lambda: True).apply(plan(wanted))
    assert outcome.error == "no webhook is asked from here"


def test_an_engine_without_tokens_serves_nothing_that_asks_for_one() -> None:
    class Guarding(MemoryServing):
        def token(self, deployment: Address) -> str:
            return deployment

    world, engines = World(), stage.engines(World())
    started = c.StartRevision(
        address=API, revision=Digest("1"), model=Model(trial=TRIAL, digest=MODEL), replicas=Replicas(),
        resources=Resources(),        access=Access(internal="token"),
    )  # fmt: skip
    (outcome,) = Applier(engines, str, lambda: True).apply(plan(started))
    assert "access.internal: token, and this environment's engine of serving has none" in outcome.error
    able = replace(engines, serving=Guarding(world))
    (outcome,) = Applier(able, str, lambda: True).apply(plan(started))
    assert "access.internal" not in outcome.error


def test_a_run_is_started_on_its_branch_with_all_that_its_job_needs() -> None:
    world = World()
    apply(world, start(OTHER))
    asked = start(
        inputs={"dataset": OTHER},
        urls={"logs": "file:///logs", "empty": ""},
        code=("train", "tree-1"),
        seed=7,
        attempt=3,
        provenance={"spec": "specs/a.yaml"},
    )
    (outcome,) = apply(world, asked)
    assert outcome == Outcome(asked)
    order = world.room(PoolRoom).jobs[RUN].order
    assert order.request == {
        "format": 1,
        "run": RUN,
        "runner": "ingest",
        "params": {"a": 1},
        "inputs": {"dataset": f"memory://{OTHER}", "logs": "file:///logs", "code": "file:///code/tree-1"},
        "digests": {},
        "output": f"memory://{RUN}",
        "seed": 7,
        "provenance": {"spec": "specs/a.yaml", "commit": COMMIT},
    }
    assert (order.pool, order.team, order.timeout, order.attempt) == (SHARED, "t", 60.0, 3)
    assert order.inputs == (OTHER,)


def test_another_attempt_is_made_though_a_failed_one_left_a_result() -> None:
    world = World()
    apply(world, start())
    world.room(DataRoom).write(RUN, {"result.json": b"{}"})
    world.room(PoolRoom).jobs[RUN].state = JobState.FAILED
    apply(world, start())
    assert world.room(PoolRoom).jobs[RUN].order.attempt == 1
    apply(world, start(attempt=2))
    assert world.room(PoolRoom).jobs[RUN].order.attempt == 2


def test_a_job_is_told_the_digest_of_what_each_input_should_hold() -> None:
    world = World()
    apply(world, start(OTHER))
    world.room(DataRoom).write(OTHER, {"result.json": b"{}"})
    apply(world, start(inputs={"dataset": OTHER}))
    told = world.room(PoolRoom).jobs[RUN].order.request["digests"]
    assert told == {"dataset": "sha256:" + sha256(b"{}").hexdigest()}


def test_a_run_is_accepted_with_the_commit_that_asked_for_it() -> None:
    world = World()
    apply(world, start(), accept(content="c"))
    tag = world.room(DataRoom).tags[RUN]
    assert tag.metadata == {"content": "c", "commit": COMMIT}


def test_a_version_of_another_environment_is_merged_and_not_committed_again() -> None:
    world = World()
    apply(world, start(), accept(content="c"))
    calls = world.calls["data.commit"]
    apply(world, accept())
    assert world.calls["data.commit"] == calls


def test_a_refused_run_is_sealed_and_not_merged() -> None:
    world = World()
    apply(world, start(), c.RejectRun(address=LOANS, run=RUN))
    assert world.room(DataRoom).lines[RUN].sealed
    assert RUN not in world.room(DataRoom).tags


def test_what_is_not_wanted_is_cancelled_and_dropped() -> None:
    world = World()
    apply(world, start(), c.CancelJob(address=LOANS, run=RUN), c.DropRun(address=LOANS, run=RUN))
    assert not world.room(PoolRoom).jobs
    assert not world.room(DataRoom).lines


def test_a_branch_that_was_merged_since_the_listing_was_made_keeps_its_version() -> None:
    world = World()
    apply(world, start(), accept(content="c"), c.DropRun(address=LOANS, run=RUN))
    assert RUN in world.room(DataRoom).tags
    apply(world, c.DropRun(address=LOANS, run=RUN, accepted=True))
    assert RUN not in world.room(DataRoom).tags


def test_an_endpoint_is_served_routed_and_taken_away() -> None:
    world = World()
    apply(world, start(TRIAL))
    revision = c.StartRevision(
        address=API,
        revision=Digest("r"),
        model=Model(trial=TRIAL, digest=MODEL),
        replicas=Replicas(minimum=2, maximum=3),
        resources=Resources(),
        visibility="public",
        access=Access(open=True),
        log_payloads=False,
    )
    serving = stage.engines(world).serving
    apply(world, revision)
    assert serving.list()[API].revisions[Digest("r")].trial == TRIAL
    world.clock.advance(60)
    apply(world, c.Route(address=API, traffic={Digest("r"): 100}))
    assert serving.list()[API].traffic == {"r": 100}
    (refused,) = apply(world, c.StopRevision(address=API, revision=Digest("r")))
    assert (bool(refused.error), refused.retry) == (True, False)
    apply(world, c.DeleteEndpoint(address=API))
    assert API not in serving.list()


def test_a_revision_gets_what_lasts_and_a_job_what_ends() -> None:
    world, served = World(), list[RevisionOrder]()
    serving = MemoryServing(world, start=lambda order: served.append(order) or Start())
    engines = replace(stage.engines(world), data=Keeper(world), serving=serving)
    applier = Applier(engines, lambda tree: tree, lambda: True)
    applier.apply(plan(start(TRIAL)))
    assert world.room(PoolRoom).jobs[TRIAL].order.secrets == {"LASTING": "False"}
    model = Model(trial=TRIAL, digest=MODEL)
    given = {"replicas": Replicas(), "resources": Resources(), "visibility": "public", "log_payloads": False}
    given["access"] = Access(forward=True)
    applier.apply(plan(c.StartRevision(address=API, revision=Digest("r"), model=model, **given)))
    assert [order.secrets for order in served] == [{"LASTING": "True"}]
    assert [order.access for order in served] == [Access(forward=True)]


def test_a_graphs_revision_is_handed_over_with_each_of_its_models() -> None:
    world, served = World(), list[RevisionOrder]()
    serving = MemoryServing(world, start=lambda order: served.append(order) or Start())
    engines = replace(stage.engines(world), data=Keeper(world), serving=serving)
    applier = Applier(engines, lambda tree: tree, lambda: True)
    applier.apply(plan(start(TRIAL)))
    whole = Combined(trial=f"{API}/0123456789ab", digest="sha256:" + "1" * 64)
    node = Node.model_validate({"router": "ensemble", "steps": [{"deployment": "deployments/a", "weight": 2}]})
    members = {"a": Model(trial=TRIAL, digest=MODEL)}
    given = {"replicas": Replicas(), "resources": Resources(), "members": members, "graph": (node,)}
    applier.apply(plan(c.StartRevision(address=API, revision=Digest("r"), model=whole, **given)))
    (order,) = served
    (first,) = order.members
    assert [(one.name, one.trial, one.model_digest) for one in order.members] == [("a", TRIAL, MODEL)]
    assert (order.trial, order.model_url, order.secrets) == (whole.trial, first.model_url, {"LASTING": "True"})
    assert (order.as_settings()["format"], order.as_settings()["graph"]) == (3, [node.as_told()])


def test_a_pool_is_configured_and_taken_away() -> None:
    world = World()
    apply(world, c.ConfigurePool(address=SHARED, spec=Pool()))
    assert SHARED in world.room(PoolRoom).pools
    apply(world, c.ConfigurePool(address=SHARED, spec=None))
    assert SHARED not in world.room(PoolRoom).pools


def test_a_change_is_proposed_merged_and_closed() -> None:
    world = World()
    base = MemorySource(world).commit({"a.yaml": "x: 1\n"}, message="Begin")
    name = f"{GO}/1"
    wanted = c.OpenProposal(address=GO, name=name, file="a.yaml", edits={"x": 2}, title="Go", body="Why")
    engines: Engines = stage.engines(world)
    applier = Applier(engines, str, lambda: True)
    applier.apply(Plan(base, "dev", plan(wanted).decisions))
    assert name in engines.forge.list()
    head = engines.forge.list()[name].commit
    merge = c.MergeProposal(address=GO, name=name, head=head, file="a.yaml", edits={"x": 2})
    assert apply(world, replace(merge, edits={"x": 3}))[0].error.startswith(f"proposal {name} isn't what was proposed")
    assert apply(world, merge) == (Outcome(merge),)
    assert MemorySource(world).head() != base
    apply(world, c.CloseProposal(address=GO, name=name))
    assert name not in engines.forge.list()


def faulty(verb: str, error: Exception, about: str = "") -> World:
    def before(call: Call) -> None:
        if f"{call.port}.{call.verb}" == verb and about in call.name:
            raise error

    return World(before=before)


def test_the_first_failure_stops_the_resources_rest_and_others_go_on() -> None:
    world = faulty("data.drop", Unavailable("down", "wait"), str(LOANS))
    found = apply(world, drop(LOANS), drop(LOANS), drop(API), drop(GO))
    assert [(outcome.change.address, outcome.error) for outcome in found] == [(LOANS, "down"), (API, ""), (GO, "")]
    assert (found[0].hint, found[0].retry) == ("wait", True)


def test_outcomes_are_in_the_plans_order() -> None:
    addresses = [Address(f"datasets/d{number}") for number in range(20)]
    found = apply(World(), *(drop(address) for address in addresses))
    assert [outcome.change.address for outcome in found] == addresses


@pytest.mark.parametrize(
    ("error", "retry"), [(Refused("no"), False), (Unavailable("down"), True), (KeyError("x"), True)]
)
def test_an_outcome_says_whether_trying_again_may_help(error: Exception, retry: bool) -> None:
    (found,) = apply(faulty("data.drop", error), drop(LOANS))
    assert (bool(found.error), found.retry) == (True, retry)


def test_a_daemon_that_lost_the_lease_stops_writing() -> None:
    """One writer at a time: it is asked before every change."""
    left = iter([True, False])
    world = World()
    found = apply(world, start(), start(OTHER), start(TRIAL), may_write=lambda: next(left))
    assert [outcome.error for outcome in found] == ["", "the lease is lost"]
    assert world.room(PoolRoom).jobs.keys() == {RUN}


def test_acting_is_idempotent() -> None:
    world = World()
    for _ in range(2):
        found = apply(world, start(), accept(content="c"))
        assert [outcome.error for outcome in found] == ["", ""]
    assert world.room(DataRoom).tags.keys() == {RUN}


def test_a_change_of_no_known_kind_is_refused() -> None:
    (found,) = apply(World(), c.Change(address=LOANS))
    assert found.error == "nothing is known that applies Change"


def test_a_plan_without_changes_needs_no_threads() -> None:
    assert apply(World()) == ()


def test_code_that_cannot_be_handed_on_is_told_with_its_folder() -> None:
    def refuses(tree: str) -> str:
        raise Refused("lib is a submodule", "copy its files")

    applier = Applier(stage.engines(World()), refuses, lambda: True)
    (outcome,) = applier.apply(plan(start(code=("train", "tree-1"))))
    assert outcome.error == "the code in train/ can't be handed to a job: lib is a submodule"
    assert (outcome.hint, outcome.retry) == ("copy its files", False)


def test_a_run_that_ended_after_it_was_listed_is_not_made_again() -> None:
    """Its result is there by now: another environment made it, or the listing was stale."""
    world = World()
    apply(world, start())
    world.room(DataRoom).write(RUN, {"result.json": b"{}"})
    (outcome,) = apply(world, start(attempt=2))
    assert not outcome.error
    assert world.calls["pool.submit"] == 1
