"""Proposals as pull requests: a branch with one commit, and a page where people review it.

The branch is Git's and says what is proposed; the page says where it stands. A proposal is there when both are: one
whose page isn't made yet is made on, and one whose page a person has closed was declined.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from reconciler.forges.agreed import demand_same_reviews, demand_same_say, demand_same_teams
from reconciler.forges.branches import ProposalBranches
from reconciler.forges.client import Absent
from reconciler.forges.conversation import Conversation
from reconciler.forges.granting import Grants
from reconciler.forges.hub import Annotates, Hub, Merge, Queues, Ruled, Tracks
from reconciler.forges.noticeboard import post
from reconciler.forges.pictures import section
from reconciler.forges.teams import Teams
from reconciler.forges.web_files import WebFiles
from reconciler.git.repository import Repository
from reconciler.model.errors import Raced, Refused, Transient
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import (
    Allowance,
    Annotation,
    BranchRules,
    CommitStatus,
    PullRequest,
    PullState,
    Queued,
    Review,
    context_of,
)
from reconciler.ports.forge import Agreed, CauseNote, ProposalOrder
from reconciler.ports.reviews import Metered

HEARD_FOR = 60.0
"""Seconds for which the list of open pull requests is taken for true where no ref of theirs has moved."""
TOLD_FOR = 180.0
"""The same once webhooks have told of a change: then only what they missed is left to be found."""
LONGEST_BODY = 60_000
"""Characters of a pull request's text."""
PAUSES = (0.2, 0.4, 0.8, 1.6)
"""Seconds between looks at a merge that the forge isn't ready for."""


