"""Two lives of one repository that are told the same, one with faults and one without, and where they come to rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.loop.cycle import Pass
from reconciler.model.decision import Phase
from reconciler.model.ids import Address
from reconciler.providers.memory import MemorySource
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.commits import Files, difference
from reconciler.simulation.ending import differences, ending, phase
from reconciler.simulation.life import Life
from reconciler.simulation.machine import Behave, Machine, usual
from reconciler.simulation.people import ACTS, accept
from reconciler.simulation.report import Violation

CONVERGES = "it converges when the faults stop"
SAME = "it ends where a life without faults ends"
CALM = "at rest, nothing is changed any more"
MANY = 5
"""So many differences are told of."""
_APART = 7919


class Lives:
    """A calm life and a rough one.

    Args:
        environments: the environments that are converged.
        seed: decides what goes wrong in the rough life.
        rate: the share of calls that something happens to there.
        behave: how the engines of both behave when nothing goes wrong.
    """

    def __init__(self, environments: Sequence[str], seed: int, rate: float, behave: Behave = usual) -> None:
        seeds = {name: seed + _APART * number for number, name in enumerate(environments)}
        self.calm = Life(environments, lambda name: Faults(seeds[name], rate=0), behave)
        self.rough = Life(environments, lambda name: Faults(seeds[name], rate=rate), behave)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Return which promises broke, in either life."""
        return tuple(
            v for life in (self.calm, self.rough) for machine in life.machines for v in machine.audit.violations
        )

    def commit(self, files: Mapping[str, bytes | None], what: str) -> None:
        """Commit changes of files by path; None removes one."""
        for life in (self.calm, self.rough):
            life.commit(files, what)

    def edit(self, change: Callable[[Files], Files], what: str) -> None:
        """Commit what a function makes of all files, as each life has them by now."""
        for life in (self.calm, self.rough):
            files = life.files()
            life.commit(difference(files, change(files)), what)

    def rewrite(self, files: Mapping[str, bytes]) -> None:
        """Rewrite the history: one commit that descends from none, with these files."""
        for life in (self.calm, self.rough):
            MemorySource(life.world).commit(files, parents=(), message="a rewritten history")

    def act(self, word: str, address: Address) -> None:
        """Have people do something about a resource, in every environment."""
        self._everywhere(lambda machine: ACTS[word](machine, address))

    def accept(self) -> None:
        """Have people accept the newest commit, whatever it descends from."""
        for life in (self.calm, self.rough):
            if head := life.place.source().head():
                for machine in life.machines:
                    accept(machine, head)

    def kill(self) -> None:
        """End the daemons of the rough life, and start others."""
        for machine in self.rough.machines:
            machine.kill()

    def _everywhere(self, act: Callable[[Machine], object]) -> None:
        for machine in (*self.calm.machines, *self.rough.machines):
            act(machine)

    def play(self, spans: Sequence[float]) -> None:
        """Make passes while things go wrong, and after each let so many seconds pass."""
        self.rough.disturb(True)
        for seconds in spans:
            for life in (self.calm, self.rough):
                life.step()
                life.pass_time(seconds)
        self.rough.disturb(False)

    def compare(self, *, timeless: bool) -> None:
        """Let both come to rest, and hold the one's end against the other's.

        Args:
            timeless: leave out what follows from the order of events.
        """
        rested = self.rest()
        if rested is None:
            return
        for machine, wanted, found in zip(self.rough.machines, *rested, strict=True):
            by_time = frozenset(a for life in (self.calm, self.rough) for m in life.machines for a in m.scheduled)
            ends = ending(wanted, by_time), ending(found, by_time)
            if told := differences(*ends, timeless=timeless):
                more = f"; and {len(told) - MANY} more" if told[MANY:] else ""
                machine.audit.broken(SAME, f"{machine.environment}: {'; '.join(told[:MANY])}{more}")

    def rest(self) -> tuple[list[Pass], list[Pass]] | None:
        """Let both come to rest, and see that it is one; None where it isn't.

        It is a rest where nothing is underway, and a daemon without memory finds nothing to do.
        """
        self.rough.disturb(False)
        self._everywhere(lambda machine: machine.audit.tell("the faults stop"))
        wanted, found = self.calm.rest(), self.rough.rest()
        if wanted is None or found is None:
            what = "passes go on changing things" + (", even without faults" if wanted is None else "")
            self.rough.machines[0].audit.broken(CONVERGES, what)
            return None
        for machine, done in zip(self.rough.machines, found, strict=True):
            for what in _underway(done):
                machine.audit.broken(CONVERGES, what)
            _look_again(machine)
        return wanted, found


def _underway(done: Pass) -> Iterator[str]:
    for address, decision in phase(done).items():
        if decision.phase is Phase.RECONCILING:
            yield f"{address} goes on reconciling: {decision.reason}, {decision.message}"


def _look_again(machine: Machine) -> None:
    """Let a daemon without memory look at what is at rest: it finds nothing to do."""
    machine.start()
    done = machine.step()
    if done is None or done.outcomes:
        changes = [f"{change.verb} {change.target}" for change in done.plan.changes] if done else ["no pass"]
        machine.audit.broken(CALM, f"a new daemon finds something to do: {', '.join(changes)}")
