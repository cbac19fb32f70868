"""A month of a daemon's life on virtual time: refreshes, drifts, promotions, people and faults, day by day."""

import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.loop.cycle import Pass
from reconciler.model.ids import Address, digest, owner_of
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory import World
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.faults import Faults
from reconciler.providers.memory.serving import ServingRoom
from reconciler.providers.memory.workers import Outcome, Read, chance, plausible
from reconciler.simulation.commits import Files, changed, difference
from reconciler.simulation.commits import specs as specs_of
from reconciler.simulation.life import Life
from reconciler.simulation.machine import Habits
from reconciler.simulation.people import ACTS
from reconciler.simulation.workers import steady
from tests.bench.daemon import rss_mib
from tests.soak.ending import astray
from tests.soak.repository import CHAINS, ENVIRONMENT, InGit, kept, specs

DAYS, WEEK = 30, 7
"""A whole soak, and the share of it in each run of the tests: a week, with other faults by every share."""
DAY = timedelta(days=1)
RESYNC = timedelta(hours=3)
TICK = timedelta(minutes=3)
"""What happens within such a span is found by one pass: a daemon's polling, to keep the month short."""
GUEST = "/n39."
"""In the paths of a chain that comes and goes."""
NEWS = 0.1
"""The share of refreshes that bring other rows than the night before."""


@dataclass(frozen=True, slots=True)
class Evening:
    """How things stood at the end of a day: the memory of the process, and the status branch.

    `kib` is what the branch takes on the disk, packed; it is told every fifth day, and on the last.
    """

    day: int
    passes: int
    rss_mib: float
    files: int
    commits: int
    kib: int


class Month:
    """One environment of the soak's repository, in a folder.

    Args:
        folder: where the repository is made.
        seed: decides what goes wrong.
        days: how long it is.
    """

    def __init__(self, folder: Path, seed: int, days: int = DAYS) -> None:
        self.days = days
        self.place = InGit(folder, kept(days))
        self.life = Life([ENVIRONMENT], lambda _: Faults(seed, rate=0.002), behave, settle=lambda _: self.place)
        (self.machine,) = self.life.machines
        self.files: Files = specs()
        self.passes = 0
        self.place.commit(self.files, "begin")

    def live(self) -> Iterator[Evening]:
        """Live day after day."""
        for day in range(1, self.days + 1):
            self._morning(day)
            self._until(START + day * DAY)
            yield self._evening(day)

    def end(self) -> list[str]:
        """Stop the faults and let it come to rest; tell what isn't as the last commit describes, or broke a promise."""
        self.life.disturb(False)
        rested = self.life.rest()
        if rested is None:
            return ["passes go on changing things"]
        (done,) = rested
        self.machine.start()
        again = self.machine.step()
        restless = [f"a new daemon does {change}" for change in again.plan.changes] if again else ["no pass"]
        broken = [str(violation) for violation in self.machine.audit.violations]
        return [*broken, *restless, *astray(done, self.place)]

    def _until(self, evening: datetime) -> None:
        """Make passes until a moment, each as soon as there is anything to see."""
        clock = self.life.world.clock
        while clock.now() < evening:
            done = self.machine.step()
            self.passes += 1
            if done is None:
                clock.advance(5)
            elif not done.did_something and not self.machine.has_news:
                clock.advance_to(min(self._next(done), evening))

    def _next(self, done: Pass) -> datetime:
        """Return when there is something to see again: at the latest when the daemon looks by itself."""
        now = self.life.world.clock.now()
        resync = now + (TICK if done.actual.unread else RESYNC)
        first = min(moment for moment in (self.life.world.next_event(), done.wake, resync) if moment)
        return max(first, now) + TICK

    def _morning(self, day: int) -> None:
        """Let people do what they do: a spec changes, a resource goes or comes back, proposals are merged."""
        self.machine.faults.renew()
        name, world = f"n{day % CHAINS:02}", self.life.world
        self._commit(changed(self.files, Address(f"experiments/{name}"), 10 + day), f"seed of {name}")
        if day % 5 == 0:
            self._commit({path: text for path, text in self.files.items() if GUEST not in path}, "a chain goes")
        if day % 5 == 2:
            self._commit(specs() | self.files, "it comes back")
        for spec in specs_of(self.files):
            if spec.startswith("promotions/"):
                ACTS["merge"](self.machine, spec)
        ACTS[("suspend", "resume", "reconcile")[day % 3]](self.machine, Address(f"datasets/n{day // 3 % CHAINS:02}"))
        for served in list(world.room(ServingRoom).endpoints.values())[day % 7 :: 7]:
            for held in (served.revisions, served.traffic, served.due):
                held.clear()

    def _commit(self, files: Files, what: str) -> None:
        gone = set(specs_of(self.files)) - set(specs_of(files))
        patches = dict.fromkeys(f"environments/{ENVIRONMENT}/{spec}.yaml" for spec in gone)
        self.place.commit({**patches, **difference(self.files, files)}, what)
        self.files = files

    def _evening(self, day: int) -> Evening:
        gc.collect()
        files = len(self.place.status(ENVIRONMENT).read().files)
        commits = int(self.place.git("rev-list", "--count", f"setpoint/{ENVIRONMENT}"))
        kib = self._kib() if day % 5 == 0 or day == self.days else 0
        return Evening(day, self.passes, rss_mib(), files, commits, kib)

    def _kib(self) -> int:
        """Return what the status branch takes on the disk once Git has packed it."""
        self.place.repository.close()  # it may be packing: Git lets no second one do so meanwhile
        self.place.git("gc", "--quiet", "--prune=now")
        told = self.place.git("rev-list", "--disk-usage", "--objects", f"setpoint/{ENVIRONMENT}")
        return int(told) // 1024


def behave(world: World) -> Habits:
    """Let refreshes bring news now and then, and monitors see drifts."""

    def work(order: JobOrder, read: Read) -> Outcome:
        runner = order.request.get("runner")
        if runner == "monitor":
            return plausible(order, read)
        done = steady(order, read)
        return _with_news(order, done, (world.clock.now() - START).days) if runner == "ingest" else done

    return Habits(work)


def _with_news(order: JobOrder, done: Outcome, day: int) -> Outcome:
    owner = owner_of(order.run)
    news = sum(chance(owner, number) < NEWS for number in range(day + 1))
    result: dict[str, Any] = json.loads(done.files["result.json"])
    result["content"] = digest([result["content"], news])
    return replace(done, files={**done.files, "result.json": json.dumps(result).encode()})
