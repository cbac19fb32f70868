"""Who may see and do what: each address of the page asks for one right in its environment, whatever answers there.

Rights are those that both the newest commit and the one that was applied last give: what is taken away is gone at once,
and what is given holds when the daemon has taken the commit, by whatever it asks of commits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.model.page_access import PageAccess, Right
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from reconciler.web.login.visitor import SAFE, Say, Visitor, visitor_of
from reconciler.web.pages.following import Environment, Following
from reconciler.web.pages.snapshot import Snapshot, once

HERE = frozenset({Right.READ, Right.LOGS, Right.DATA})
"""The rights of whoever may use this machine, where nobody is asked who they are."""
REPORTS = "reports/"
"""Files of the status branch that tell of rows."""
_KEYED = re.compile(r"/(?:api/v1/environments/)?([^/]+)(?:/(?:resources/)?(.*))?", re.DOTALL)
_ASKS: Sequence[tuple[re.Pattern[str], Right]] = (
    (re.compile(r"(files|pages)/(reports|(status/)?(datasets|labels))/"), Right.DATA),
    (re.compile(r"logs/|[^/]+/[^/]+/(?:.*/)?logs?(?:/|$)", re.DOTALL), Right.LOGS),
    # Runs, data, disputes, reports over time: whatever stands below a resource, but what compares figures and names.
    (re.compile(r"(?!files/|pages/|commits/)[^/]+/[^/]+/(?!compare$|lineage$)[^/]", re.DOTALL), Right.DATA),
)
"""What asks for more than reading, by its path below the environment; the first that fits holds."""
DATA_FACTS: Mapping[str, frozenset[str]] = {
    "datasets": frozenset({"result", "violations", "findings", "profile", "columns", "samples"}),
    "labels": frozenset({"result", "findings", "disputes", "examples"}),
}
"""The facts that tell of rows, by kind."""


def key_of(path: str, following: Following) -> tuple[str, str]:
    """Return the environment that a path is of, and the rest of it; an empty one where it is of none."""
    found = _KEYED.fullmatch(path)
    key, rest = (found[1], found[2] or "") if found else ("", "")
    return (key, rest) if key in following.environments else ("", "")


def right_for(method: str, rest: str) -> Right:
    """Return what a request asks for, by its method and its path below the environment."""
    if method not in SAFE:
        return Right.APPROVE if rest.startswith("approvals") else Right.ACT
    return next((right for pattern, right in _ASKS if pattern.match(rest)), Right.READ)


def rights_of(visitor: Visitor, access: Sequence[PageAccess]) -> frozenset[Right]:
    """Return what somebody may do where some commits say who may do what."""
    person = visitor.person
    if person is None:
        return HERE
    mail = person.mail if person.owns_mail else ""
    given = [one.rights(person.groups, mail) for one in access]
    return reduce(frozenset.intersection, given) if given else frozenset()


def demand(visitor: Visitor, one: Snapshot, right: Right) -> None:
    """See that somebody may do something in an environment.

    Raises:
        HTTPException: they may not; it says who may, with status 403.
    """
    if right in rights_of(visitor, one.access):
        return
    if visitor.person is None:
        raise HTTPException(403, f"who you are isn't asked here, so nothing can be changed: see `--login` ({_DOCS})")
    who = sorted({name for access in one.access for name in access.who(right)})
    said = f"`access.{right}` in environments/{one.environment}/environment.yaml "
    said += f"says {', '.join(who)}" if who else "names nobody"
    groups = ", ".join(sorted(visitor.person.groups)[:20]) or "none"
    what = f"{visitor.person.told} may not {_WORDS[right]} in {one.environment}: {said}; your groups are: {groups}"
    raise HTTPException(403, what)


_DOCS = "docs/web.md, Who may read it"
_WORDS = {
    Right.READ: "read",
    Right.LOGS: "read logs",
    Right.DATA: "see data",
    Right.ACT: "act",
    Right.APPROVE: "approve",
}


def demanded(request: Request, following: Following) -> None:
    """See that who asks may have what is at the address that they ask for.

    Raises:
        HTTPException: they may not, with status 403.
    """
    key, rest = key_of(request.scope["path"], following)
    if key:
        demand(visitor_of(request), following.environments[key].snapshot, right_for(request.method, rest))


def seen(following: Following, request: Request) -> Mapping[str, Snapshot]:
    """Return the environments that somebody may read, as far as they may see them."""
    visitor = visitor_of(request)
    found = ((key, one, rights_of(visitor, one.access)) for key, one in following.snapshots.items())
    return {key: _seen(one, rights) for key, one, rights in found if Right.READ in rights}


@dataclass(frozen=True, slots=True)
class Seen:
    """One environment as far as somebody may see it, who may read it; where its repository is."""

    snapshot: Snapshot
    source: Source
    status: StatusBranch


def seen_one(chosen: Environment, request: Request) -> Seen:
    """Return an environment as far as somebody may see it who may read it."""
    rights = rights_of(visitor_of(request), chosen.snapshot.access)
    return Seen(_seen(chosen.snapshot, rights), chosen.source, chosen.status)


class Entitled:
    """An application that is asked for nothing that who asks may not have.

    Args:
        app: the application.
        following: the environments.
        say: writes what is said to who may not.
    """

    def __init__(self, app: ASGIApp, following: Following, say: Say) -> None:
        self._app, self._following, self._say = app, following, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = self._app
        if scope["type"] == "http":
            request = Request(scope)
            try:
                demanded(request, self._following)
            except HTTPException as error:
                answer = self._say(request, error.status_code, error.detail)
        await answer(scope, receive, send)


def _seen(one: Snapshot, rights: frozenset[Right]) -> Snapshot:
    return one if Right.DATA in rights else without_data(one)


@once
def without_data(one: Snapshot) -> Snapshot:
    """Return an environment without what tells of rows."""
    statuses = {
        address: _bare(document, DATA_FACTS.get(address.partition("/")[0], frozenset()))
        for address, document in one.recorded.statuses.items()
    }
    files = {path: blob for path, blob in one.tree.files.items() if not path.startswith(REPORTS)}
    tree = replace(one.tree, files=files)
    return replace(one, recorded=replace(one.recorded, statuses=statuses), tree=tree, is_whole=False)


def _bare(document: Mapping[str, Any], hidden: frozenset[str]) -> Mapping[str, Any]:
    facts = document.get("facts")
    if not (hidden and isinstance(facts, Mapping) and hidden & facts.keys()):
        return document
    return {**document, "facts": {key: value for key, value in facts.items() if key not in hidden}}
