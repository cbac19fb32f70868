"""How GitLab is asked for a merge, and what a merge request says of one that can't be made.

Its refusals say little: 405 is a draft, a missing approval, a conflict or a request that is merged already, and 422 a
merge that failed. What it is stands in `detailed_merge_status`, which is computed in the background.
"""

from reconciler.forges.client import Declined, Document, ForgeClient
from reconciler.forges.documents import at, text
from reconciler.forges.hub import Merge
from reconciler.model.ids import CommitId
from reconciler.model.reviews import PullState
from reconciler.model.text import printable
from reconciler.providers.forge.gitlab.reading import LONGEST_NAME, merge_request

COMPUTING = (
    "approvals_syncing",
    "checking",
    "preparing",
    "unchecked",
    "cannot_be_merged_recheck",
    "cannot_be_merged_rechecking",
)
"""What it says while it doesn't know; `approvals_syncing` is the moment after a push in which it still has approvals of
the former head, and would merge by them."""
_CONFLICTS = ("conflict", "cannot_be_merged")
_FREE = ("mergeable", "can_be_merged")


def merge(client: ForgeClient, path: str, head: CommitId, message: str) -> Merge:
    """Merge the merge request at a path by a merge commit, if its branch is where we think.

    It is looked at first: GitLab would merge while it is still taking back approvals, and says to who may not merge
    the same as to a stranger.

    Raises:
        Declined: we may not merge it, or the project's rules forbid it.
    """
    told: Document = client.get(path)
    found = obstacle(told, head)
    if found is not None:
        return found
    if at(told, "user", "can_merge") is False:
        hint = "give the token's user a role that may merge into this branch"
        raise Declined(f"{client.place} doesn't let us merge {path}", hint, 403, "")
    document = {"sha": head, "squash": False, "should_remove_source_branch": False}
    if message.strip():  # an empty one is refused
        document["merge_commit_message"] = message
    try:
        told = client.send("PUT", f"{path}/merge", document, is_safe=True)
    except Declined as error:
        return _refused(client.get(path), head, error)
    return Merge.DONE if text(told, "state") == "merged" else Merge.LATER


def obstacle(document: Document, head: CommitId) -> Merge | None:
    """Return what a merge request itself says of its merge; None where nothing is in the way but rules.

    Raises:
        Unavailable: it can't be read.
    """
    pull, status = merge_request(document), merge_status(document)
    if pull.state is PullState.MERGED:
        return Merge.DONE
    if pull.commit != head:
        return Merge.MOVED
    if pull.state is not PullState.OPEN:
        return None
    if text(document, "state") == "locked" or status in COMPUTING:
        return Merge.LATER
    return Merge.CONFLICT if status in _CONFLICTS else None


def merge_status(document: Document) -> str:
    """Return what is in the way of a merge, in GitLab's words; before 15.6 it had fewer of them."""
    detailed = text(document, "detailed_merge_status", most=LONGEST_NAME)
    return detailed or text(document, "merge_status", most=LONGEST_NAME)


def _refused(document: Document, head: CommitId, error: Declined) -> Merge:
    found, status = obstacle(document, head), merge_status(document)
    if found is not None:
        return found
    if status in _FREE:
        return Merge.LATER
    hint = f"its merge status is {printable(status, 100)}" if status else error.hint
    raise Declined(error.message, hint, error.status, error.words) from error
