"""People at a forge: what they do to a proposal, on the simulator and on a real Gitea, by the same words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge, ProposalOrder
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import mapping
from tests.conformance.gitea_forges import GiteaBench
from tests.promotions.simulator import FILE, ForgeSimulator
from tests.servers.gitea import Gitea
from tests.servers.process import until

NAME = "promotions/go/0123456789ab"
PINNED = {"trial": "experiments/score/111111111111", "digest": "sha256:11"}
OTHER = {"trial": "experiments/score/222222222222", "digest": "sha256:22"}
BEGIN: dict[str, Any] = {"model": None, "other": 0}


def text(content: Mapping[str, Any]) -> str:
    """Write the file, its two fields so far apart that a change of one is none of the other's to Git."""
    apart = "\n# Between the two\n# there is room.\n\n"
    return dump({"model": content["model"]}).decode() + apart + dump({"other": content["other"]}).decode()


class People(Protocol):
    """A forge with one file on its watched branch, `model` and `other`, and the people around it."""

    forge: Forge

    def order(self) -> ProposalOrder:
        """Return a proposal that pins a model, off the newest commit."""

    def main(self) -> dict[str, Any]:
        """Return what stands on the watched branch."""

    def see(self) -> Proposal | None:
        """Return the proposal as the forge shows it once it has done its own work."""

    def commit(self, **changes: Any) -> None:
        """Commit to the watched branch."""

    def push(self, **changes: Any) -> None:
        """Push a commit of one's own to the proposal's branch."""

    def rebase(self) -> None:
        """Give the branch another head that brings the same."""

    def review(self, opinion: Opinion) -> None:
        """Say something of the proposal's head."""

    def dismiss(self) -> None:
        """Take back what was said."""

    def decline(self) -> None:
        """Close the page."""

    def merge(self) -> None:
        """Merge the page as it is."""


class Simulated:
    """People at the simulator."""

    def __init__(self) -> None:
        self.simulator = ForgeSimulator()
        self.forge: Forge = self.simulator
        self.who = "ada"

    def order(self) -> ProposalOrder:
        return ProposalOrder(NAME, CommitId("c" * 40), FILE, {"model": PINNED}, "Promote", "Evidence")

    def main(self) -> dict[str, Any]:
        return dict(self.simulator.main)

    def see(self) -> Proposal | None:
        self.simulator.check()
        return self.forge.list().get(NAME)

    def commit(self, **changes: Any) -> None:
        self.simulator.main = {**self.simulator.main, **changes}

    def push(self, **changes: Any) -> None:
        self.simulator.push(NAME, {**self.simulator.pages[NAME].content, **changes})

    def rebase(self) -> None:
        self.simulator.rebase(NAME)

    def review(self, opinion: Opinion) -> None:
        self.simulator.review(NAME, self.who, opinion)

    def dismiss(self) -> None:
        self.simulator.dismiss(NAME, self.who)

    def decline(self) -> None:
        self.simulator.decline(NAME)

    def merge(self) -> None:
        self.simulator.merge_by_hand(NAME)


class AtGitea(GiteaBench):
    """People at a real server: the owner of the repository, who may do all of it."""

    def __init__(self, folder: Path, server: Gitea) -> None:
        super().__init__(folder, server)
        GiteaBench.commit(self, {FILE: text(BEGIN)})
        opened = self.open()
        assert isinstance(opened, PullRequestForge)
        self.forge: PullRequestForge = opened

    def order(self) -> ProposalOrder:
        return ProposalOrder(NAME, self.head(), FILE, {"model": PINNED}, "Promote", "Evidence")

    def main(self) -> dict[str, Any]:
        return dict(mapping(self.file(FILE).encode()))

    def see(self) -> Proposal | None:
        self.forge.refresh()
        return self.forge.list().get(NAME)

    def commit(self, **changes: Any) -> None:  # type: ignore[override]
        GiteaBench.commit(self, {FILE: text({**self.main(), **changes})})
        self._settled()

    def push(self, **changes: Any) -> None:  # type: ignore[override]
        content = text({**self.main(), "model": PINNED, **changes})
        self._pushed(GiteaBench.push(self, self._branch, {FILE: content}))

    def rebase(self) -> None:
        """Commit the same tree once more, a second later, as `git commit --amend` does."""
        self._git("fetch", "--quiet", "origin", f"+refs/heads/{self._branch}:refs/heads/{self._branch}")
        former = self._git("rev-parse", f"refs/heads/{self._branch}")
        said = self._git("log", "-1", "--format=%B", former)
        tree, parent = self._git("rev-parse", f"{former}^{{tree}}"), self._git("rev-parse", f"{former}^")
        commit = self._git("commit-tree", tree, "-p", parent, "-m", said)
        self._git("update-ref", f"refs/heads/{self._branch}", commit)
        self._push("--force", f"refs/heads/{self._branch}")
        self._pushed(CommitId(commit))

    def review(self, opinion: Opinion, **_: Any) -> None:  # type: ignore[override]
        GiteaBench.review(self, self._number, opinion)

    def dismiss(self) -> None:
        reviews = self._ask("GET", f"/pulls/{self._number}/reviews").json()
        newest = max(one["id"] for one in reviews if not one["dismissed"])
        self._ask("POST", f"/pulls/{self._number}/reviews/{newest}/dismissals", {"message": "Taken back."})

    def decline(self) -> None:  # type: ignore[override]
        self._ask("PATCH", f"/pulls/{self._number}", {"state": "closed"})

    def merge(self) -> None:
        self._settled()
        self._ask("POST", f"/pulls/{self._number}/merge", {"Do": "merge"})
        for repository in self._opened:
            repository.refresh()

    @property
    def _branch(self) -> str:
        return f"proposals/dev/{NAME}"

    @property
    def _number(self) -> int:
        (pull,) = self._ask("GET", "/pulls?state=open").json()
        return int(pull["number"])

    def _pushed(self, commit: CommitId) -> None:
        """Wait until the page shows a head."""
        until(lambda: self.shown(self._number)["head"]["sha"] == commit, "the page to show the push")

    def _settled(self) -> None:
        """Wait until the server has found out whether the page can be merged, which it does by and by."""
        pulls = self._ask("GET", "/pulls?state=open").json()
        until(lambda: all(self.shown(one["number"])["mergeable"] is not None for one in pulls), "the server to check")
