"""A campaign: so many problems of a seed, tried one after another; one that breaks a law is shrunk, and left to run."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS
from matplotlib.figure import Figure

from tests.lives.campaign import BySeed
from tests.problems.playing import Stage
from tests.problems.repository import write_repository

LEFT = Path(tempfile.gettempdir()) / "setpoint-problems"
"""Where problems that broke a law are left."""
_BACKEND = "problems-by-seed"
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e366"
    "0000000049454e44ae426082"
)
"""A PNG of one pixel."""
Law = Callable[[Any, Stage], None]


def hold(law: Law, problems: st.SearchStrategy[Any], number: int, *, count: int, shrinks: bool = True) -> None:
    """See that a law holds of so many problems of a seed.

    Args:
        law: plays a problem on a stage and asserts what must hold.
        problems: draws one.
        number: the seed.
        count: how many.
        shrinks: whether a smaller problem is looked for where the law broke.

    Raises:
        AssertionError: it doesn't; a note names the repository in which `setpoint` can run the problem.
    """
    name = f"{law.__name__}-{number}"
    phases = (Phase.generate, *((Phase.shrink,) if shrinks else ()))

    @given(problem=problems, pictures=st.integers(0, 7))
    def each(problem: Any, pictures: int) -> None:
        with TemporaryDirectory(prefix="setpoint-") as folder, _drawn(pictures=pictures == 7):
            try:
                law(problem, Stage(Path(folder)))
            except Exception as error:
                error.add_note(_left(problem, name))
                raise

    with _registered():
        told = settings(
            backend=_BACKEND, database=None, deadline=None, max_examples=count, phases=phases, print_blob=False,
            report_multiple_bugs=False, suppress_health_check=tuple(HealthCheck),
        )  # fmt: skip
        seed(number)(told(each))()


def _left(problem: Any, name: str) -> str:
    """Leave a problem as a repository; the last one that Hypothesis tries is the smallest."""
    rmtree(LEFT / name, ignore_errors=True)
    return write_repository(getattr(problem, "problem", problem), LEFT / name)


@contextmanager
def _drawn(*, pictures: bool) -> Iterator[None]:
    """Have pictures drawn, or each replaced by one of one pixel: drawing takes most of a runner's time."""
    real = Figure.savefig

    def blank(_figure: Figure, target: Any, **_options: Any) -> None:
        if hasattr(target, "write"):
            target.write(_PICTURE)
        else:
            Path(target).write_bytes(_PICTURE)

    if not pictures:
        Figure.savefig = blank  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Figure.savefig = real  # type: ignore[method-assign]


@contextmanager
def _registered() -> Iterator[None]:
    AVAILABLE_PROVIDERS[_BACKEND] = f"{BySeed.__module__}.{BySeed.__qualname__}"
    try:
        yield
    finally:
        del AVAILABLE_PROVIDERS[_BACKEND]
