"""Playing a story on two machines, one with faults and one without, and comparing where they come to rest."""

import random
from collections import Counter
from collections.abc import Sequence

from reconciler.model.decision import Standing
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.ending import differences, ending, standing
from reconciler.simulation.machine import Machine
from reconciler.simulation.report import Report
from reconciler.simulation.story import Chapter, Files, Storyteller

CONVERGES = "it converges when the faults stop"
SAME = "it ends where a life without faults ends"
MANY = 5
"""So many differences are told of."""
CALM = "at rest, nothing is changed any more"


def simulate(trees: Sequence[Files], environment: str, seed: int, steps: int = 100) -> Report:
    """Play one story with faults.

    One seed of two has a new commit come while the former one isn't converged yet. What is promoted and live then
    depends on how far it came, and is left out of the comparison with the life without faults.

    Args:
        trees: states that the repository has had, the newest last.
        environment: the environment that is converged.
        seed: decides what is committed, when, and what goes wrong.
        steps: how many passes are made while things go wrong.
    """
    chance = random.Random(seed)
    overlaps = chance.random() < 0.5
    faults = Faults(seed, rate=chance.choice((0.02, 0.05, 0.15)))
    story = list(Storyteller(trees, environment, chance).tell(steps))
    calm, rough = Machine(environment, Faults(seed, rate=0)), Machine(environment, faults)
    for number, chapter in enumerate(story):
        for machine in (calm, rough):
            _play(machine, chapter, random.Random(f"{seed} {number}"))
        if not overlaps:
            _compare(calm, rough, timeless=False)
        if rough.audit.violations:
            break
    if overlaps:
        _compare(calm, rough, timeless=True)
    return _report(seed, story, rough)


def _play(machine: Machine, chapter: Chapter, chance: random.Random) -> None:
    """Commit, then make passes while things go wrong and time passes."""
    machine.audit.tell(f"commit: {chapter.what}")
    machine.source.commit(chapter.files, message=chapter.what)
    machine.faults.active = True
    for _ in range(chapter.passes):
        machine.step()
        machine.pass_time(chance.choice((0.0, 1.0, 20.0, 300.0)))
    machine.faults.active = False


def _compare(calm: Machine, rough: Machine, *, timeless: bool) -> None:
    """Let both machines come to rest, and hold one's end against the other's."""
    rough.audit.tell("the faults stop")
    wanted, found = calm.rest(), rough.rest()
    if wanted is None or found is None:
        rough.audit.broken(CONVERGES, "passes go on changing things" + (", even without faults" if not wanted else ""))
        return
    for address, decision in standing(found).items():
        if decision.standing is Standing.RECONCILING:
            rough.audit.broken(CONVERGES, f"{address} goes on reconciling: {decision.reason}, {decision.message}")
    named_by_time = frozenset(calm.scheduled | rough.scheduled)
    if told := differences(ending(wanted, named_by_time), ending(found, named_by_time), timeless=timeless):
        rough.audit.broken(SAME, "; ".join(told[:MANY]) + (f"; and {len(told) - MANY} more" if told[MANY:] else ""))
    _look_again(rough)


def _look_again(machine: Machine) -> None:
    """Let a daemon without memory look at what is at rest: it finds nothing to do."""
    machine.start()
    done = machine.step()
    if done is None or done.outcomes:
        changes = [f"{change.verb} {change.target}" for change in done.plan.changes] if done else ["no pass"]
        machine.audit.broken(CALM, f"a new daemon finds something to do: {', '.join(changes)}")


def _report(seed: int, story: Sequence[Chapter], machine: Machine) -> Report:
    faults = Counter(str(injected.fault) for injected in machine.faults.injected)
    return Report(
        seed, machine.audit.step, len(story), machine.world.calls.total(), faults, tuple(machine.audit.violations)
    )
