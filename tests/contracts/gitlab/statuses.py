"""Statuses of commits: jobs of a pipeline that lives elsewhere, each with a life of its own.

One that waits or runs is the same job until it ends, and can't be told twice to wait; after that a status of its name
is another job, and the former one is shown no more.
"""

from dataclasses import dataclass
from typing import Any

from tests.contracts.gitlab.repository import Repository

LONGEST = 255
_EVENTS = {"pending": "enqueue", "running": "run", "success": "success", "failed": "drop", "canceled": "cancel"}
_FROM = {
    "pending": ("created",),
    "running": ("created", "pending"),
    "success": ("created", "pending", "running"),
    "failed": ("created", "pending", "running"),
    "canceled": ("created", "pending", "running"),
}


@dataclass
class Job:
    """A status."""

    id: int
    commit: str
    name: str
    author: str
    at: str
    ref: str
    state: str = "created"
    description: str | None = None
    target_url: str | None = None
    is_retried: bool = False


class Statuses:
    """The statuses of a project's commits.

    Args:
        repository: the project's repository.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.jobs: list[Job] = []

    def of(self, commit: str) -> list[Job]:
        """Return the statuses of a commit: of each name the newest."""
        return [job for job in self.jobs if job.commit == commit and not job.is_retried]

    def post(self, commit: str, author: str, told: dict[str, Any]) -> Job | tuple[int, Any]:
        """Take a status; return it, or the status and the words of a refusal."""
        ref = told.get("ref") or self._branch(commit)
        if not self._repository.git("cat-file", "-t", commit, fails=True):
            return 404, "404 Commit Not Found"
        if not ref:
            return 404, "404 References for commit Not Found"
        if flaws := {name: ["is too long"] for name, value in told.items() if len(str(value or "")) > LONGEST}:
            return 400, flaws
        name = told.get("name") or told.get("context") or "default"
        waiting = (job for job in self.of(commit) if job.name == name and job.author == author)
        former = next((job for job in waiting if job.state in ("pending", "running")), None)
        job = former or Job(self._repository.next_id(), commit, name, author, self._repository.now(), ref)
        state = told["state"]
        if job.state not in _FROM[state]:
            event = _EVENTS[state]
            why = f'(Reason(s): Status cannot transition via "{event}")'
            return 400, f"Cannot transition status via :{event} from :{job.state} {why}"
        job.state = state
        job.description, job.target_url = told.get("description"), told.get("target_url")
        self._keep(job)
        return job

    def job(self, commit: str, name: str, state: str) -> Job:
        """Run a job of a pipeline of the project's own, which is told beside what others post."""
        job = Job(self._repository.next_id(), commit, name, "ada", self._repository.now(), self._branch(commit), state)
        self._keep(job)
        return job

    def _keep(self, job: Job) -> None:
        for other in self.of(job.commit):
            other.is_retried = other is not job and other.name == job.name
        if job not in self.jobs:
            self.jobs.append(job)

    def _branch(self, commit: str) -> str:
        found = self._repository.git("branch", "--format=%(refname:lstrip=2)", "--contains", commit, fails=True)
        return found.partition("\n")[0]
