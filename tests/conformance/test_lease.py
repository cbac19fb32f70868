"""What a lease promises, on Git near and far and under an election of Kubernetes, small and real."""

import json
import random
import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from reconciler.git.repository import open_repository
from reconciler.kubernetes import Access, Kubernetes, find_access
from reconciler.kubernetes.access import Token
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.lease.opening import AnyLease
from reconciler.model.errors import Unavailable, Unsafe
from reconciler.status.branch import StatusBranch
from tests.conformance.leases import LeaseBench
from tests.servers.gitea import Gitea, Listener
from tests.servers.gitea.project import project
from tests.servers.process import until
from tests.unit.reconciler.git.people import bare, git
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, serving

RIGHTS = Path(__file__).parents[2] / "docs/engines/kubernetes/lease-rbac.yaml"
KINDS = [
    "git near",
    "git far",
    "kubernetes, small",
    pytest.param("kubernetes", marks=[pytest.mark.servers, pytest.mark.slow]),
]


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LeaseBench]:
    kind = request.param
    origin, state = bare(tmp_path / "origin.git"), tmp_path / "state"
    if not kind.startswith("kubernetes"):
        found = LeaseBench(origin, state, kind == "git far")
        yield found
        found.close()
        return
    with serving(ApiServer()) as small:
        make, namespace = _api(request, kind, small)
        found = LeaseBench(origin, state, True, make, namespace)
        yield found
        found.close()


def _api(request: pytest.FixtureRequest, kind: str, small: ApiServer) -> tuple[Callable[[], Kubernetes], str]:
    if kind == "kubernetes":
        cluster = request.getfixturevalue("cluster")
        namespace = cluster.create_namespace(f"lease-{secrets.token_hex(4)}")
        token = cluster.create_user(namespace, "setpoint", next(yaml.safe_load_all(RIGHTS.read_text()))["rules"])
        config = str(cluster.place.kubeconfig_of(f"{namespace}-setpoint", token))
        return lambda: Kubernetes(find_access(config)), namespace
    return lambda: Kubernetes(Access(small.url, token=Token(TOKEN)), timeout=5), "default"


def takes(lease: AnyLease) -> bool:
    try:
        lease.acquire()
    except LeaseHeld:
        return False
    return True


def test_one_gets_it_and_the_others_hear_who(bench: LeaseBench) -> None:
    one, two = bench.make("one:1"), bench.make("two:2")
    assert not one.held()
    assert not two.had_last()
    one.acquire()
    assert (one.held(), one.had_last(), one.token()) == (True, True, 1)
    with pytest.raises(LeaseHeld, match="one:1 holds the lease") as told:
        two.acquire()
    assert told.value.claim.holder == "one:1"
    assert (two.held(), two.had_last()) == (False, False)


def test_it_runs_out_unless_it_is_renewed(bench: LeaseBench) -> None:
    one, two = bench.make("one:1"), bench.make("two:2")
    one.acquire()
    for _ in range(4):
        bench.clocks.passes(bench.span.total_seconds() * 0.6)
        one.acquire()
        assert not takes(two)
    bench.clocks.passes(bench.span.total_seconds())
    assert not one.held()
    with pytest.raises(Unsafe):
        one.token()
    assert takes(two)
    assert two.token() > 1
    assert not takes(one)
    assert not one.had_last()


def test_given_back_it_is_free_at_once_and_its_token_rises(bench: LeaseBench) -> None:
    one, two = bench.make("one:1"), bench.make("two:2")
    one.acquire()
    assert not takes(two)
    one.release()
    one.release()
    assert not one.held()
    assert takes(two)
    assert two.token() == 2


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)])
def test_a_wall_clock_that_is_set_changes_nothing(bench: LeaseBench, jump: timedelta) -> None:
    one, two = bench.make("one:1"), bench.make("two:2")
    one.acquire()
    bench.clocks.moment += jump
    assert one.held()
    assert not takes(two)


