"""The audit: every call that took effect, held against what is promised. It sees the engines, not what a plan says."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.model.ids import Address, RunName, kind_of, owner_of
from reconciler.model.kinds import KINDS
from reconciler.model.resource import Desired
from reconciler.providers.memory import Call, World
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.faults import Fault, Faults
from reconciler.providers.memory.pool import Held, PoolRoom
from reconciler.simulation.report import Violation

READS = frozenset({"list", "read", "url", "head", "tree", "descends", "logs", "settle", "export"})
"""Verbs that change nothing that a spec asks for."""
DELETES = frozenset({"data.drop", "pool.cancel", "serving.stop", "serving.delete", "forge.close"})
REMEMBERED = 20
"""So many calls and faults are told of when a promise breaks."""

UNREAD = "nothing is deleted while a listing is incomplete"
BUDGET = "no pass deletes more than its budget"
KEPT = "data is never deleted unless the spec says so"
ONCE = "work that was done is not done again"
SOUND = "nothing fails but what an engine refuses"


class Audit:
    """Watches one daemon's calls: a world may have several daemons, and people change it beside them.

    Args:
        world: where the calls take effect.
        environment: whose daemon it is, and whose versions are kept.
        faults: what goes wrong, if anything does.
    """

    def __init__(self, world: World, environment: str, faults: Faults) -> None:
        self.violations: list[Violation] = []
        self.step = 0
        self._world = world
        self._environment = environment
        self._faults = faults
        self._story: deque[str] = deque(maxlen=REMEMBERED)
        self._approved: set[Address] = set()
        self._desired: Desired | None = None
        self._limit = 0
        self._since = 0
        self._deleted: set[Address] = set()
        self._held: Held | None = None
        self._versions: frozenset[RunName] = frozenset()
        self._moved: dict[Address, Address] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hold the world's seams meanwhile: the calls are those of the daemon, and what goes wrong does so to them."""
        self._faults.attach(self._world)
        self._world.before, self._world.after = self.before, self.after
        try:
            yield
        finally:
            self._world.before = self._world.after = None

    def begin(self, desired: Desired, limit: int) -> None:
        """Begin a pass: what its commit asks for, and how many resources it may take away."""
        self._desired, self._limit, self._since = desired, limit, len(self._faults.injected)
        self._moved = {name: now for name, now in self._moved.items() if name not in desired.resources} | dict(
            desired.moved
        )
        self._deleted = set()

    def approve(self, addresses: Iterable[Address]) -> None:
        """Note that a person approved of these resources' removal."""
        self._approved.update(addresses)

    def tell(self, what: str) -> None:
        """Note what happened beside the calls."""
        self._story.append(f"{self.step:4}  {what}")

    def broken(self, promise: str, what: str) -> None:
        """Note that a promise is broken, once for each way of breaking it."""
        if not any((known.promise, known.what) == (promise, what) for known in self.violations):
            self.violations.append(Violation(self.step, promise, what, tuple(self._story)))

    def before(self, call: Call) -> None:
        """Look at what a call is about to touch, then let a fault happen."""
        if call.verb == "submit":
            self._held = self._world.room(PoolRoom).jobs.get(RunName(call.name))
        if call.verb == "drop":
            self._versions = self._kept()
        self._with_faults(lambda: self._faults.before(call))

    def after(self, call: Call, answer: Any) -> Any:
        """Hold what a call has done against the promises, then let a fault happen."""
        if call.verb not in READS and call.port != "status":
            self.tell(str(call))
        if f"{call.port}.{call.verb}" in DELETES:
            self._check_deletion(call)
        if call.verb == "submit":
            self._check_submission(RunName(call.name))
        return self._with_faults(lambda: self._faults.after(call, answer))

    def _with_faults(self, act: Any) -> Any:
        known = len(self._faults.injected)
        try:
            return act()
        finally:
            for injected in self._faults.injected[known:]:
                self.tell(f"! {injected.fault}: {injected.call}")

    def _kept(self) -> frozenset[RunName]:
        tags = self._world.room(DataRoom).tags
        return frozenset(run for run, tag in tags.items() if self._environment in tag.kept_by)

    def _check_deletion(self, call: Call) -> None:
        unread = [i for i in self._faults.injected[self._since :] if _is_unread(i.fault, i.call)]
        if unread:
            self.broken(UNREAD, f"{call}, after {unread[0].fault} ({unread[0].call})")
        name = Address("/".join(call.name.split("/")[:2]))
        if self._desired is None or kind_of(name) not in KINDS:
            return
        owner = self._desired.moved.get(name) or self._last_name(name)
        if owner not in self._desired.resources and owner not in self._approved:
            self._deleted.add(owner)
            if len(self._deleted) > self._limit:
                self.broken(BUDGET, f"{call} is the removal of {len(self._deleted)} resources, above {self._limit}")
        if call.verb == "drop" and RunName(call.name) in self._versions - self._kept():
            self._check_data(RunName(call.name), self._desired)

    def _last_name(self, name: Address) -> Address:
        """Return what a resource was called last, when a commit had it; by that name its removal is approved of."""
        seen = set[Address]()
        while self._desired and name not in self._desired.resources and name in self._moved and name not in seen:
            seen.add(name)
            name = self._moved[name]
        return name

    def _check_data(self, run: RunName, desired: Desired) -> None:
        owner = owner_of(run)
        resource = desired.resources.get(desired.moved.get(owner, owner))
        if resource is None or getattr(resource.spec, "keep", None) is None:
            self.broken(KEPT, f"the version {run} is gone")

    def _check_submission(self, run: RunName) -> None:
        now = self._world.room(PoolRoom).jobs.get(run)
        if now is self._held or now is None:
            return
        if run in self._kept():
            self.broken(ONCE, f"{run} has an accepted version, and attempt {now.order.attempt} of it is submitted")


def _is_unread(fault: Fault, call: Call) -> bool:
    return call.verb == "list" and fault in (Fault.CUT, Fault.ERROR_BEFORE)
