"""What a merge would do, for those who have no daemon at hand: the pages of pull requests, by the same code."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.status_reader import now
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.ids import CommitId
    from reconciler.reviews.rehearsal import Rehearsal
    from reconciler.reviews.rehearsals import Seen
    from reconciler.watched.branch import Source

PULLS = ("refs/pull/{}/head", "refs/merge-requests/{}/head")
"""Where forges keep the heads of pull requests: GitHub, Gitea and Forgejo; GitLab."""
OFFLINE = "no engine was asked, so this tells what the specs come to and not what is done at once"
"""What is noted on the page of a merge that was rehearsed without engines."""
_RANGE = re.compile(r"(?P<base>[^.]\S*?)?\.\.\.?(?P<head>\S+)?")


def rehearse(settings: Settings, revisions: str, number: int | None, *, offline: bool = False) -> "Rehearsal":
    """Rehearse a merge.

    Args:
        settings: the repository and the environment.
        revisions: `BASE..HEAD`; either may be left out: the watched branch's newest commit, and `HEAD`.
        number: of a pull request, instead.
        offline: ask no engine, as where none of their secrets is known.

    Raises:
        Refused: there are no such commits, or no such pull request.
        Unavailable: the repository or an engine is out of reach.
    """
    from reconciler.controllers import CONTROLLERS
    from reconciler.git.scratch import scratch
    from reconciler.reviews.rehearsals import Rehearsals
    from reconciler.watched.branch import Source
    from reconciler.wiring import open_source

    watched = open_source(settings)
    (base, at), (head, there) = _ends(settings, watched, revisions, number)
    seen = _unasked(settings, at, base) if offline else _seen(settings, at, base)
    with scratch(*{at.repository.objects.git_dir, there.repository.objects.git_dir}) as repository:
        rehearsals = Rehearsals(Source(repository, settings.branch), settings.environment, CONTROLLERS)
        found = rehearsals.of_commit(head, seen)
    return replace(found, notes=(*found.notes, OFFLINE)) if offline else found


def _seen(settings: Settings, at: "Source", base: "CommitId") -> "Seen":
    """Return what is in force, with the world as the engines tell it."""
    from reconciler.reviews.rehearsals import Seen
    from reconciler.wiring import wire

    done = wire(settings, trees=at.tree).converging.preview(base)
    return Seen(done.desired, done.actual, done.plan)


def _unasked(settings: Settings, at: "Source", base: "CommitId") -> "Seen":
    """Return what is in force, with a world of which nothing is known."""
    from reconciler.compose import Cache, compose
    from reconciler.controllers import CONTROLLERS
    from reconciler.model.observed import Actual
    from reconciler.plan import decide
    from reconciler.plugins import PORTS
    from reconciler.reviews.rehearsals import Seen

    desired = compose(at.tree(base), settings.environment, Cache())
    actual = Actual(now=now(), unread=dict.fromkeys(PORTS, "not asked"))
    return Seen(desired, actual, decide(desired, actual, CONTROLLERS))


def _ends(
    settings: Settings, watched: "Source", revisions: str, number: int | None
) -> "tuple[tuple[CommitId, Source], tuple[CommitId, Source]]":
    from reconciler.cli.revisions import found

    told = _RANGE.fullmatch(revisions or "..")
    if told is None:
        raise Refused(f"{revisions} names no two commits", "write BASE..HEAD, such as main..HEAD")
    base = found(settings, watched, told["base"]) if told["base"] else (_newest(settings, watched), watched)
    if number is None:
        return base, found(settings, watched, told["head"] or "HEAD")
    return base, (_head_of(watched, number), watched)


def _newest(settings: Settings, watched: "Source") -> "CommitId":
    newest = watched.head()
    if newest is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    return newest


def _head_of(watched: "Source", number: int) -> "CommitId":
    """Return the head of a pull request, open or not."""
    from reconciler.model.ids import CommitId

    refs = [pattern.format(number) for pattern in PULLS]
    known = watched.repository.refs(*refs)
    if not known:
        hint = "only forges keep pull requests: GitHub, GitLab, Gitea, Forgejo"
        raise Refused(f"{watched.repository.place} has no pull request {number}", hint)
    return CommitId(next(iter(known.values())))
