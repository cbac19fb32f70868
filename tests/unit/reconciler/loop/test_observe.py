"""Observing: one listing of each port, each result read once, and nothing changed."""

import json
from collections.abc import Callable, Mapping

import pytest

from reconciler.loop.observe import Results, observe
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import UNKEPT, Actual, Controls, JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory import Call, World
from reconciler.providers.memory.data import DataRoom
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS, SHARED

RUN = RunName(f"{LOANS}/{'a' * 12}")
READS = ("data.list", "pool.list", "serving.list", "forge.list")


def down(*ports: str) -> Callable[[Call], None]:
    def before(call: Call) -> None:
        if call.port in ports:
            raise Unavailable(f"{call.port} is down")

    return before


def look(world: World, results: Results | None = None) -> Actual:
    return observe(stage.engines(world), {}, Controls(), results or Results())


def leave(world: World, run: RunName, files: Mapping[str, bytes], *, accept: bool = False) -> None:
    """Leave files in a run's branch, and accept it."""
    data = stage.engines(world).data
    data.open(run)
    world.room(DataRoom).write(run, files)
    if accept:
        data.commit(run, {})
        data.merge(run)


def result(**parts: object) -> bytes:
    return json.dumps(stage.result(**parts)).encode()  # type: ignore[arg-type]


def test_each_port_is_listed_once_and_nothing_is_changed() -> None:
    """Observing changes nothing."""
    world = World()
    found = look(world)
    assert world.calls == dict.fromkeys(READS, 1)
    assert found.now == world.clock.now()
    assert found.unread == {}


@pytest.mark.parametrize("port", ["data", "pool", "serving", "forge"])
def test_a_failed_read_never_counts_as_absent(port: str) -> None:
    """It is named, with its reason, and the other ports are read all the same."""
    world = World(before=down(port))
    leave_world = World()
    assert look(leave_world).unread == {}
    found = look(world)
    assert found.unread == {port: f"{port} is down"}


def test_every_port_may_fail_at_once() -> None:
    assert look(World(before=down("data", "pool", "serving", "forge"))).unread.keys() == {
        "data",
        "pool",
        "serving",
        "forge",
    }


def test_a_defect_of_a_provider_is_a_failed_read() -> None:
    def before(call: Call) -> None:
        if call.port == "pool":
            raise KeyError("odd")

    assert "a defect of Setpoint" in look(World(before=before)).unread["pool"]


def test_a_result_that_cannot_be_read_makes_the_data_unread() -> None:
    """A partial read never counts as absent."""
    world = World()
    leave(world, RUN, {"result.json": result()}, accept=True)
    world.before = down("reader")
    found = look(world)
    assert found.unread == {"data": "reader is down"}
    assert found.results == {}


def test_what_was_read_beside_a_result_that_cannot_be_is_not_read_again() -> None:
    """Else, where one read of a hundred fails, a thousand results would never be read in one pass."""
    world, results = World(), Results()
    runs = [RunName(f"{LOANS}/{number:012}") for number in range(20)]
    for run in runs:
        leave(world, run, {"result.json": result()}, accept=True)
    failing = set(runs[3:5])

    def before(call: Call) -> None:
        if call.name in failing:
            raise Unavailable("reader is down")

    world.before = before
    assert look(world, results).unread == {"data": "reader is down"}
    failing.clear()
    asked = world.calls["reader.read"]
    assert set(look(world, results).results) == set(runs)
    assert world.calls["reader.read"] == asked + 2


def test_results_are_read_once_in_their_life() -> None:
    world, results = World(), Results()
    leave(world, RUN, {"result.json": result(content="c")}, accept=True)
    first, second = look(world, results), look(world, results)
    assert first.results[RUN]["content"] == second.results[RUN]["content"] == "c"
    assert world.calls["reader.read"] == 1


def test_a_run_without_a_result_is_looked_at_again() -> None:
    world, results = World(), Results()
    leave(world, RUN, {})
    assert look(world, results).results == {}
    world.room(DataRoom).write(RUN, {"result.json": result()})
    assert RUN in look(world, results).results


def test_an_error_is_read_where_there_is_no_result_and_anew_for_every_attempt() -> None:
    world, results = World(), Results()
    leave(world, RUN, {"error.json": b'{"what": "first"}'})
    assert look(world, results).errors[RUN]["what"] == "first"
    leave(world, RUN, {"error.json": b'{"what": "second"}'})
    assert look(world, results).errors[RUN]["what"] == "first"
    engines = stage.engines(world)
    engines.pool.configure(SHARED, Pool())
    engines.pool.submit(JobOrder(RUN, SHARED, "t", Resources(), 60.0, {}, attempt=2))
    assert look(world, results).errors == {}
    engines.pool.settle()
    world.clock.advance(3600)
    assert engines.pool.list().jobs[RUN].state is JobState.FAILED
    assert look(world, results).errors[RUN]["what"] == "second"


def test_why_a_job_failed_is_read_whatever_result_lies_there() -> None:
    world = World()
    engines = stage.engines(world)
    engines.pool.configure(SHARED, Pool())
    leave(world, RUN, {"result.json": result(), "error.json": b'{"what": "it broke"}'})
    engines.pool.submit(JobOrder(RUN, SHARED, "t", Resources(), 1.0))
    engines.pool.settle()
    world.clock.advance(3600)
    assert engines.pool.list().jobs[RUN].state is JobState.FAILED
    assert look(world).errors[RUN]["what"] == "it broke"


