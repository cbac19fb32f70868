"""A forge with a life of its own: the port of forges, in memory, with people, delays and listings that are behind.

Branches hold what the watched branch would become; a merge is made at once or later, as real forges compute whether it
can be; a listing may be an older one. What people did is kept in full, so that laws can be held against it.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model.errors import Raced, Refused, Transient
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import Opinion, Review
from reconciler.ports.forge import Agreed, ProposalOrder

Content = Mapping[str, Any]
"""What stands in the file of the deployment: `model`, and `other`, which is none of a promotion's business."""
FILE = "environments/dev/deployments/api.yaml"


@dataclass(frozen=True)
class Page:
    """A pull request: its branch's head, what that head would make of the file, and what people say of it."""

    order: ProposalOrder
    head: CommitId
    content: Content
    state: ProposalState = ProposalState.OPEN
    reviews: Mapping[str, Review] = field(default_factory=dict)
    is_checked: bool = True
    by_hand: bool = False
    base: Content = field(default_factory=dict)
    """What the watched branch was when it was opened."""


@dataclass(frozen=True)
class Merged:
    """A merge that the daemon made: what it merged, what people had said of it by then, and who was of the team."""

    name: str
    page: Page
    before: Content
    after: Content
    team: frozenset[str]


class ForgeSimulator:
    """One repository on a forge."""

    def __init__(self) -> None:
        self.main: Content = {"model": None, "other": 0}
        self.pages: dict[str, Page] = {}
        self.ended: list[tuple[str, Page]] = []
        self.merged: list[Merged] = []
        self.opened: list[str] = []
        self.team: frozenset[str] = frozenset()
        """The members of the one team."""
        self.old: Mapping[str, Proposal] | None = None
        """What the next listing shows instead of what is."""
        self._ids = itertools.count(1)

    def commit(self) -> CommitId:
        """Return a new commit's id."""
        return CommitId(f"{next(self._ids):040x}")

    def list(self) -> Mapping[str, Proposal]:
        """List proposals as they are, or once as they were."""
        old, self.old = self.old, None
        return old if old is not None else self.shown()

    def shown(self) -> Mapping[str, Proposal]:
        """Return the proposals as they are now."""
        return {
            name: Proposal(
                name,
                f"proposals/{name}",
                page.head,
                page.state,
                "",
                tuple(page.reviews.values()),
                by_hand=page.by_hand,
                conflicts=self._conflicts(page),
            )
            for name, page in self.pages.items()
        }

    def _conflicts(self, page: Page) -> bool:
        """Tell whether the pinned model is another one than when a page was opened, and than the page pins."""
        return not page.by_hand and self.main["model"] not in (page.base["model"], page.content["model"])

    def propose(self, order: ProposalOrder) -> None:
        """Open a proposal, unless one of that name is open; one that has ended makes way."""
        known = self.pages.get(order.name)
        if known is not None and known.state is ProposalState.OPEN:
            return
        if known is not None:
            self.ended.append((order.name, known))
        self.opened.append(order.name)
        content = {**self.main, **order.edits}
        self.pages[order.name] = Page(order, self.commit(), content, is_checked=False, base=self.main)

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge what was agreed on, once the forge has checked it."""
        page = self.pages.get(name)
        if page is None or page.state is ProposalState.CLOSED:
            raise Refused(f"there is no proposal {name} to merge")
        if page.state is ProposalState.MERGED:
            return page.head
        assert agreed is not None, "the daemon says what it agreed on"
        if page.head != agreed.head:
            raise Raced(f"the branch of {name} has moved")
        if page.content != {**page.content, **agreed.edits} or page.by_hand:
            raise Refused(f"proposal {name} isn't what was proposed")
        if self._conflicts(page):
            raise Refused(f"proposal {name} conflicts")
        self._demand_same_people(page, agreed)
        if not page.is_checked:
            raise Transient(f"{name} isn't checked yet")
        before = self.main
        self.main = {**self.main, **agreed.edits}
        self.pages[name] = replace(page, state=ProposalState.MERGED)
        self.merged.append(Merged(name, page, before, self.main, self.team))
        return page.head

    def _demand_same_people(self, page: Page, agreed: Agreed) -> None:
        if agreed.reviews is not None and set(agreed.reviews) != set(page.reviews.values()):
            raise Raced(f"what is said of {page.order.name} has changed")
        if any(frozenset(members) != self.team for members in agreed.teams.values()):
            raise Raced("who belongs to the team has changed")

    def close(self, name: str, why: str = "") -> None:
        """Take a proposal away."""
        if name in self.pages:
            self.ended.append((name, self.pages.pop(name)))

    # What people and the forge itself do.

    def check(self) -> None:
        """Let the forge find out what can be merged."""
        self.pages = {name: replace(page, is_checked=True) for name, page in self.pages.items()}

    def review(self, name: str, who: str, opinion: Opinion) -> None:
        """Let a person say something of a page's head."""
        page = self.pages[name]
        self.pages[name] = replace(page, reviews={**page.reviews, who: Review(who, page.head, opinion)})

    def join_or_leave(self, who: str) -> None:
        """Let a person join the team, or leave it."""
        self.team = self.team ^ {who}

    def dismiss(self, name: str, who: str) -> None:
        """Take back what a person said."""
        page = self.pages[name]
        self.pages[name] = replace(page, reviews={key: one for key, one in page.reviews.items() if key != who})

    def push(self, name: str, content: Content) -> None:
        """Let a person push to the branch of a proposal. What was said of the former head stays where it was said."""
        page = self.pages[name]
        self.pages[name] = replace(page, head=self.commit(), content=content, is_checked=False, by_hand=True)

    def rebase(self, name: str) -> None:
        """Let the branch of a proposal get another head that brings the same."""
        self.pages[name] = replace(self.pages[name], head=self.commit(), is_checked=False)

    def decline(self, name: str) -> None:
        """Let a person close a page."""
        self.pages[name] = replace(self.pages[name], state=ProposalState.CLOSED)

    def merge_by_hand(self, name: str) -> None:
        """Let a person merge a page, whatever is on its branch."""
        page = self.pages[name]
        self.main = {**self.main, "model": page.content["model"]}
        self.pages[name] = replace(page, state=ProposalState.MERGED)
