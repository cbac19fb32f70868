"""A campaign: so many seeds, each of which plays some stories; a seed that failed plays the same ones again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

STORIES = 8
"""So many stories does a seed play."""
STEPS = 25
"""So many things happen in a story at the most."""
_BACKEND = "by-seed"


class BySeed(HypothesisProvider):
    """Draws by the seed alone.

    Hypothesis' own provider also draws constants that it finds in the modules which happen to be imported, so that a
    seed would tell another story in the whole suite than alone, and another one after every change of the code.
    """

    def _maybe_draw_constant(self, *_arguments: Any, **_options: Any) -> None:
        return None


def play(machine: type[RuleBasedStateMachine], number: int, *, stories: int = STORIES, shrinks: bool = True) -> None:
    """Play the stories of a seed.

    Args:
        machine: tells them.
        number: the seed.
        stories: how many.
        shrinks: whether a shorter story is looked for, where a promise broke.

    Raises:
        AssertionError: a promise broke; the message says how to see that again, its notes the shortest story found.
    """
    with _registered():
        told = settings(
            backend=_BACKEND,
            database=None,
            deadline=None,
            max_examples=stories,
            stateful_step_count=STEPS,
            phases=(Phase.generate, *((Phase.shrink,) if shrinks else ())),
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=tuple(HealthCheck),
        )
        run_state_machine_as_test(seed(number)(type(machine.__name__, (machine,), {})), settings=told)


@contextmanager
def _registered() -> Iterator[None]:
    AVAILABLE_PROVIDERS[_BACKEND] = f"{BySeed.__module__}.{BySeed.__qualname__}"
    try:
        yield
    finally:
        del AVAILABLE_PROVIDERS[_BACKEND]
