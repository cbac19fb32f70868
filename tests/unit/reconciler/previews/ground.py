"""A repository with a template, a forge and drivings that a test of the keeper holds in its hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from reconciler.model.environment import Environment
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, PullRequest, Verdict
from reconciler.previews.branches import PreviewBranches
from reconciler.previews.keeper import Keeper
from reconciler.previews.made_here import MadeHere
from reconciler.previews.report import Standing
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone, bare, git

TEMPLATE = "environments/preview/environment.yaml"
SPEC = "specs/experiments/loans.yaml"
FILES = {TEMPLATE: "previews: {open: 1}\n", SPEC: "dataset: datasets/loans\n"}


class Page:
    """A forge with labels."""

    def __init__(self) -> None:
        self.open: dict[int, PullRequest] = {}
        self.by: dict[int, str] = {}
        self.writers = {"ada"}
        self.said: dict[int, str] = {}
        self.judged: dict[CommitId, tuple[Verdict, str]] = {}

    def pulls(self) -> Sequence[PullRequest]:
        return list(self.open.values())

    def refresh(self) -> None:
        return

    def me(self) -> str:
        return "setpoint"

    def rules(self) -> None:
        return None

    def comment(self, number: int, text: str) -> None:
        self.said[number] = text

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        assert status.context == "setpoint/preview"
        self.judged[commit] = status.verdict, status.description

    def granter(self, pull: PullRequest, label: str) -> str:
        assert not pull.is_fork, "a fork's labels are nobody's business"
        return self.by.get(pull.number, "")

    def may_write(self, person: str) -> bool:
        return person in self.writers

    def label(self, number: int, label: str, *, on: bool) -> None:
        raise AssertionError("a keeper sets no labels")


@dataclass
class Run:
    """A preview that is driven."""

    made: MadeHere
    hints: int = 0
    hangs: bool = False
    asked: bool = False
    stopped: bool = False

    def hint(self) -> None:
        self.hints += 1

    def ask(self) -> None:
        self.asked = True

    def stop(self) -> bool:
        self.stopped = not self.hangs
        return self.stopped


@dataclass
class Shop:
    """What a keeper works with; `left` is what remains of previews that end."""

    source: Source
    page_of: Page
    left: str = ""
    unsigned: set[CommitId] = field(default_factory=set)
    driven: dict[str, Run] = field(default_factory=dict)
    went: list[str] = field(default_factory=list)
    failing: Callable[[], None] = lambda: None

    def verified(self, former: CommitId | None) -> CommitId:
        head = self.source.head()
        assert head
        if head in self.unsigned:
            raise Refused("nobody has signed it")
        return head

    def demand_signed(self, head: CommitId, base: CommitId) -> None:
        if head in self.unsigned:
            raise Refused("it isn't signed")

    def reviews(self, template: Environment) -> Any:
        return self.page_of

    def drive(self, name: str, made: MadeHere) -> Run:
        assert name not in self.driven or self.driven[name].stopped
        self.driven[name] = Run(made)
        return self.driven[name]

    def remains(self, name: str, end: CommitId) -> str:
        self.driven[name].made.demand(end, None)
        return self.left

    def leave(self, name: str, end: CommitId) -> None:
        assert self.driven[name].stopped, "nothing is taken away under a daemon's feet"
        self.failing()
        self.went.append(name)

    def page(self, name: str, pair: tuple[CommitId, CommitId], against: str, problem: str) -> tuple[str, Standing]:
        return f"{name} stands", Standing(name, pair, {}, problem=problem)


class Place:
    """A repository with a template, who works on it, its forge, and a keeper."""

    def __init__(self, folder: Path) -> None:
        self.origin = bare(folder / "origin.git")
        self.ada = Clone(folder / "ada", self.origin)
        self.main(FILES)
        self.source = Source.open(self.origin, "main", folder / "state")
        self.branches, self.forge = PreviewBranches(self.source, "preview"), Page()
        self.shop = Shop(self.source, self.forge)
        self.keeper = self.anew()

    def anew(self) -> Keeper:
        """Start another keeper, as a daemon does that was killed."""
        self.shop.driven.clear()
        self.keeper = Keeper("preview", self.source, self.branches, self.shop, structlog.get_logger())
        return self.keeper

    def main(self, files: dict[str, str | None]) -> CommitId:
        self.ada.git("checkout", "--quiet", "-B", "main")
        commit = self.ada.commit(files)
        self.ada.push("HEAD:main")
        return CommitId(commit)

    def pull(self, number: int, text: str = "dataset: datasets/other\n", *, by: str = "ada", **more: Any) -> CommitId:
        """Push a pull request's head, as a forge keeps it, with the label on it unless nobody has set it."""
        self.ada.git("checkout", "--quiet", "--detach", "main")
        head = CommitId(self.ada.commit({SPEC: text}))
        ref = f"refs/pull/{number}/head"
        self.ada.push("--force", f"HEAD:{ref}")
        self.ada.git("checkout", "--quiet", "main")
        labels = frozenset({"preview"}) if by else frozenset[str]()
        self.forge.open[number] = PullRequest(number, f"b{number}", head, ref=ref, labels=labels, **more)
        self.forge.by[number] = by
        return head

    @property
    def tips(self) -> list[int]:
        return list(self.branches.there())

    def text(self, number: int) -> str:
        return git(self.origin, "show", f"preview/pr-{number}:{SPEC}")
