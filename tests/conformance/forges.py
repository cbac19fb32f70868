"""The forges that the suite of the port runs on, each with the hand of a person on the repository."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.conformance.forges import ForgeBench, GitForgeBench
from reconciler.model.ids import CommitId
from reconciler.ports.forge import Forge
from reconciler.providers.memory import MemoryForge, MemorySource, World


class MemoryForgeBench:
    """The fake."""

    def __init__(self, _folder: Path, _server: Any = None) -> None:
        self._world = World()
        self._source = MemorySource(self._world)

    def open(self, environment: str = "dev") -> Forge:
        return MemoryForge(self._world, self._source, environment)

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        parents = None if merges is None else (self.head(), merges)
        return self._source.commit(changes, parents=parents, message="by hand")

    def push(self, branch: str, changes: Mapping[str, str], *, off: CommitId | None = None) -> CommitId:
        room = self._source.room
        onto = room.commits[off or room.branches[branch]]
        files = {**onto.files, **{path: room.blob(text) for path, text in changes.items()}}
        room.branches[branch] = room.put(replace(onto, files=files, parents=(off or room.branches[branch],)))
        return room.branches[branch]

    def decline(self, branch: str) -> None:
        del self._source.room.branches[branch]

    def head(self) -> CommitId:
        head = self._source.head()
        assert head
        return head

    def file(self, path: str) -> str:
        tree = self._source.tree(self.head())
        return tree.read(tree.files[path]).decode()

    def close(self) -> None:
        return


def _on_gitea(folder: Path, server: Any) -> ForgeBench:
    from tests.conformance.gitea_forges import GiteaBench

    return GiteaBench(folder, server)


def _on_github(folder: Path, edition: str) -> ForgeBench:
    from tests.conformance.github_forges import GitHubBench

    return GitHubBench(folder, edition)


def _on_gitlab(folder: Path, _server: Any) -> ForgeBench:
    from tests.conformance.gitlab_forges import GitLabBench

    return GitLabBench(folder)


BENCHES: dict[str, Callable[[Path, Any], ForgeBench]] = {
    "memory": MemoryForgeBench,
    "git": lambda folder, _server: GitForgeBench(folder),
    "gitea": _on_gitea,
    "github": lambda folder, _server: _on_github(folder, "cloud"),
    "github-enterprise": lambda folder, _server: _on_github(folder, "server"),
    "gitlab": _on_gitlab,
}
REVIEWED = ("gitea", "github", "github-enterprise", "gitlab")
"""Those with pull requests, whose benches show what people see of them."""
SERVERS = {"gitea": "gitea"}
"""The fixture of the server that a forge is on, where it is on one."""
