"""Whether a commit may be applied: signed as the commits before it demand.

The rules:

1. What a commit demands of others stands in it: `verification` of its environment, and the signers beside that.
2. Each commit on the branch's own line (the first parents), from the one that was applied last to the newest, has to
   meet what the commit before it demands. What a merge brought is vouched for by the merge.
3. A commit that demands something else than the one before it has to meet its own demand, too. So nobody makes
   himself a signer, and nobody locks the others out.
4. A commit whose demand can't be read leaves the former one in force.
5. Where nothing was applied before, the newest commit has to meet its own demand alone.
6. A line that has left the last applied commit (a rewritten history that was approved, a merge the wrong way round)
   is held against the demand of that commit, all along; of a rewritten history only the newest commit.
7. A key has to be valid now, by this machine's clock: a signer dates his commits himself.
8. Signers that the operator pinned have to have signed all of it as well, the last applied commit included.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from reconciler.model.commit_policy import SIGNERS, CommitPolicy, Demand, SignedCommit, Signers
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.signatures.allowed_signers import keys_in

LONGEST = 1000
"""Commits on a line that are looked at."""
_REMEMBERED = 16
_ANY = CommitPolicy()
_HINT = "sign anew and push again, or vouch for what is new by a signed merge: see Operating, Signed commits"
_KEY_HINT = "give one by --signing-key that the allowed signers list, or merge by hand"
_WORDS: dict[Demand, str] = {"any": "any commit", "signed": "signed commits", "merged": "signed merges"}


class History(Protocol):
    """The watched repository, as far as commits are verified."""

    def descends(self, new: CommitId, old: CommitId, /) -> bool:
        """Tell whether a commit has another one, or is it, in its history."""

    def line(self, head: CommitId, last: CommitId, most: int, /) -> Sequence[CommitId]:
        """Return the commits by which the branch itself came from one to another, the oldest first."""

    def signed(self, commit: CommitId, /) -> SignedCommit:
        """Return a commit as its signer saw it."""


class Verifier(Protocol):
    """Decides whether a commit may be applied."""

    def demand(self, commit: CommitId, former: CommitId | None) -> None:
        """Hold a commit against what is demanded of it.

        Raises:
            Refused: it may not be applied.
            Unavailable: the repository can't be read.
        """

    def merge_flaw(self, commit: CommitId, /) -> str:
        """Return why a merge by this program onto a commit would not be applied; empty where it would be."""


class TakesAny:
    """Takes every commit, for a repository that has no signatures."""

    def demand(self, commit: CommitId, former: CommitId | None) -> None:
        """Do nothing."""

    def merge_flaw(self, _commit: CommitId, /) -> str:
        """Find none."""
        return ""


class Verification:
    """Verifies commits by the rules above; a verdict is remembered, so that nothing is asked again while nothing moves.

    Args:
        history: the watched repository.
        policy_of: reads what a commit demands, and raises `Refused` where that isn't clear.
        check: says who signed some bytes, and raises `Refused` where nobody did who may.
        now: the time.
        pinned: signers whom the operator named, who have to have signed whatever the repository says.
        own_key: returns the public key by which this program signs what it merges, if it has one.
    """

    def __init__(
        self,
        history: History,
        policy_of: Callable[[CommitId], CommitPolicy],
        check: Callable[[bytes, bytes, Signers, datetime], str],
        *,
        now: Callable[[], datetime],
        pinned: Signers | None = None,
        own_key: Callable[[], bytes] | None = None,
    ) -> None:
        self._history = history
        self._policy_of = policy_of
        self._check = check
        self._now = now
        self._pinned = CommitPolicy("signed", pinned) if pinned else None
        self._own_key = own_key
        self._merge_flaw: tuple[CommitId, str] | None = None
        self._known: dict[tuple[CommitId, CommitId | None], Refused | None] = {}

    def demand(self, commit: CommitId, former: CommitId | None) -> None:
        """Hold a commit against what is demanded of it.

        Args:
            commit: the commit.
            former: the commit that was applied last, if any was; the commit itself, if that is the one.

        Raises:
            Refused: it may not be applied.
            Unavailable: the repository can't be read.
        """
        key = (commit, former)
        if key not in self._known:
            refused = self._refusal(commit, former)
            if isinstance(refused, _NotNow):
                raise refused
            self._known[key] = refused
            for oldest in list(self._known)[:-_REMEMBERED]:
                del self._known[oldest]
        if (known := self._known[key]) is not None:
            raise Refused(known.message, known.hint)

    def policy(self, commit: CommitId) -> CommitPolicy:
        """Return what a commit demands of others.

        Raises:
            Refused: that isn't clear.
        """
        return self._policy_of(commit)

    def merge_flaw(self, commit: CommitId, /) -> str:
        """Return why a merge by this program onto a commit would not be applied; empty where it would be.

        Raises:
            Unavailable: the repository can't be read.
        """
        if self._merge_flaw is None or self._merge_flaw[0] != commit:
            policies = [policy for policy in (self._own(commit), self._pinned) if policy and policy.demand != "any"]
            self._merge_flaw = (commit, self._unsignable(policies) if policies else "")
        return self._merge_flaw[1]

    def _unsignable(self, policies: Sequence[CommitPolicy]) -> str:
        if self._own_key is None:
            return f"{_WORDS[policies[0].demand]} are demanded, and no key is here to sign a merge: {_KEY_HINT}"
        try:
            key = self._own_key()
        except (Refused, Unavailable) as error:
            return str(error)
        if all(key in keys_in(policy.signers.ssh) for policy in policies):
            return ""
        return f"the signing key isn't among those that may sign: a signer adds its public half to `{SIGNERS}`"

    def _refusal(self, commit: CommitId, former: CommitId | None) -> Refused | None:
        try:
            self._verify(commit, former)
        except Refused as error:
            return error
        return None

    def _verify(self, commit: CommitId, former: CommitId | None) -> None:
        if commit == former:
            if self._pinned:
                one = self._history.signed(commit)
                self._hold(one, commit, self._pinned, one.when)
            return
        is_on_line, line = self._line(commit, former)
        for one in line if self._pinned else ():
            self._hold(one, commit, self._pinned or _ANY)
        policy = self._base(former) if former else _ANY
        for one in line:
            self._hold(one, commit, policy)
            own = self._own(one.id)
            if own != policy and own is not None and (is_on_line or one.id == commit):
                self._hold(one, commit, own)
                policy = own

    def _line(self, commit: CommitId, former: CommitId | None) -> tuple[bool, Sequence[SignedCommit]]:
        """Return the commits to be verified, the oldest first, and whether the first of them follows the former one."""
        if former is None or not self._history.descends(commit, former):
            return False, [self._history.signed(commit)]
        names = self._history.line(commit, former, LONGEST + 1)
        if len(names) > LONGEST:
            raise Refused(f"there are more than {LONGEST} commits since {former[:12]}", _HINT)
        line = [self._history.signed(name) for name in names]
        return line[0].parents[:1] == (former,), line

    def _base(self, former: CommitId) -> CommitPolicy:
        try:
            return self._policy_of(former)
        except Refused as error:
            what = f"who may sign can't be read in commit {former[:12]}, which was applied last: {error.message}"
            raise Refused(what, "see Operating, Signed commits: begin anew") from error

    def _own(self, commit: CommitId) -> CommitPolicy | None:
        try:
            return self._policy_of(commit)
        except Refused:
            return None

    def _hold(self, one: SignedCommit, head: CommitId, policy: CommitPolicy, at: datetime | None = None) -> None:
        """Hold one commit against a demand.

        Raises:
            Refused: it doesn't meet that.
        """
        if policy.demand == "any":
            return
        what = "it" if one.id == head else f"commit {one.id[:12]} on the way to it"
        try:
            self._met(one, policy, at or self._now())
        except Refused as error:
            hint = f"{error.hint}; {_HINT}" if error.hint else _HINT
            raise Refused(f"{what} {error.message}, and {_WORDS[policy.demand]} are demanded", hint) from error
        except Unavailable as error:
            raise _NotNow(f"{what} can't be verified: {error.message}", error.hint) from error

    def _met(self, one: SignedCommit, policy: CommitPolicy, at: datetime) -> None:
        if one.flaw:
            raise Refused(one.flaw)
        if not one.signature:
            raise Refused("isn't signed")
        if policy.demand == "merged" and len(one.parents) < 2:
            raise Refused("is no merge")
        self._check(one.payload, one.signature, policy.signers, at)


class _NotNow(Refused):
    """It couldn't be verified this time; that is no verdict, and is asked again."""
