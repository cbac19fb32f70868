"""Approvals on plain Git: which of the commits on top of a proposal count, and why the others don't.

1. It is signed by an allowed signer, whose key is valid now by this machine's clock; the signers are those of the
   commit that is in force.
2. It says `Approved-by: Name <mail>`, and the mail is the signer's name in the file of signers: nobody approves for
   another.
3. It stands on the branch on top of what was proposed, and no commit in between changes a file. The signature is over
   its parent, too, so that one that is carried to another proposal is signed no more.
4. Who proposed never counts: neither whose key signed the proposal, nor whom it names as author or committer.
5. Each signer counts once, however many keys and commits they have.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.containment import Failure, contain
from reconciler.forges.approving import TRAILER
from reconciler.git.commits import parse_commit, trailers
from reconciler.git.signed import named_in
from reconciler.model.commit_policy import SignedCommit, Signers
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import Opinion, Review
from reconciler.model.text import printable
from reconciler.signatures import check

Check = Callable[[bytes, bytes, Signers, datetime], str]
KEPT = timedelta(minutes=1)
"""For how long a verdict holds: a key may expire, and checking takes processes."""
_MOST_SAID = 200


class Approving:
    """Tells who approved proposals on plain Git, by the rules above.

    Args:
        now: the time.
        check: says who signed some bytes, and raises `Refused` where nobody did who may.
    """

    def __init__(self, now: Callable[[], datetime], check: Check = check) -> None:
        self._now = now
        self._check = check
        self._known: dict[tuple[CommitId, Signers], tuple[datetime, str, str]] = {}
        """By commit and signers, until when it is known who signed it, who did, or why nobody did who may."""

    def heard(self, proposals: Mapping[str, Proposal], signers: Signers) -> Mapping[str, Proposal]:
        """Return proposals with what people say of them; those of other forges as they are."""
        if not any(one.approving for one in proposals.values()):
            return proposals
        now = self._now()
        self._known = {key: known for key, known in self._known.items() if known[0] > now and key[1] == signers}
        return {name: self._of(one, signers) if _waits(one) else one for name, one in proposals.items()}

    def _of(self, proposal: Proposal, signers: Signers) -> Proposal:
        assert proposal.proposed is not None, "it waits"
        authors = {name.casefold() for name in named_in(proposal.proposed)}
        if proposal.proposed.signature:
            authors.add(_mail(self._signer(proposal.proposed, signers)[0]).casefold())
        reviews: dict[str, Review] = {}
        remarks: list[str] = []
        for commit in proposal.approving:
            signer, flaw = self._approved_by(commit, signers)
            if not flaw and signer.casefold() in authors:
                flaw = f"is by {signer}, who made the proposal"
            if flaw:
                remarks.append(printable(f"commit {commit.id[:12]} {flaw}, and approves of nothing", _MOST_SAID))
            else:
                reviews.setdefault(signer.casefold(), Review(signer, proposal.commit, Opinion.APPROVED))
        return replace(proposal, reviews=tuple(reviews.values()), remarks=tuple(remarks))

    def _approved_by(self, commit: SignedCommit, signers: Signers) -> tuple[str, str]:
        """Return who approves by a commit, and why it doesn't count, if it doesn't."""
        said = trailers(parse_commit(commit.payload).message).get(TRAILER, "")
        if not said:
            return "", f"has no trailer `{TRAILER}: Name <mail>`"
        signed, flaw = self._signer(commit, signers)
        signer = _mail(signed)
        if not flaw and _mail(said).casefold() != signer.casefold():
            flaw = f"says `{TRAILER}: {said}`, and is signed by {signer}"
        return signer, flaw

    def _signer(self, commit: SignedCommit, signers: Signers) -> tuple[str, str]:
        key = (commit.id, signers)
        if key not in self._known:
            told = contain(lambda: self._checked(commit, signers))
            signer, flaw = ("", told.message) if isinstance(told, Failure) else (told.value, "")
            self._known[key] = (self._now() + KEPT, signer, flaw)
        return self._known[key][1:]

    def _checked(self, commit: SignedCommit, signers: Signers) -> str:
        if commit.flaw:
            raise Refused(commit.flaw)
        if not commit.signature:
            raise Refused("isn't signed")
        return self._check(commit.payload, commit.signature, signers, self._now())


def as_listed(proposals: Mapping[str, Proposal]) -> Mapping[str, Proposal]:
    """Return proposals as their forge lists them: without what was found out of their approvals."""
    return {name: replace(one, reviews=(), remarks=()) if one.approving else one for name, one in proposals.items()}


def _waits(proposal: Proposal) -> bool:
    is_open = proposal.state is ProposalState.OPEN and not proposal.by_hand
    return is_open and bool(proposal.approving) and proposal.proposed is not None


def _mail(name: str) -> str:
    """Return the mail address of `Name <mail>`; the name itself, where it has none."""
    inner = name.strip()
    return inner[inner.rindex("<") + 1 : -1].strip() if inner.endswith(">") and "<" in inner else inner
