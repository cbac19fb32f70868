"""Growing datasets: with which version a refresh goes on, and when it goes on with none."""

from collections.abc import Callable
from datetime import datetime

from reconciler.controllers.refresh_causes import Cause
from reconciler.model.decision import View
from reconciler.model.ids import RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.schedule import last_fire
from runners.contract.request import FORMER


def full_schedule(spec: Dataset) -> str | None:
    """Return when all rows of a growing dataset are read again, as cron; None where no schedule says so."""
    return spec.growth.full if spec.growth else None


def gone_on_with(spec: Dataset, former: Cause, standing: str | None, view: View) -> str | None:
    """Return the version that a refresh goes on with; None where all is to be read.

    Args:
        spec: the dataset's.
        former: the cause of the version before.
        standing: the newest accepted version.
        view: the world.
    """
    if spec.source.stream:
        return standing
    if spec.growth is None:
        return None
    full = last_fire(spec.growth.full, view.actual.now) if spec.growth.full else None
    since = datetime.fromisoformat(former.due) if former.due else None
    return None if full and (since is None or full > since) else standing


def begun_anew(cause: Cause, told: str | None, standing: str | None, name_of: Callable[[Cause], RunName]) -> Cause:
    """Return the cause of a stream's run that isn't begun yet, or whose former version isn't the newest any more.

    What a stream has dropped stands in the newest version alone: whatever is asked for otherwise, the next one goes on
    with it. So a version is only merged onto the one whose end is its beginning.

    Args:
        cause: what asked for the run that the last status tells of.
        told: that run.
        standing: the newest accepted version.
        name_of: names the run of a cause.
    """
    is_told = name_of(cause) == told
    return cause if is_told and standing in (told, cause.former) else cause._replace(former=standing)


def version_before(spec: Dataset, cause: Cause, standing: RunName | None, view: View) -> dict[str, RunName]:
    """Return the version to go on with as an input, as long as it is there.

    A query's rows follow from its inputs, by which its run is named: it goes on with the newest version, whichever.
    """
    run = RunName(cause.former) if cause.former else None
    run = standing if spec.grows_by_parts else run
    return {FORMER: run} if run and run in view.actual.data.versions else {}
