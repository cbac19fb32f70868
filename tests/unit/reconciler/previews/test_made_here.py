"""Only what was made here is applied, and what was in force just before."""

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.previews.made_here import MadeHere


def test_only_what_was_made_here_may_be_applied() -> None:
    made = MadeHere(lambda commit: commit[:1])
    with pytest.raises(Refused, match="somebody pushed to its branch"):
        made.demand(CommitId("a1"), None)
    made.allow("a")
    made.demand(CommitId("a1"), None)
    made.demand(CommitId("a2"), CommitId("a1"))
    assert made.merge_flaw(CommitId("a2")) == ""


def test_what_was_made_before_the_newest_is_in_force_until_that_is_and_nothing_older() -> None:
    made = MadeHere(lambda commit: commit[:1])
    for essence in ("a", "b", "b", "c", "c"):
        made.allow(essence)
    made.demand(CommitId("b1"), None)
    made.demand(CommitId("c1"), None)
    with pytest.raises(Refused):
        made.demand(CommitId("a1"), None)
