"""A life: one repository, the engines that its environments share, and a machine for each environment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from reconciler.loop.cycle import Pass
from reconciler.model.decision import Decision, Phase
from reconciler.providers.memory import World
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.backend import InMemory, Place
from reconciler.simulation.machine import Behave, Machine, usual
from reconciler.simulation.people import approve

QUIET = timedelta(minutes=30)
"""When nothing has happened for so long, nothing will but by schedule."""
MOMENT = 0.001


class Life:
    """The machines of some environments, side by side.

    Args:
        environments: their names.
        faults: what goes wrong in an environment, by its name.
        behave: how the engines behave when nothing does.
        settle: says where the repository is.
    """

    def __init__(
        self,
        environments: Sequence[str],
        faults: Callable[[str], Faults],
        behave: Behave = usual,
        *,
        settle: Callable[[World], Place] = InMemory,
    ) -> None:
        self.world = World()
        self.place = settle(self.world)
        habits = behave(self.world)
        self.machines = [Machine(self.world, self.place, name, faults(name), habits) for name in environments]

    def commit(self, files: Mapping[str, bytes | None], what: str) -> None:
        """Commit changes of files by path, as a person does; None removes one."""
        for machine in self.machines:
            machine.audit.tell(f"commit: {what}")
        self.place.commit(files, what)

    def files(self) -> dict[str, bytes]:
        """Read all files of the newest commit."""
        head = self.place.source().head()
        if head is None:
            return {}
        tree = self.place.tree(head)
        return {path: tree.read(blob) for path, blob in tree.files.items()}

    def step(self) -> list[Pass | None]:
        """Make a pass in every environment; None stands for one that failed or whose daemon died.

        As a daemon does, each makes another one at once where it did something.
        """
        return [_turn(machine) for machine in self.machines]

    def disturb(self, goes_wrong: bool) -> None:
        """Let things go wrong, or let them go wrong no more."""
        for machine in self.machines:
            machine.faults.active = goes_wrong

    def pass_time(self, seconds: float) -> None:
        """Let time pass, or as much of it as is needed until something happens."""
        now, event = self.world.clock.now(), self.world.next_event()
        until = now + timedelta(seconds=seconds)
        self.world.clock.advance_to(min(until, event) + timedelta(seconds=MOMENT) if event else until)

    def rest(self, passes: int = 400) -> list[Pass] | None:
        """Make passes until only schedules and people would change anything; None when it doesn't come to rest.

        A person stands by, and approves of the removals that are above the budget.
        """
        quiet = self.world.clock.now()
        for _ in range(passes):
            told = self.step()
            done = [one for one in told if one]
            now = self.world.clock.now()
            if len(done) < len(told):
                self.world.clock.advance(1)
            if len(done) < len(told) or self._goes_on(done):
                quiet = now
                continue
            event, wake = self.world.next_event(), _wake(done)
            if event is None and (wake is None or now - quiet > QUIET):
                return done
            moment = min(moment for moment in (event, wake) if moment)
            self.world.clock.advance_to(max(moment, now) + timedelta(seconds=MOMENT))
        return None

    def _goes_on(self, done: Iterable[Pass]) -> bool:
        """Tell whether anything was done in a pass, has news, or is approved of now."""
        approved = [approve(machine, one) for machine, one in zip(self.machines, done, strict=True)]
        return any(approved) or any(one.outcomes for one in done) or any(m.has_news for m in self.machines)


def _turn(machine: Machine) -> Pass | None:
    done = machine.step()
    if not done or not done.did_something:
        return done
    again = machine.step()
    machine.has_news = True
    return again


def _wake(done: Iterable[Pass]) -> datetime | None:
    """Return when something that is underway goes on by time alone. What is ready wakes by its schedule only."""
    decisions = [decision for one in done for decision in one.plan.decisions.values()]
    return min((d.wake for d in decisions if _is_underway(d) and d.wake), default=None)


def _is_underway(decision: Decision) -> bool:
    return decision.phase in (Phase.RECONCILING, Phase.WAITING)
