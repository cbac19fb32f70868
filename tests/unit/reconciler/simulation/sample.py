"""The sample repository, as it is shipped, for simulations."""

from functools import cache

from reconciler.simulation import Files
from tests.house.yardstick import ROOT


@cache
def sample() -> Files:
    """Read the specs and environments of the sample."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("specs", "environments")
        for path in sorted((ROOT / folder).rglob("*.yaml"))
    }
