"""Engines for the pages: a pool and replicas that tell what a test gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from reconciler.model import environment as environments
from reconciler.model.errors import Refused, SetpointError
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.observed import Job, JobState, PoolListing

if TYPE_CHECKING:
    from reconciler.ports.pool import RunnerPool


class Engines:
    """Engines of which is known what was printed: by jobs, and by replicas of deployments."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.jobs: dict[RunName, Job] = {}
        self.printed: dict[str, dict[Digest, dict[str, str]]] = {}
        self.asked: list[str] = []
        self.error: SetpointError | None = None

    def tell(self, run: str, text: str, state: JobState = JobState.RUNNING, hour: int = 1) -> None:
        """Have a job that has printed a text."""
        began = datetime(2026, 1, 5, hour, tzinfo=UTC)
        self.texts[run] = text
        self.jobs[RunName(run)] = Job(RunName(run), Address("pools/shared"), "risk", state, started=began)

    def pool(self, key: str, environment: environments.Environment) -> "RunnerPool":
        """Return the pool."""
        if self.error:
            raise self.error
        return cast("RunnerPool", self)

    def replicas(
        self, key: str, environment: environments.Environment, deployment: Address, revision: str
    ) -> Mapping[Digest, Mapping[str, str]]:
        """Return what replicas have printed."""
        if deployment not in self.printed:
            raise Refused(f"{deployment} has no endpoint")
        return {name: texts for name, texts in self.printed[deployment].items() if name.startswith(revision)}

    def list(self) -> PoolListing:
        """List the jobs."""
        return PoolListing(jobs=dict(self.jobs))

    def logs(self, run: RunName) -> str:
        """Return what a job has printed."""
        self.asked.append(run)
        if run not in self.texts:
            raise FileNotFoundError(run)
        return self.texts[run]
