"""Playing a story in two lives, one with faults and one without."""

import random
from collections import Counter
from collections.abc import Sequence

from reconciler.simulation.commits import Files
from reconciler.simulation.lives import Lives
from reconciler.simulation.report import Report
from reconciler.simulation.story import Chapter, Storyteller

SPANS = (0.0, 1.0, 20.0, 300.0)
"""Seconds that pass between two passes while things go wrong."""


def simulate(trees: Sequence[Files], environment: str, seed: int, steps: int = 100) -> Report:
    """Play one story with faults.

    One seed of two has people do something new while what they did before isn't converged yet. What is promoted and
    live then depends on how far it came, and is left out of the comparison with the life without faults.

    Args:
        trees: states that the repository has had, the newest last.
        environment: the environment that is converged.
        seed: decides what people do, when, and what goes wrong.
        steps: how many passes are made while things go wrong.
    """
    chance = random.Random(seed)
    overlaps = chance.random() < 0.5
    lives = Lives((environment,), seed, rate=chance.choice((0.02, 0.05, 0.15)))
    story = list(Storyteller(trees, environment, chance).tell(steps))
    for number, chapter in enumerate(story):
        _play(lives, chapter, random.Random(f"{seed} {number}"))
        if not overlaps:
            lives.compare(timeless=False)
        if lives.violations:
            break
    if overlaps and not lives.violations:
        lives.compare(timeless=True)
    return _report(seed, story, lives)


def _play(lives: Lives, chapter: Chapter, chance: random.Random) -> None:
    if chapter.files:
        lives.commit(chapter.files, chapter.what)
    for word, address in chapter.acts:
        lives.act(word, address)
    lives.play([chance.choice(SPANS) for _ in range(chapter.passes)])


def _report(seed: int, story: Sequence[Chapter], lives: Lives) -> Report:
    life = lives.rough
    faults = Counter(str(injected.fault) for machine in life.machines for injected in machine.faults.injected)
    steps = sum(machine.audit.step for machine in life.machines)
    commits = sum(bool(chapter.files) for chapter in story)
    return Report(seed, steps, commits, life.world.calls.total(), faults, lives.violations)