def test_of_five_at_once_one_gets_it(bench: LeaseBench) -> None:
    leases = [bench.make(f"host-{number}:1") for number in range(5)]
    gate, won = threading.Barrier(5), list[str]()

    def race(lease: AnyLease) -> None:
        gate.wait(30)
        if takes(lease):
            won.append(lease.holder)

    threads = [threading.Thread(target=race, args=(lease,)) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [lease.holder for lease in leases if lease.held()] == won
    assert len(won) == 1


def test_a_writer_that_lost_it_without_noticing_cannot_write(bench: LeaseBench) -> None:
    one, two = bench.make("one:1"), bench.make("two:2")
    one.acquire()
    status = StatusBranch(bench.made[0], "dev", one)
    status.write({"a": b"1"}, "m")
    assert not takes(two)
    bench.clocks.passes(bench.span.total_seconds())
    assert takes(two)
    bench.clocks.passes(-bench.span.total_seconds())  # the first was asleep, by a clock that stood still
    assert one.held()
    with pytest.raises(Unsafe, match="another daemon has taken over"):
        status.write({"a": b"2"}, "m")
    assert git(bench.origin, "show", "refs/heads/setpoint/dev:a") == "1"
    assert "Lease-Token: 1" in git(bench.origin, "log", "-1", "--format=%b", "refs/heads/setpoint/dev")


def test_whoever_reaches_nobody_holds_it_until_it_runs_out(bench: LeaseBench, monkeypatch: pytest.MonkeyPatch) -> None:
    one = bench.make("one:1")
    one.acquire()
    bench.cut()
    if bench.kubernetes:
        monkeypatch.setattr(one._election, "_kubernetes", bench.kubernetes())  # type: ignore[union-attr]
    bench.clocks.passes(bench.span.total_seconds() - 1)
    with pytest.raises(Unavailable):
        one.acquire()
    assert one.held()
    bench.clocks.passes(1)
    assert not one.held()


@pytest.mark.parametrize("seed", range(2))
def test_of_five_daemons_one_writes_at_a_time_and_the_next_takes_over_in_time(bench: LeaseBench, seed: int) -> None:
    """Each looks at its own moments, and whoever holds it hangs for ever, at any moment, until none is left."""
    chance, clocks = random.Random(seed), bench.clocks
    leases = [bench.make(f"host-{number}:1") for number in range(5)]
    due = {lease: clocks.up + chance.uniform(0, bench.look.total_seconds()) for lease in leases}
    hung_at, hangs_at = clocks.up, None
    while due:
        lease, moment = min(due.items(), key=lambda one: one[1])
        if hangs_at and hangs_at < moment:
            clocks.passes(hangs_at - clocks.up)
            (holder,) = (one for one in due if one.held())
            del due[holder]
            hung_at, hangs_at = clocks.up, None
            continue
        clocks.passes(moment - clocks.up)
        takes(lease)
        due[lease] = clocks.up + (bench.every if lease.held() else bench.look).total_seconds()
        assert sum(one.held() for one in leases) <= 1, "one that hangs holds it until it has run out"
        if hangs_at is None and lease.held():
            assert clocks.up - hung_at <= bench.promised.total_seconds()
            hangs_at = clocks.up + chance.uniform(0, 3 * bench.span.total_seconds())


@pytest.mark.slow
def test_a_claim_rings_no_webhook_of_a_forge(gitea: Gitea, tmp_path: Path) -> None:
    """Else each renewal would wake every daemon, and CI with it; a push to a branch afterwards does ring."""
    specs = project(gitea, tmp_path)
    clone, bench = specs.clone(specs.author), LeaseBench(tmp_path, tmp_path / "state", True)
    repository = open_repository(gitea.clone_url(specs.repository, specs.author), tmp_path / "mirror")
    lease = Lease(repository, "dev", "one:1", bench.clocks, ticks=bench.clocks.ticks)
    with Listener() as listener:
        specs.server.create_webhook(specs.repository, f"{listener.url}/hook", "a secret")
        for _ in range(3):
            lease.acquire()
        lease.release()
        commit = clone.commit({"a.txt": "told\n"})
        clone.push("HEAD:main")
        until(lambda: any(commit in call.body.decode() for call in listener.calls), "the webhook of the branch")
        repository.close()
        assert not [call for call in listener.calls if "refs/setpoint" in json.loads(call.body)["ref"]]
