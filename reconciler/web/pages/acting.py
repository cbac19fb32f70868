"""What people do on the page: each act is a commit under their own name, made once however often it is asked for.

How it is made is told by whoever starts the page: the code of the commands, which no page has of its own.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from reconciler.model.errors import Refused
from reconciler.model.ids import kind_of
from reconciler.model.page_access import Right
from reconciler.web.login.person import Person

KEPT = 1000
"""Acts that are remembered, so that a second click finds the first one's."""
LONGEST = 500
"""Letters of what a person writes."""


class Verb(StrEnum):
    """What may be done."""

    RECONCILE = "reconcile"
    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE = "propose"
    ROLLBACK = "rollback"
    APPROVE = "approve"

    @property
    def right(self) -> Right:
        """Return what it asks for."""
        return Right.APPROVE if self is Verb.APPROVE else Right.ACT


FIELDS: Mapping[Verb, str] = {
    Verb.SUSPEND: "reason",
    Verb.PROPOSE: "run",
    Verb.ROLLBACK: "run",
    Verb.APPROVE: "digest",
}
"""What is said along with each."""
DEMANDED = frozenset({Verb.SUSPEND, Verb.PROPOSE, Verb.APPROVE})
"""Those with which something has to be said."""
_PINNED = ("deployments", "datasets", "labels")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person does.

    Args:
        verb: what.
        key: in which environment, by its key.
        address: with which resource; empty for an approval.
        said: what they say along with it.
        author: who they are, as Git names an author.
    """

    verb: Verb
    key: str
    address: str
    said: str
    author: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act, in words; for a proposal its branch, and its page where the forge has one."""

    words: str
    branch: str = ""
    url: str = ""


class Actions(Protocol):
    """What makes acts."""

    def __call__(self, act: Act) -> Done:
        """Make it.

        Raises:
            SetpointError: it can't be made; says what to do.
        """


def verbs_for(address: str, *, is_suspended: bool) -> tuple[Verb, ...]:
    """Return what may be done with a resource."""
    hold = Verb.RESUME if is_suspended else Verb.SUSPEND
    more = (Verb.PROPOSE, Verb.ROLLBACK) if kind_of(address) in _PINNED else ()
    return (Verb.RECONCILE, hold, *more)


def act_of(verb: str, key: str, address: str, told: Mapping[str, object], person: Person | None) -> Act:
    """Read what somebody wants to do.

    Raises:
        Refused: it is nothing that there is, something has to be said, or nobody could be named for it.
    """
    chosen = next((one for one in Verb if one == verb and (one is Verb.APPROVE) != bool(address)), None)
    if chosen is None:
        raise Refused(f"nothing is called {verb[:60]} here", f"there are: {', '.join(Verb)}")
    field = FIELDS.get(chosen, "")
    said = told.get(field, "") if field else ""
    if not isinstance(said, str) or len(said) > LONGEST:
        raise Refused(f"{field} is no text of up to {LONGEST} letters", "say it shorter")
    said = " ".join(said.split())
    if chosen in DEMANDED and not said:
        raise Refused(f"to {chosen}, say a {field}", "write it beside the button")
    if person is None or not person.author:
        who = person.told if person else "whoever asks"
        raise Refused(f"no mail address is told of {who}, so Git could name nobody", "have the issuer tell `email`")
    return Act(chosen, key, address, said, person.author)


class Acting:
    """Makes acts, each once: a second click, or a form that is sent again, gets what became of the first.

    Args:
        actions: what makes them; None where nobody may.
    """

    def __init__(self, actions: Actions | None) -> None:
        self._actions = actions
        self._known: OrderedDict[tuple[str, str], asyncio.Task[Done]] = OrderedDict()

    @property
    def is_possible(self) -> bool:
        """Tell whether anything can be done at all."""
        return self._actions is not None

    async def __call__(self, act: Act, user: str, once: str) -> Done:
        """Make an act, or wait for it where it is being made.

        Args:
            act: the act.
            user: who asks, as whoever knows them calls them.
            once: what tells it from another one; empty where nothing does.

        Raises:
            SetpointError: it can't be made. Then it may be tried again.
        """
        if self._actions is None:
            raise Refused("nothing can be changed here", "start the page with `--login`")
        name = (user, f"{act} {once}")
        task = self._known.get(name) if once else None
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._actions, act))
            if once:
                self._keep(name, task)
        return await asyncio.shield(task)

    def _keep(self, name: tuple[str, str], task: "asyncio.Task[Done]") -> None:
        self._known[name] = task
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

        def ended(done: "asyncio.Task[Done]") -> None:
            if (done.cancelled() or done.exception()) and self._known.get(name) is done:
                del self._known[name]

        task.add_done_callback(ended)
