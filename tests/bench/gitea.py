"""What a real forge costs: from a push to the first call, from a pull request to its page, and in an idle hour.

Its queues are in memory, as in the tests: those on the disk, which Gitea has where nobody says otherwise, deliver a
webhook up to two seconds after a push when nothing else happens.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.forges.webhooks import pushed_ref
from tests.bench.figure import Figure
from tests.e2e.reviewed import Reviewed, reviewed
from tests.servers.gitea import Gitea, Listener

RESOURCES = 1000


def measure(quick: bool) -> Iterator[Figure]:
    """Measure on a real Gitea, with a real daemon that takes its webhooks."""
    pushes, pulls, quiet = (5, 3, 60.0) if quick else (40, 10, 600.0)
    with tempfile.TemporaryDirectory(prefix="setpoint-bench-") as place:
        server = Gitea(Path(place) / "gitea").start()
        try:
            more = {f"specs/pools/n{number:04d}.yaml": "capacity: {cpus: 1}\n" for number in range(RESOURCES - 1)}
            with reviewed(server, Path(place) / "work", webhooks=True, more=more) as watched:
                yield from _push(server, watched, pushes)
                yield from _pull(watched, pulls)
                yield _idle(server, watched, quiet)
        finally:
            server.stop()


def _push(server: Gitea, watched: Reviewed, count: int) -> Iterator[Figure]:
    """Measure from before the push. Gitea's own share is in that: a peer that does nothing but listen tells it."""
    times, shares = list[float](), list[float]()
    with Listener() as peer:
        server.create_webhook(watched.project.repository, peer.url, "peer")
        watched.rest()
        for number in range(count):
            began = _pushed(watched, f"new-{number}")
            times.append((_when(watched, f"pools/new-{number}", began) - began) * 1000)
            shares.append((_heard(peer, began) - began) * 1000)
            watched.ada.git("fetch", "--quiet", "origin", "main")
            watched.rest(1)
    ours = statistics.median(time - share for time, share in zip(times, shares, strict=True))
    beside = f"a listener hears of each after {statistics.median(shares):.0f} ms, {ours:.0f} ms remain"
    times.sort()
    yield Figure("webhook_to_apply_p50_ms", statistics.median(times), "ms", "<= 500", beside)
    beside = f"{count} pushes, {RESOURCES} resources; the listener's last after {max(shares):.0f} ms"
    yield Figure("webhook_to_apply_p99_ms", times[int(len(times) * 0.99)], "ms", "<= 1500", beside)


def _pushed(watched: Reviewed, pool: str) -> float:
    """Push one more pool to the watched branch; return when that began."""
    watched.ada.git("checkout", "--quiet", "-B", "main", "origin/main")
    watched.ada.commit({f"specs/pools/{pool}.yaml": "capacity: {cpus: 1}\n"})
    began = time.time()
    watched.ada.push("HEAD:main")
    return began


def _heard(peer: Listener, since: float) -> float:
    """Wait until a peer hears of a push to the watched branch since a moment; return when that was."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        heard = (call.when for call in tuple(peer.calls) if pushed_ref(call.body) == "refs/heads/main")
        if moment := next((when for when in heard if when >= since), None):
            return moment
        time.sleep(0.005)
    raise RuntimeError("no webhook came within 60 s")


def _pull(watched: Reviewed, count: int) -> Iterator[Figure]:
    times = []
    for number in range(count):
        began = time.time()
        pull = watched.propose(f"change-{number}", {f"specs/pools/n{500 + number}.yaml": "capacity: {cpus: 3}\n"})
        opened = time.time()
        watched.section(pull)
        watched.status(pull)
        times.append(time.time() - opened)
        assert began < opened
    yield Figure("pr_plan_s", statistics.median(times), "s", "<= 2", f"{count} pull requests, {RESOURCES} resources")


def _idle(server: Gitea, watched: Reviewed, seconds: float) -> Figure:
    """Count what the daemon asks of the forge while nothing happens: of its API; what Git asks is told beside it."""
    watched.rest()
    before = server.requests_of(watched.daemon.name)
    time.sleep(seconds)
    api, git = (now - then for now, then in zip(server.requests_of(watched.daemon.name), before, strict=True))
    beside = f"{api} in {seconds:g} s, and {git} of Git: the lease, and a look every three minutes"
    return Figure("forge_calls_idle", api * 3600 / seconds, "an hour", "<= 60", beside)


def _when(watched: Reviewed, pool: str, since: float) -> float:
    """Wait until the daemon's pool is told of a pool; return when that was."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if moment := watched.applied(pool, since):
            return moment
        time.sleep(0.005)
    raise RuntimeError("nothing was applied within 60 s")
