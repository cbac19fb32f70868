"""What the forge asks of a change to the watched branch, what it should ask, and which right of ours is too wide."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.cli.finding import Finding
from reconciler.model.errors import SetpointError
from reconciler.model.reviews import context_of

if TYPE_CHECKING:
    from reconciler.model.reviews import BranchRules
    from reconciler.ports.reviews import Reviews
    from reconciler.settings import Settings


def forge_findings(settings: "Settings") -> Iterator[Finding]:
    """Ask the forge of an environment."""
    from reconciler.wiring import wire

    try:
        converging = wire(settings).converging
        head = converging.head()
        reviews = converging.reviews if head else None
    except SetpointError as error:
        yield Finding("forge", error.message, False, fix=error.hint)
        return
    if reviews is None:
        told = "plain branches: Git alone says who may push, and reviews happen elsewhere"
        yield Finding("forge", told, True, needed=False)
        return
    yield from _asked(reviews, settings)


def _asked(reviews: "Reviews", settings: "Settings") -> Iterator[Finding]:
    try:
        me, rules = reviews.me(), reviews.rules()
    except SetpointError as error:
        yield Finding("forge", error.message, False, fix=error.hint)
        return
    yield Finding("forge", f"knows us as {me}", True)
    if rules is None:
        yield Finding("branch rules", "not read for this forge", False, needed=False)
        return
    yield from rule_findings(rules, settings.branch or "main", context_of(settings.environment))


def rule_findings(rules: "BranchRules", branch: str, context: str) -> Iterator[Finding]:
    """Hold the rules of a branch against what the pages on pull requests rely on.

    Args:
        rules: what the forge tells.
        branch: the watched branch.
        context: the commit status of the environment.
    """
    yield Finding(
        f"protection of {branch}",
        "protected" if rules.is_protected else "anybody who may write pushes to it",
        rules.is_protected,
        fix=f"protect {branch}: merges by pull request only",
    )
    yield from _approvals(rules)
    asked = None if rules.contexts is None else ", ".join(sorted(rules.contexts)) or "none"
    has_ours = any(_matches(pattern, context) for pattern in rules.contexts or ())
    yield _found(
        "required statuses", asked, is_well=has_ours, fix=f"require {context}: a plan that fails holds a merge then"
    )
    yield from _rights(rules)


def _approvals(rules: "BranchRules") -> Iterator[Finding]:
    asked = None if rules.approvals is None else f"{rules.approvals} asked for"
    yield _found("approvals", asked, is_well=bool(rules.approvals), fix="ask for one at least, and dismiss stale ones")
    words = {True: "taken back by a push", False: "stay after a push", None: None}
    is_well = rules.dismisses_stale is True
    fix = "have them dismissed: people merge what nobody has looked at"
    yield _found("stale approvals", words[rules.dismisses_stale], is_well=is_well, fix=fix)


def _rights(rules: "BranchRules") -> Iterator[Finding]:
    words = {True: "may go past the rules: too wide", False: "merges by pull request", None: None}
    fix = "take the daemon's user off those who may push, or go past the rules"
    yield _found("our right to push", words[rules.we_may_push], is_well=not rules.we_may_push, fix=fix)
    words = {True: "administers the repository: too wide", False: "can't change the rules", None: None}
    fix = "give the daemon's user the right to write, and no more"
    yield _found("our right to administer", words[rules.we_administer], is_well=not rules.we_administer, fix=fix)
    if rules.unneeded:
        told = f"{', '.join(sorted(rules.unneeded))}: too wide"
        yield Finding("our other rights", told, False, fix="take from the App what the page on its forge doesn't name")
    if rules.sees_checks is not None:
        told = "commit statuses and check runs" if rules.sees_checks else "commit statuses alone"
        fix = "be an App with the right checks: read, where promotions wait for jobs of GitHub Actions"
        yield Finding("checks of others that we see", told, rules.sees_checks, needed=False, fix=fix)


def _found(what: str, told: str | None, *, is_well: bool, fix: str) -> Finding:
    """Return a finding; what isn't told to us is said to be unknown, and held against nobody."""
    if told is None:
        return Finding(what, "unknown: the forge doesn't tell us", False, needed=False, fix=f"look there: {fix}")
    return Finding(what, told, is_well, fix=fix)


def _matches(pattern: str, context: str) -> bool:
    """Tell whether a required status is ours; Gitea takes patterns, `setpoint/*`."""
    from fnmatch import fnmatchcase

    return fnmatchcase(context, pattern)
