"""What GitHub asks of a change to a branch, as far as it tells that to who doesn't administer the repository.

1. Rulesets are told to everybody who may read: their rules, and whether we may go past each.
2. Of the former protection of branches it is told that there is one and which checks it wants; how many approvals, and
   who is let past it, only to administrators. So these are unknown where no ruleset says as much.
3. What can't be read is unknown: None, and never what would be well.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.forges.client import Absent, Document, Forbidden, ForgeClient, part
from reconciler.forges.documents import at, commit, flag, items, text
from reconciler.model.ids import CommitId
from reconciler.model.reviews import BranchRules
from reconciler.providers.forge.github.reading import LONGEST_NAME

MOST_RULESETS = 50
"""Rulesets that are asked whether we may go past them."""
_PULL, _CHECKS = "pull_request", "required_status_checks"
_CLOSING = (_PULL, "update", "merge_queue")
"""Rules by which nobody pushes to a branch."""


def branch_rules(client: ForgeClient, root: str, base: str) -> tuple[BranchRules, CommitId]:
    """Return the rules of a branch, and whether we may go past them; and its head.

    What else we may do isn't told here.

    Raises:
        Refused: we may not see the branch.
        Unavailable: GitHub doesn't answer, or not with what it should.
    """
    branch: Document = client.get(f"{root}/branches/{part(base)}")
    rules = list(client.pages(f"{root}/rules/branches/{part(base)}"))
    former: Any = at(branch, "protection")
    has_former = flag(former, "enabled") or (flag(branch, "protected") and not rules)
    pulls = [rule for rule in rules if text(rule, "type") == _PULL]
    asked = max((_approvals(rule) for rule in pulls), default=0)
    dismisses = any(flag(rule, "parameters", "dismiss_stale_reviews_on_push") for rule in pulls)
    found = BranchRules(
        is_protected=has_former or any(text(rule, "type") in _CLOSING for rule in rules),
        approvals=asked or (None if has_former else 0),
        contexts=_contexts(rules, former, has_former=has_former),
        dismisses_stale=dismisses or (None if has_former else False),
        we_may_push=_may_push(client, root, rules, has_former=has_former),
    )
    return found, commit(branch, "commit", "sha")


def _approvals(rule: Document) -> int:
    found = at(rule, "parameters", "required_approving_review_count")
    return found if isinstance(found, int) else 0


def _contexts(rules: Sequence[Document], former: Any, *, has_former: bool) -> frozenset[str] | None:
    """Return the checks that are required; None where the former protection may require some and doesn't say."""
    found = frozenset((*_required(rules), *_formerly_required(former)))
    is_told = not has_former or at(former, "required_status_checks") is not None
    return found if found or is_told else None


def _required(rules: Iterable[Document]) -> Iterable[str]:
    for rule in rules:
        if text(rule, "type") == _CHECKS:
            wanted = items(rule, "parameters", "required_status_checks")
            yield from (text(one, "context", most=LONGEST_NAME) for one in wanted)


def _formerly_required(former: Any) -> Iterable[str]:
    found = at(former, "required_status_checks", "contexts")
    return [one[:LONGEST_NAME] for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _may_push(client: ForgeClient, root: str, rules: Sequence[Document], *, has_former: bool) -> bool | None:
    """Tell whether we may push past pull requests: not where one rule against it holds for us, too."""
    closing = {at(rule, "ruleset_id") for rule in rules if text(rule, "type") in _CLOSING}
    asked = sorted(one for one in closing if isinstance(one, int))[:MOST_RULESETS]
    passes = [_passes(client, f"{root}/rulesets/{number}") for number in asked]
    if False in passes:
        return False
    if has_former or None in passes or len(asked) < len(closing):
        return None
    return True


def _passes(client: ForgeClient, path: str) -> bool | None:
    """Tell whether we may go past a ruleset, be it by pull request alone; None where that isn't told to us."""
    try:
        told = text(client.get(path), "current_user_can_bypass")
    except (Absent, Forbidden):
        return None
    return told != "never" if told else None
