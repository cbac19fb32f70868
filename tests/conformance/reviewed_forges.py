"""Forges that have pages for review: what people see there, and what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from reconciler.conformance.forges import ForgeBench
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from tests.conformance.gitea_forges import GiteaBench
from tests.conformance.gitlab_forges import GitLabBench
from tests.conformance.review_pages import Page


class ReviewBench(ForgeBench, Protocol):
    """A forge with a person who reviews; what is on its pages is read by another client than ours."""

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of the person and of the daemon."""

    def page(self, number: int) -> Page:
        """Return what a pull request's page shows."""

    def opine(self, number: int, opinion: Opinion) -> None:
        """Say something of a pull request, as the person."""

    def opine_as_reader(self, number: int) -> None:
        """Approve a pull request as somebody who may only read, if the forge takes that."""

    def statuses(self, commit: CommitId) -> list[tuple[str, str, str]]:
        """Return the statuses of a commit: their names, what they say in the forge's words, and their lines."""

    def comments(self, number: int) -> list[str]:
        """Return what people have said on a pull request."""


REVIEW_BENCHES: dict[str, Callable[[Path, Any], ReviewBench]] = {
    "gitea": GiteaBench,
    "gitlab": lambda folder, _server: GitLabBench(folder),
}
