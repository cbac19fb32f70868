"""Previews as `setpoint run` drives them: the keeper of a template, and each preview as an environment of its own."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Success, contain
from reconciler.loop.health import Pulse
from reconciler.loop.verification import Verification, Verifier
from reconciler.loop.wake_up import WakeUp
from reconciler.model.commit_policy import CommitPolicy
from reconciler.model.environment import Environment
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.ports.data import DataReader
from reconciler.ports.engines import Engines
from reconciler.ports.reviews import Reviews
from reconciler.previews import leaving
from reconciler.previews.branches import PreviewBranches
from reconciler.previews.keeper import Driving, Keeper
from reconciler.previews.made_here import MadeHere
from reconciler.previews.report import Scored, Standing, page, scores
from reconciler.previews.template import read_template
from reconciler.previews.tending import Tending
from reconciler.settings import Settings
from reconciler.signatures import check, pinned
from reconciler.status.branch import StatusBranch
from reconciler.status.read import RecordedFiles
from reconciler.status.results import document_of
from reconciler.wiring import SystemClock, Wired, engine, engines, signing_key, verification
from runners.contract.files import RESULT

PATIENCE = 20.0
"""Seconds for which a preview is waited for that is to end; what hangs longer is left where it is, and tried again."""

Start = Callable[[Settings, Verifier, WakeUp], Callable[[], None]]
"""From a preview's settings, and what decides on its commits, to what drives it until its `WakeUp` says stop."""


def is_template(wired: Wired) -> bool:
    """Tell whether an environment is a template of previews, or has been one and there are some left.

    Raises:
        BadSpec: its file is broken, or isn't there.
        Unavailable: the repository is out of reach.
    """
    head = wired.source.head()
    if head is None:
        return False
    name = wired.settings.environment
    return bool(read_template(wired.source.tree(head), name).previews or _branches(wired).there())


def tending(wired: Wired, start: Start, wake_up: WakeUp, pulse: Pulse, log: BoundLogger) -> Tending:
    """Return what tends the previews of a template.

    Args:
        wired: the template.
        start: begins to drive a preview.
        wake_up: what is listened to.
        pulse: told how it is.
        log: told of what begins, ends and fails.
    """
    shop = Shop(wired, start)
    keeper = Keeper(wired.settings.environment, wired.source, _branches(wired), shop, log)
    return Tending(
        keeper, wired.lease, wake_up, pulse=pulse, renewal=wired.renewal, now=SystemClock().now, log=log
    )  # fmt: skip


def _branches(wired: Wired) -> PreviewBranches:
    return PreviewBranches(wired.source, wired.settings.environment, signing_key(wired.settings))


@dataclass(frozen=True, slots=True)
class Running:
    """A preview on a thread of its own."""

    thread: threading.Thread
    wake_up: WakeUp

    def hint(self) -> None:
        """Have it look whether its branch has moved."""
        self.wake_up.hint()

    def ask(self) -> None:
        """Ask it to stop, and wait for nothing."""
        self.wake_up.stop()

    def stop(self) -> bool:
        """Stop it, and wait until it has; False where it still hangs on something."""
        self.wake_up.stop()
        self.thread.join(PATIENCE)
        return not self.thread.is_alive()


class Shop:
    """What a keeper works with, of one template.

    Args:
        wired: the template.
        start: begins to drive a preview.
    """

    def __init__(self, wired: Wired, start: Start) -> None:
        self._wired = wired
        self._start = start
        self._verification = verification(wired.settings, wired.source)
        self._built: tuple[Environment, Any, DataReader] | None = None
        self._signed: set[tuple[CommitId, CommitId]] = set()
        self._read: dict[str, tuple[StatusBranch, RecordedFiles]] = {}

    def verified(self, former: CommitId | None) -> CommitId:
        """Return the newest commit of the watched branch that may be obeyed.

        Raises:
            Refused: nobody who may has signed it.
            Unavailable: there is none, or the repository is out of reach.
        """
        head = self._wired.source.head()
        if head is None:
            raise Unavailable("the watched branch has no commit", "push one, or watch another branch")
        self._verification.demand(head, former)
        return head

    def demand_signed(self, head: CommitId, base: CommitId) -> None:
        """Hold a pull request's head against what a commit of the watched branch demands of commits.

        It is no merge of that branch, so where merges are demanded, it has to be signed by one of the same signers.

        Raises:
            Refused: it isn't signed as it has to be.
            Unavailable: the repository can't be read.
        """
        if (head, base) in self._signed:
            return
        settings, source = self._wired.settings, self._wired.source
        policy = self._verification.policy(base)
        if policy.demand == "merged":
            policy = CommitPolicy("signed", policy.signers)
        held = Verification(source, lambda _: policy, check, now=SystemClock().now, pinned=pinned(settings.verify_with))
        held.demand(head, None)
        self._signed = {(head, base)}

    def reviews(self, template: Environment) -> Reviews | None:
        """Return the forge that the template names; None where it has no pull requests.

        Raises:
            Refused: it can't be made from the template.
        """
        if self._built is None or self._built[0] != template:
            forge, data = (
                engine(port, template, self._wired.settings, self._wired.source) for port in ("forge", "data")
            )
            self._built = template, forge, data
        forge = self._built[1]
        return forge if isinstance(forge, Reviews) else None

    def drive(self, name: str, made: MadeHere) -> Driving:
        """Start driving a preview."""
        wake_up = WakeUp()
        run = self._start(self._settings(name), made, wake_up)
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return Running(thread, wake_up)

    def _settings(self, name: str) -> Settings:
        """Return a preview's settings: its commits are held against what was made here, and its lease is Git's."""
        return replace(self._wired.settings, environment=name, branch=f"preview/{name}", verify_with=(), lease="git")

    def remains(self, name: str, end: CommitId) -> str:
        """Say what is still there that a pass of a preview's last commit has to delete; empty where nothing is."""
        return leaving.remains(self._preview(name, end), self._status(name)[0], end)

    def leave(self, name: str, end: CommitId) -> None:
        """Take away all that was kept for a preview, but for its branch."""
        leaving.leave(name, self._preview(name, end), self._wired.source.repository)
        self._read.pop(name, None)

    def _preview(self, name: str, end: CommitId) -> Engines:
        source = self._wired.source
        return engines(read_template(source.tree(end), name), self._settings(name), source)

    def page(self, name: str, pair: tuple[CommitId, CommitId], against: str, problem: str) -> tuple[str, Standing]:
        """Return what is said of a preview, and where it stands.

        Raises:
            Unavailable: the repository is out of reach.
        """
        live = self._statuses(against) if against else {}
        standing = Standing(name, pair, self._statuses(name), (against, live), problem)
        return page(standing, self._scored), standing

    def _statuses(self, environment: str) -> Mapping[Address, Mapping[str, object]]:
        branch, files = self._status(environment)
        return files.read(branch.read()).statuses

    def _status(self, environment: str) -> tuple[StatusBranch, RecordedFiles]:
        if environment not in self._read:
            self._read[environment] = StatusBranch(self._wired.source.repository, environment), RecordedFiles()
        return self._read[environment]

    def _scored(self, trial: RunName) -> Scored | None:
        """Read what a trial was measured to be; None where it can't be read now, or was never told."""
        if self._built is None:
            return None
        reader = self._built[2]
        result = contain(lambda: scores(trial, document_of(trial, RESULT, reader.read(trial, RESULT))))
        return result.value if isinstance(result, Success) else None
