"""What people say of a merge request: approvals of its newest version, and changes that reviewers ask for.

1. GitLab keeps approvals over a push unless the project says otherwise, and takes them back in its own time where it
   does. It doesn't say which head one was of, but when it was given: one counts that was given after the newest version
   was pushed, and for that version's head.
2. Approvals are read before versions: one of a version that is pushed meanwhile isn't taken for one of the former.
3. An approval without a time counts for nothing; versions of GitLab before 2025 don't tell it.
4. A reviewer who asks for changes declines, whatever they approved before. Projects without reviewers have none.
"""

from collections.abc import Sequence

from reconciler.forges.client import Absent, Document, ForgeClient
from reconciler.forges.documents import items, number, text
from reconciler.model.reviews import Opinion, Review
from reconciler.providers.forge.gitlab.reading import LONGEST_NAME, head_of, moment


def opinions(client: ForgeClient, path: str) -> Sequence[Review]:
    """Return the newest opinion of each person on the merge request at a path.

    Raises:
        Unavailable: the forge doesn't answer, or not with what it should.
        Refused: we may not see it.
    """
    approved: Document = client.get(f"{path}/approvals")
    reviewers = _reviewers(client, path)
    newest = max(client.pages(f"{path}/versions"), key=lambda one: number(one, "id"), default=None)
    if newest is None:  # it is still being made, and nobody has seen it
        return []
    head, pushed = head_of(newest), moment(newest, "created_at")
    found: dict[str, Review] = {}
    for one in items(approved, "approved_by"):
        name, given = _name(one), moment(one, "approved_at")
        if name and pushed and given and given > pushed:
            found[name] = Review(name, head, Opinion.APPROVED)
    for one in reviewers:
        if text(one, "state") == "requested_changes" and _name(one):
            found[_name(one)] = Review(_name(one), head, Opinion.DECLINED)
    return list(found.values())


def _reviewers(client: ForgeClient, path: str) -> Sequence[Document]:
    try:
        return list(client.pages(f"{path}/reviewers"))
    except Absent:
        return []


def _name(document: Document) -> str:
    return text(document, "user", "username", most=LONGEST_NAME)
