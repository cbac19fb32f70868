"""Renames on the simulated loop: what says `moved_from` goes on, and what doesn't is made anew, as it always was."""

import re
from collections.abc import Iterable, Mapping

import pytest

from reconciler.loop.cycle import Pass
from reconciler.model.ids import Address, name_of
from reconciler.model.observed import ProposalState
from reconciler.providers.memory.faults import Died, Fault, Faults
from reconciler.providers.memory.serving import ServingRoom
from reconciler.providers.memory.source import MemorySource, SourceRoom
from reconciler.providers.memory.world import Call
from reconciler.simulation.audit import Audit
from reconciler.simulation.commits import Files, difference, path_of
from reconciler.simulation.life import Life
from reconciler.simulation.lives import Lives
from reconciler.simulation.machine import Machine
from reconciler.simulation.people import decline
from tests.unit.reconciler.simulation.sample import sample

pytestmark = pytest.mark.slow
RENAMED: Mapping[Address, Address] = {
    Address(former): Address(now)
    for former, now in {
        "datasets/employment": "datasets/census",
        "datasets/digits": "datasets/pictures",
        "labels/digits": "labels/pictures",
        "experiments/employment": "experiments/jobs",
        "promotions/employment": "promotions/jobs",
        "deployments/employment": "deployments/jobs",
        "monitors/employment": "monitors/jobs",
    }.items()
}
WRITES = ("pool", "serving", "forge")
PROPOSING = {"forge.propose": 0, "forge.close": 0}
ENDPOINT, NOW = Address("deployments/employment"), Address("deployments/jobs")


def renamed(files: Files, names: Mapping[Address, Address], *, says: bool = True) -> Files:
    """Rename specs and their patches, and what refers to them; runs keep their names."""
    moved: dict[str, bytes] = {}
    for path, text in files.items():
        found = text.decode()
        for former, now in names.items():
            found = re.sub(rf"\b{former}(?![\w/-])", now, found)
        address = Address(path.removesuffix(".yaml").partition("specs/")[2])
        if says and address in names:
            found += f"moved_from: {name_of(address)}\n"
        place = next((path.replace(f"/{f}.yaml", f"/{n}.yaml") for f, n in names.items() if f"/{f}.yaml" in path), path)
        moved[place] = found.encode()
    return moved


def files_of(machine: Machine) -> Files:
    source = MemorySource(machine.world)
    head = source.head()
    assert head is not None
    tree = source.tree(head)
    return {path: tree.read(blob) for path, blob in tree.files.items()}


def files_told(names: Iterable[Address]) -> set[str]:
    """Return the files of the status branch that are called as resources are."""
    return {path for name in names for path in (f"status/{name}.yaml", f"{name}.md")}


def rested(*environments: str) -> Life:
    """Let a life come to the point where a model serves and nothing is to do."""
    life = Life(environments or ("dev",), lambda _: Faults(1, 0.0, ()))
    life.commit(sample(), "begin")
    assert life.rest() is not None
    return life


def commit(life: Life, files: Files) -> None:
    life.commit(difference(files_of(life.machines[0]), files), "rename")


def writes(machine: Machine) -> dict[str, int]:
    calls = machine.world.calls
    reads = ("list", "settle", "logs")
    found = {name: n for name, n in calls.items() if name.split(".")[0] in WRITES and name.split(".")[1] not in reads}
    return found | {name: calls[name] for name in ("data.open", "data.drop", "data.merge")}


def last(life: Life) -> Pass:
    done = life.rest()
    assert done is not None
    return done[0]


def served(machine: Machine) -> Mapping[Address, object]:
    return {name: held.traffic for (_, name), held in machine.world.room(ServingRoom).endpoints.items()}


def violations(life: Life) -> list[str]:
    return [str(found) for machine in life.machines for found in machine.audit.violations]


def test_what_is_renamed_and_says_so_goes_on_and_nothing_is_made_anew() -> None:
    life = rested()
    (machine,) = life.machines
    before, traffic, status = writes(machine), served(machine), set(machine.status.read().files)
    commit(life, renamed(files_of(machine), RENAMED))
    first = machine.step()
    assert first is not None
    assert first.plan.changes == ()
    assert first.plan.removed == frozenset()
    assert [note.split(":")[0] for note in first.plan.notes] == sorted(
        f"{former} has moved to {now}" for former, now in RENAMED.items()
    )
    done = last(life)
    assert writes(machine) == before
    assert served(machine) == traffic
    assert traffic.keys() == {ENDPOINT}
    assert {d.address for d in done.plan.decisions.values() if d.phase.value != "ready"} == set()
    assert done.plan.notes == ()
    assert done.plan.decisions[NOW].facts["url"].endswith("deployments/employment")
    assert done.plan.decisions[Address("promotions/jobs")].reason == "Promoted"
    there = set(machine.status.read().files)
    told = {path for path in status if not path.startswith("reports/")}
    assert {path for path in there if path.startswith("reports/")} == status - told
    assert there == status - files_told(RENAMED) | files_told(RENAMED.values())
    assert not violations(life)


def test_without_a_word_it_is_another_resource() -> None:
    life = rested()
    (machine,) = life.machines
    while not any(path.startswith("reports/monitors/") for path in machine.status.read().files):
        life.pass_time(3600)  # a monitor that has reported nothing has nothing to be deleted
        assert life.rest() is not None
    before = writes(machine)
    files = {**files_of(machine), "environments/dev/environment.yaml": b"deletion: {number: 1}\n"}
    commit(life, renamed(files, RENAMED, says=False))
    first = machine.step()
    assert first is not None
    assert {change.verb for change in first.plan.changes} == {"run", "start"}
    held = {a for a, d in first.plan.decisions.items() if d.reason == "DeletionBudget"}
    assert held == RENAMED.keys()
    last(life)
    assert writes(machine)["pool.submit"] > before["pool.submit"] + 5
    assert served(machine).keys() <= {ENDPOINT, NOW}
    assert not violations(life)


