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
    asks = "ask for one at least, and dismiss stale ones"
    yield Finding("approvals", f"{rules.approvals} asked for", rules.approvals > 0, fix=asks)
    asked = ", ".join(sorted(rules.contexts)) or "none"
    has_ours = any(_matches(pattern, context) for pattern in rules.contexts)
    yield Finding("required statuses", asked, has_ours, fix=f"require {context}: a plan that fails holds a merge then")
    yield from _rights(rules)


def _rights(rules: "BranchRules") -> Iterator[Finding]:
    if rules.we_may_push is not None:
        told = "may push past pull requests: too wide" if rules.we_may_push else "merges by pull request"
        fix = "take the daemon's user off those who may push"
        yield Finding("our right to push", told, not rules.we_may_push, fix=fix)
    if rules.we_administer is not None:
        told = "administers the repository: too wide" if rules.we_administer else "can't change the rules"
        fix = "give the daemon's user the right to write, and no more"
        yield Finding("our right to administer", told, not rules.we_administer, fix=fix)


def _matches(pattern: str, context: str) -> bool:
    """Tell whether a required status is ours; Gitea takes patterns, `setpoint/*`."""
    from fnmatch import fnmatchcase

    return fnmatchcase(context, pattern)