def test_a_run_whose_job_goes_on_is_not_read() -> None:
    world = World()
    leave(world, RUN, {"result.json": result()})
    engines = stage.engines(world)
    engines.pool.submit(JobOrder(RUN, SHARED, "t", Resources(), 60.0))
    assert look(world).results == {}
    assert world.calls["reader.read"] == 0


def test_a_result_whose_files_are_not_there_is_refused_and_its_run_alone() -> None:
    world, results = World(), Results()
    other = RunName(f"{LOANS}/{'b' * 12}")
    files = dict.fromkeys(("model.onnx", "plots/roc.png"), "sha256:0")
    leave(world, RUN, {"result.json": result(files=files), "model.onnx": b"m"})
    leave(world, other, {"result.json": result(files=files), "model.onnx": b"m", "plots/roc.png": b"p"})
    found = look(world, results)
    assert found.results[RUN] == {
        "what": "result.json lists files that its output doesn't hold: plots/roc.png",
        "where": RUN,
        "fix": "its runner has to leave every file below `output` and result.json last; mend it, and raise its version",
        "accepted": False,
    }
    assert found.results[other]["accepted"]
    assert found.unread == {}


def test_an_output_is_looked_at_once_and_only_before_it_is_committed() -> None:
    world, results = World(), Results()
    leave(world, RUN, {"result.json": result(files={"gone": ""})}, accept=True)
    leave(world, RunName(f"{LOANS}/{'b' * 12}"), {"result.json": result(files={"gone": ""}, accepted=False)})
    leave(world, RunName(f"{LOANS}/{'c' * 12}"), {"result.json": result()})
    assert look(world, results).results[RUN]["accepted"]
    assert world.calls["reader.missing"] == 2
    leave(world, RunName(f"{LOANS}/{'d' * 12}"), {"result.json": result(files={"there": ""}), "there": b""})
    look(world, results)
    look(world, results)
    assert world.calls["reader.missing"] == 3


@pytest.mark.parametrize("accepted", [True, False])
def test_an_output_that_the_store_cannot_keep_is_refused_and_its_run_alone(accepted: bool) -> None:
    world = World()
    other = RunName(f"{LOANS}/{'b' * 12}")
    leave(world, RUN, {"result.json": result(accepted=accepted)})
    leave(world, other, {"result.json": result()})

    def before(call: Call) -> None:
        if call.verb == "missing" and call.name == RUN:
            raise Refused("the output has a link", "write the file itself")

    world.before = before
    found = look(world)
    assert found.results[RUN] == {
        "what": "the output has a link",
        "where": RUN,
        "fix": "write the file itself",
        "accepted": False,
        UNKEPT: True,
    }
    assert found.results[other]["accepted"]
    assert found.unread == {}


def test_a_store_that_can_t_say_what_it_holds_is_unread() -> None:
    """What couldn't be looked at is not missing."""
    world = World()
    leave(world, RUN, {"result.json": result(files={"there": ""}), "there": b""})

    def before(call: Call) -> None:
        if call.verb == "missing":
            raise Unavailable("reader is down")

    world.before = before
    assert look(world).unread == {"data": "reader is down"}


def test_a_run_that_goes_while_it_is_looked_at_is_no_failure() -> None:
    world = World()
    leave(world, RUN, {"result.json": result(files={"there": ""}), "there": b""})

    def before(call: Call) -> None:
        if call.verb == "missing":
            world.before = None
            stage.engines(world).data.drop(RUN)

    world.before = before
    assert look(world).unread == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"{", "result.json is no JSON"),
        (b"[1]", "result.json is no JSON object"),
        (b"\xff", "result.json is no JSON: it isn't UTF-8"),
    ],
)
def test_a_result_that_is_odd_is_refused_and_says_so(text: bytes, what: str) -> None:
    world = World()
    leave(world, RUN, {"result.json": text})
    found = look(world).results[RUN]
    assert found["what"] == what
    assert not found.get("accepted")


def test_what_is_no_number_is_nothing() -> None:
    """JSON has no NaN, and a status that held one would differ from itself for ever."""
    world = World()
    leave(world, RUN, {"result.json": b'{"accepted": true, "metrics": {"a": NaN, "b": Infinity, "c": 1.5}}'})
    assert look(world).results[RUN]["metrics"] == {"a": None, "b": None, "c": 1.5}


def test_what_was_recorded_and_asked_is_handed_on() -> None:
    controls = stage.requested(API, stage.NOW)
    found = observe(stage.engines(World()), {API: {"facts": {"a": 1}}}, controls, Results())
    assert found.recorded == {Address(API): {"facts": {"a": 1}}}
    assert found.controls is controls


def test_a_version_of_a_newer_format_makes_the_data_unread_and_one_that_isn_t_accepted_holds_its_run_alone() -> None:
    """The first tells that a newer daemon was here; the second may be the word of any job."""
    world = World()
    leave(world, RUN, {"result.json": b'{"format": 2, "outcome": {"accepted": true}}'})
    found = look(world)
    assert (found.unread, found.results[RUN]["format"]) == ({}, 2)
    leave(world, RUN, {"result.json": b'{"format": 2, "outcome": {"accepted": true}}'}, accept=True)
    assert "it is of format 2, and only format 1 is known here" in look(world).unread["data"]
