"""Who has to approve: people, teams, owners, and never more than there are."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.approvals import Approvals


def test_people_teams_and_owners_are_told_apart() -> None:
    told = Approvals.model_validate({"count": 2, "by": ["ada", "team/risk", "codeowners"]})
    assert (told.people, told.teams, told.asks_owners) == (("ada",), ("risk",), True)


@pytest.mark.parametrize(
    ("by", "count", "message"),
    [
        (["team/"], 1, "a team has no name"),
        (["ada", "Ada"], 2, "only 1 person is named, and 2 have to approve"),
    ],
)
def test_what_nobody_can_reach_is_refused(by: list[str], count: int, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Approvals.model_validate({"count": count, "by": by})


@pytest.mark.parametrize("by", [["team/risk"], ["codeowners"], []])
def test_how_many_there_are_of_others_isnt_known_here(by: list[str]) -> None:
    assert Approvals.model_validate({"count": 3, "by": by}).count == 3
