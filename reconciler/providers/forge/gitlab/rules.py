"""What GitLab asks of a change to a branch, as far as its edition and our role let us see it.

1. Whether a branch is protected, and whether we may push to it, is told to every member.
2. How many approvals a merge needs is told by the rules of approvals, which only paid editions have. Where they aren't
   shown, that is unknown.
3. GitLab requires no status by its name: where pipelines have to succeed, all statuses of a commit have to, ours too.
4. What can't be read is unknown: None, and never what would be well.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from reconciler.forges.client import Absent, Document, Forbidden, ForgeClient, part
from reconciler.forges.documents import at, flag, items, text
from reconciler.model.reviews import BranchRules
from reconciler.providers.forge.gitlab.reading import LONGEST_NAME

MAINTAINER = 40
"""The lowest role that may change the rules."""


def branch_rules(client: ForgeClient, root: str, base: str) -> BranchRules:
    """Return the rules of a branch, and what we may do past them.

    Raises:
        Refused: we may not see the branch.
        Unavailable: GitLab doesn't answer, or not with what it should.
    """
    project: Document = client.get(root)
    branch: Document = client.get(f"{root}/repository/branches/{part(base)}")
    pipelines = at(project, "only_allow_merge_if_pipeline_succeeds")
    push = at(branch, "can_push")
    return BranchRules(
        is_protected=flag(branch, "protected"),
        approvals=_approvals(client, root, base),
        contexts=frozenset("*" if pipelines else ()) if isinstance(pipelines, bool) else None,
        dismisses_stale=_dismisses(client, root),
        we_may_push=push if isinstance(push, bool) else None,
        we_administer=_administers(project),
    )


def _approvals(client: ForgeClient, root: str, base: str) -> int | None:
    try:
        rules = list(client.pages(f"{root}/approval_rules"))
    except (Absent, Forbidden):
        return None
    return max((_asked(rule) for rule in rules if _is_for(rule, base)), default=0)


def _asked(rule: Document) -> int:
    found = at(rule, "approvals_required")
    return found if isinstance(found, int) else 0


def _is_for(rule: Document, base: str) -> bool:
    """Tell whether a rule holds for a branch: one that names none holds for all."""
    named = [text(one, "name", most=LONGEST_NAME) for one in items(rule, "protected_branches")]
    is_for_all = not named or flag(rule, "applies_to_all_protected_branches")
    return is_for_all or any(fnmatchcase(base, name) for name in named)


def _dismisses(client: ForgeClient, root: str) -> bool | None:
    try:
        found: Any = at(client.get(f"{root}/approvals"), "reset_approvals_on_push")
    except (Absent, Forbidden):
        return None
    return found if isinstance(found, bool) else None


def _administers(project: Document) -> bool | None:
    levels = list(_levels(project))
    return max(levels) >= MAINTAINER if levels else None


def _levels(project: Document) -> Iterable[int]:
    for name in ("project_access", "group_access"):
        found = at(project, "permissions", name, "access_level")
        if isinstance(found, int):
            yield found
