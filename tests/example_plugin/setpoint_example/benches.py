"""What the conformance suites run this package on."""

from pathlib import Path

from reconciler.conformance.forges import GitForgeBench
from reconciler.conformance.runners import TrainerBench
from reconciler.git.repository import Repository
from setpoint_example.pages import PagesForge


class PagesBench(GitForgeBench):
    """The forge on a repository of Git."""

    def make(self, repository: Repository, environment: str, folder: Path) -> PagesForge:
        return PagesForge(folder, repository, environment, "main")


def extra_trees(folder: Path) -> TrainerBench:
    """Return the runner with what it trains on, and what it refuses."""
    return TrainerBench(folder, "extra-trees", params={"trees": 20}, wrong={"trees": 20, "max_features": 7.5})