def test_it_goes_on_with_the_work_of_the_next_days() -> None:
    life = rested()
    (machine,) = life.machines
    commit(life, renamed(files_of(machine), RENAMED))
    life.rest()
    before = writes(machine)
    path = path_of(Address("experiments/jobs"))
    commit(life, {**files_of(machine), path: files_of(machine)[path].replace(b"seed: 7", b"seed: 8")})
    done = last(life)
    runs = {
        row["run"].rpartition("/")[0] for row in done.plan.decisions[Address("experiments/jobs")].facts["leaderboard"]
    }
    assert runs == {"experiments/employment"}
    assert writes(machine)["pool.submit"] > before["pool.submit"]
    assert served(machine).keys() == {ENDPOINT}
    assert not violations(life)


def test_what_is_renamed_twice_is_found_from_either_name() -> None:
    """One environment has seen the name in between, and one hasn't."""
    life = rested("dev", "prod")
    dev = life.machines[0]
    before = writes(dev)
    commit(life, renamed(files_of(dev), RENAMED))
    dev.step()
    again = {now: Address(f"{now}-2") for now in RENAMED.values()}
    files = {path: _with_both_names(text) for path, text in renamed(files_of(dev), again).items()}
    commit(life, files)
    done = life.rest()
    assert done is not None
    assert writes(dev) | PROPOSING == before | PROPOSING
    for one in done:
        assert {d.address for d in one.plan.decisions.values() if d.phase.value == "stalled"} == set()
        assert set(one.plan.decisions) >= set(again.values())
    assert not violations(life)


def test_a_proposal_that_waits_is_made_anew_for_the_file_that_was_renamed() -> None:
    life = rested("dev", "prod")
    prod = life.machines[1]
    (waiting,) = open_proposals(prod)
    assert "environments/prod/deployments/employment.yaml" in proposed_files(prod, waiting)
    commit(life, renamed(files_of(prod), RENAMED))
    life.rest()
    (now,) = open_proposals(prod)
    assert now != waiting
    assert "environments/prod/deployments/jobs.yaml" in proposed_files(prod, now)
    assert "environments/prod/deployments/employment.yaml" not in proposed_files(prod, now)


def test_what_was_declined_is_not_proposed_again() -> None:
    life = rested("dev", "prod")
    prod = life.machines[1]
    decline(prod, Address("promotions/employment"))
    life.rest()
    commit(life, renamed(files_of(prod), RENAMED))
    done = life.rest()
    assert open_proposals(prod) == []
    assert done is not None
    assert done[1].plan.decisions[Address("promotions/jobs")].reason == "Declined"


def open_proposals(machine: Machine) -> list[str]:
    return [p.branch for p in machine.forge.list().values() if p.state is ProposalState.OPEN]


def proposed_files(machine: Machine, branch: str) -> Mapping[str, str]:
    room = machine.world.room(SourceRoom)
    return room.commits[room.branches[branch]].files


def _with_both_names(text: bytes) -> bytes:
    return re.sub(rb"moved_from: (\w+)\nmoved_from: (\w+)\n", rb"moved_from: [\1, \2]\n", text)


def test_it_may_be_renamed_back() -> None:
    life = rested()
    (machine,) = life.machines
    former, before = files_of(machine), writes(machine)
    commit(life, renamed(former, RENAMED))
    life.rest()
    commit(life, former)
    done = last(life)
    assert writes(machine) == before
    assert all("moved_from" not in d.facts for d in done.plan.decisions.values())
    assert not violations(life)


@pytest.mark.parametrize("place", [Fault.DIES_BEFORE, Fault.DIES_AFTER])
def test_a_daemon_that_dies_in_the_midst_changes_nothing(place: Fault) -> None:
    """At each call of the two passes that see a rename, forth and back, and a new daemon goes on from there."""
    life = rested()
    (machine,) = life.machines
    former, before, traffic = files_of(machine), writes(machine), served(machine)
    now = renamed(former, RENAMED)
    for number in range(1, calls_of_two_passes(machine) + 1):
        commit(life, now if number % 2 else former)
        kill_at(machine, machine.world.calls.total() + number, place)
        done = last(life)
        assert writes(machine) == before, number
        assert served(machine) == traffic
        assert {d.phase.value for d in done.plan.decisions.values()} == {"ready"}
    assert not violations(life)


def calls_of_two_passes(machine: Machine) -> int:
    before = machine.world.calls.total()
    machine.step()
    machine.step()
    return machine.world.calls.total() - before


def kill_at(machine: Machine, number: int, place: Fault) -> None:
    """Let the daemon die before or after the call of a number."""
    when = "before" if place is Fault.DIES_BEFORE else "after"
    watch = getattr(Audit, when)

    def die(call: Call, *answer: object) -> object:
        told: object = watch(machine.audit, call, *answer)
        if call.number == number:
            raise Died
        return told

    setattr(machine.audit, when, die)


@pytest.mark.parametrize("seed", [3, 4, 8])
def test_whatever_goes_wrong_meanwhile_it_ends_the_same(seed: int) -> None:
    lives = Lives(("dev", "prod"), seed, 0.05)
    lives.commit(sample(), "begin")
    lives.play([0.0, 1.0, 20.0] * seed)
    lives.commit(difference(sample(), renamed(sample(), RENAMED)), "rename")
    lives.play([0.0, 1.0, 20.0] * 4)
    lives.compare(timeless=True)
    assert not lives.violations, lives.violations
