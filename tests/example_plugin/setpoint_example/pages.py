"""The forge `pages`: proposals are Git's, and each has a page in a folder, for those who read without Git."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.ports.forge import Agreed, ProposalOrder
from reconciler.providers.forge.git import GitForge


class PagesForge:
    """Proposals as branches and pages. `folder`, `repository`, `environment` and `branch` come from the daemon."""

    def __init__(
        self, folder: Path, repository: Repository, environment: str, branch: str, *, lines: int = 200
    ) -> None:
        self._folder = folder
        self._lines = lines
        self._git = GitForge(repository, environment, branch)

    def list(self) -> Mapping[str, Proposal]:
        return self._git.list()

    def propose(self, order: ProposalOrder) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        told = [f"# {order.title}", "", f"`{order.file}`", "", *order.body.splitlines()]
        self._page(order.name).write_text("\n".join(told[: self._lines]) + "\n", encoding="utf-8")
        self._git.propose(order)

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        return self._git.merge(name, agreed)

    def close(self, name: str, why: str = "") -> None:
        self._git.close(name)
        self._page(name).unlink(missing_ok=True)

    def _page(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '-')}.md"