class PullRequestForge:
    """Proposals of one environment on a forge, and the conversation on its pull requests.

    Args:
        branches: the proposals' branches.
        hub: the forge.
        repository: the repository, as Git has it.
        key: the environment's name, which keeps what we say apart from what other environments say.
        files: where people read files of the repository.
        now: a clock that only runs forward, in seconds.
        sleep: how the forge is waited for.
    """

    def __init__(
        self,
        branches: ProposalBranches,
        hub: Hub,
        repository: Repository,
        key: str,
        *,
        files: WebFiles,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._branches = branches
        self._hub = hub
        self._repository = repository
        self._environment = key
        self._conversation = Conversation(hub, key)
        self._grants = Grants(hub, now)
        self._files = files
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()
        self._open: tuple[PullRequest, ...] = ()
        self._heard, self._heard_for = -HEARD_FOR, HEARD_FOR
        self._opinions: dict[int, tuple[tuple[CommitId, str, int], tuple[Review, ...]]] = {}
        self._teams = Teams(hub)
        self._judged: dict[CommitId, tuple[tuple[float, int], tuple[CommitStatus, ...]]] = {}
        self._wanted = 0
        """Counts how often it was said that something has changed."""
        self._known: tuple[int, Mapping[str, str]] = (-1, {})
        """That count, and the refs of pull requests, when the open ones were last asked for."""
        self._ended: dict[tuple[str, CommitId], PullRequest | None] = {}

    def refresh(self) -> None:
        """Forget which pull requests are open: a webhook says that this has changed. Waits for nobody."""
        self._heard_for = TOLD_FOR
        self._forget()

    def _forget(self) -> None:
        self._wanted += 1
        self._ended = {}

    def list(self) -> Mapping[str, Proposal]:
        """List this environment's proposals by name: the open ones, and those merged or closed whose branch is there.

        A branch whose page was closed unmerged is the record of that: a person said no.

        Raises:
            Unavailable: the repository or the forge is out of reach.
        """
        listed = self._branches.list()
        found = {name: (proposal, self._of(proposal)) for name, proposal in listed.items()}
        return {
            name: self._shown(proposal, pull) if pull else proposal
            for name, (proposal, pull) in found.items()
            if pull or proposal.state is ProposalState.MERGED
        }

    def _shown(self, proposal: Proposal, pull: PullRequest) -> Proposal:
        """Return a proposal as its page shows it; what Git knows to be merged is that, whatever the page says."""
        is_merged = proposal.state is ProposalState.MERGED
        state = proposal.state if is_merged else ProposalState(pull.state.value)
        if state is not ProposalState.OPEN:
            return replace(proposal, state=state, url=pull.url)
        reviews, statuses = self._reviews(pull), self._statuses(proposal.commit)
        return replace(proposal, state=state, url=pull.url, reviews=reviews, statuses=statuses)

    def propose(self, order: ProposalOrder) -> None:
        """Open a proposal, unless one of that name is open; one that has ended makes way.

        Raises:
            Refused: the file can't be edited, or the repository or the forge declines it.
            Raced: somebody else writes the same branch.
            Unavailable: the repository or the forge is out of reach.
        """
        watched, branch = self._branches.watched, self._branches.branch(order.name)
        last = self._hub.latest(watched, branch)
        is_open = last is not None and last.state is PullState.OPEN
        self._branches.propose(order, anew=last is not None and not is_open)
        if not is_open:
            self._open_page(order, branch)
            if last is not None:
                self._keep_open(order, branch)
        self._forget()

    def post(self, note: CauseNote) -> None:
        """Say what needs a person: on the pull request whose merge released what it is about, else as an issue.

        Raises:
            Refused: we may not, or the forge has no issues.
            Unavailable: the forge is out of reach.
        """
        if not isinstance(self._hub, Tracks):
            raise Refused(f"{self._hub.place} has no issues", "tell people by another route")
        branch = self._branches.branch(note.release) if note.release else ""
        pull = self._hub.latest(self._branches.watched, branch) if branch else None
        is_release = pull is not None and pull.state is PullState.MERGED
        post(note, self._hub, self._hub.issues, pull.number if pull and is_release else None)

    def _open_page(self, order: ProposalOrder, branch: str) -> None:
        """Open the pull request of a branch that was just pushed, of which a forge may have to hear first."""
        pictures = section(order.pictures, self._repository, context_of(self._environment), self._files.raw)
        body = f"<!-- setpoint: proposal {order.name} -->\n{order.body.strip()}"[: LONGEST_BODY - len(pictures)]
        body += pictures
        for pause in PAUSES:
            try:
                self._hub.open(self._branches.watched, branch, order.title, body)
            except Absent:
                self._sleep(pause)
            else:
                return
        raise Transient(f"{self._hub.place} doesn't know the branch {branch} yet", "it is tried again")

    def _keep_open(self, order: ProposalOrder, branch: str) -> None:
        """See that a pull request stays open whose branch was there before.

        Forges close what a deleted branch had proposed when they come to it, which may be after it was made anew.
        """
        for pause in PAUSES:
            self._sleep(pause)
            pull = self._hub.latest(self._branches.watched, branch)
            if pull is None or pull.state is PullState.CLOSED:
                self._open_page(order, branch)

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge an open proposal by a merge commit of the forge's; one that is merged stays so.

        Raises:
            Raced: its branch has moved, or people say something else of it than they did.
            Refused: it conflicts, brings something else than was agreed on, there is no such proposal, or the
                repository's rules forbid it.
            Transient: the forge isn't ready for it.
            Unavailable: the repository or the forge is out of reach.
        """
        self._forget()
        proposal = self.list().get(name)
        if proposal is None or proposal.state is ProposalState.CLOSED:
            raise Refused(f"there is no proposal {name} to merge", "it was closed, or never made")
        watched = f"refs/heads/{self._branches.watched}"
        if proposal.state is not ProposalState.MERGED:
            self._branches.demand_own(name, proposal.commit)
            if agreed is not None:
                self._branches.demand(name, agreed, proposal.commit, self._repository.ref(watched) or "")
                demand_same_say(self._repository, self._environment, agreed, self._repository.ref(watched) or "")
                demand_same_reviews(proposal, agreed)
                demand_same_teams(name, agreed, self.members)
            self._merge(proposal)
            self._forget()
            self._repository.refresh()
        return CommitId(self._repository.ref(watched) or "")

    def _merge(self, proposal: Proposal) -> None:
        pull = self._of(proposal)
        assert pull is not None, "it is listed as open"
        done = self._merged_in_time(pull.number, proposal)
        if done is Merge.MOVED:
            raise Raced(f"the branch of proposal {proposal.name} has moved", "somebody pushed to it")
        if done is not Merge.DONE and self._branches.conflicts(proposal.name):
            hint = "close it, and a new one is made from the newest commit; or merge it by hand"
            raise Refused(f"proposal {proposal.name} conflicts with {self._branches.watched}", hint)
        if done is not Merge.DONE:
            raise Transient(f"{self._hub.place} isn't ready to merge proposal {proposal.name}", "it is tried again")

    def _merged_in_time(self, number: int, proposal: Proposal) -> Merge:
        """Ask for a merge a few times, since forges compute whether it can be made after they have said that it is."""
        for pause in PAUSES:
            done = self._hub.merge(number, proposal.commit, f"Proposal: {proposal.name}")
            if done is not Merge.LATER or self._branches.conflicts(proposal.name):
                return done
            self._sleep(pause)
        return Merge.LATER

    def close(self, name: str, why: str = "") -> None:
        """Take a proposal away, whether or not it is there; its page says why.

        Raises:
            Raced: somebody pushes to it at this moment.
            Refused: the repository or the forge declines it.
            Unavailable: the repository or the forge is out of reach.
        """
        branch = self._branches.branch(name)
        pull = next((one for one in self.pulls() if one.branch == branch and not one.is_fork), None)
        if pull is not None:
            if why:
                self._conversation.comment(pull.number, f"Closed: {why}.")
            self._hub.close(pull.number)
            self._forget()
        self._branches.close(name)

    def me(self) -> str:
        """Return our own name on the forge.

        Raises:
            Refused: it takes us for a stranger.
            Unavailable: the forge is out of reach.
        """
        return self._hub.me()

    def rules(self) -> BranchRules | None:
        """Return what the forge asks of a change to the watched branch; None where that can't be read yet.

        Raises:
            Refused: we may not see it.
            Unavailable: the forge is out of reach.
        """
        return self._hub.rules(self._branches.watched) if isinstance(self._hub, Ruled) else None

    def allowance(self) -> Allowance | None:
        """Return how often the forge may be asked, and has been; None where nobody counts that. Asks nobody."""
        return self._hub.allowance() if isinstance(self._hub, Metered) else None

    def members(self, team: str) -> frozenset[str]:
        """Return who belongs to a team; asked for as often as the list of pull requests that are open.

        Raises:
            Refused: there is no such team, or we may not see it.
            Unavailable: the forge is out of reach.
        """
        return self._teams.members(team, (self._heard, self._wanted))

    def pulls(self) -> Sequence[PullRequest]:
        """Return the open pull requests to the watched branch, the oldest first.

        Raises:
            Unavailable: the forge is out of reach.
        """
        refs = self._repository.heard(self._hub.refs)
        with self._lock:
            wanted = self._wanted
            if (wanted, refs) != self._known or self._now() - self._heard >= self._heard_for:
                found = self._hub.pulls(self._branches.watched)
                self._open = tuple(sorted(found, key=lambda pull: pull.number))
                self._heard, self._known = self._now(), (wanted, refs)
            return self._open

    def file(self, revision: str, path: str, line: int = 0) -> str:
        """Return where people read a file as it is at a commit or on a branch, at a line if one is told."""
        return self._files.page(revision, path, line)

    def annotate(self, commit: CommitId, context: str, annotations: Sequence[Annotation]) -> None:
        """Show these beside the lines of a commit, where the forge does that."""
        if isinstance(self._hub, Annotates):
            self._hub.annotate(commit, context, annotations)

    def queued(self) -> Sequence[Queued]:
        """Return what waits in the merge queue of the watched branch, as the repository was last heard of."""
        if not isinstance(self._hub, Queues):
            return ()
        folder = f"{self._hub.queues}/{self._branches.watched}/"
        found = self._repository.heard(folder)
        mine = (ref for ref in sorted(found) if "/" not in ref.removeprefix(folder))  # of `main/two` others wait
        return tuple(Queued(ref, CommitId(found[ref])) for ref in mine)

    def comment(self, number: int, text: str) -> None:
        """Say this on a pull request, in the section of our one comment that is this environment's."""
        self._conversation.comment(number, text)

    def judge(self, commit: CommitId, status: CommitStatus) -> None:
        """Give a commit a status, unless it has that already."""
        self._conversation.judge(commit, status)
        self._judged.pop(commit, None)

    def granter(self, pull: PullRequest, label: str) -> str:
        """Return who set a label on a pull request last; empty where nobody is known to have."""
        return self._grants.granter(pull, label)

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository."""
        return self._grants.may_write(person)

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off."""
        self._grants.label(number, label, on=on)
        self.refresh()

    def _statuses(self, commit: CommitId) -> tuple[CommitStatus, ...]:
        """Return the newest statuses of a proposal's head, asked for as often as the list of those that are open."""
        key = (self._heard, self._wanted)
        known = self._judged.get(commit)
        if known is None or known[0] != key:
            known = key, tuple(self._hub.statuses(commit))
            self._judged = {one: told for one, told in self._judged.items() if told[0] == key}
            self._judged[commit] = known
        return known[1]

    def _reviews(self, pull: PullRequest) -> tuple[Review, ...]:
        """Return what people other than its author say of a pull request; asked for when anything of it has changed.

        A forge that doesn't tell when that was is asked as often as for the list of those that are open.
        """
        key = (pull.commit, pull.updated or str(self._heard), self._wanted)
        known = self._opinions.get(pull.number)
        if known is None or known[0] != key:
            said = self._hub.reviews(pull.number)
            known = key, tuple(review for review in said if review.author != pull.author)
            self._opinions[pull.number] = known
        return known[1]

    def _of(self, proposal: Proposal) -> PullRequest | None:
        """Return the pull request of a proposal's branch as it is; None where there has been none.

        One that isn't open is asked for once, until something moves.
        """
        for pull in self.pulls():
            if pull.branch == proposal.branch and not pull.is_fork:
                return pull
        key = (proposal.branch, proposal.commit)
        if key not in self._ended:
            self._ended[key] = self._hub.latest(self._branches.watched, proposal.branch)
        return self._ended[key]
