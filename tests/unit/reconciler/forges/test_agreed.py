"""What a merge was agreed on has to hold still until it is made."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.forges.agreed import demand_same_reviews, demand_same_say, demand_same_teams
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Raced
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.model.reviews import Opinion, Review
from reconciler.ports.forge import Agreed
from tests.unit.reconciler.git.people import Clone

HEAD = CommitId("a" * 40)
APPROVED, DECLINED = Review("ada", HEAD, Opinion.APPROVED), Review("grace", HEAD, Opinion.DECLINED)


@pytest.fixture
def person(tmp_path: Path) -> Clone:
    person = Clone(tmp_path / "repository")
    person.commit({"CODEOWNERS": "* @ada\n", "environments/dev/environment.yaml": "{}\n", "README.md": "# A\n"})
    return person


@pytest.fixture
def repository(person: Clone, tmp_path: Path) -> Iterator[Repository]:
    with closing(open_repository(person.folder, tmp_path / "state")) as repository:
        yield repository


def agreed(*reviews: Review, base: str = "", **teams: tuple[str, ...]) -> Agreed:
    return Agreed(HEAD, "a.yaml", {}, reviews, teams, CommitId(base) if base else None)


def test_people_have_to_say_the_same_in_whatever_order() -> None:
    shown = Proposal("promotions/a/0123456789ab", "b", HEAD, reviews=(DECLINED, APPROVED))
    demand_same_reviews(shown, agreed(APPROVED, DECLINED))
    demand_same_reviews(shown, Agreed(HEAD, "a.yaml", {}))
    with pytest.raises(Raced):
        demand_same_reviews(shown, agreed(APPROVED))


def test_teams_have_to_have_the_same_people_and_no_other_is_asked_for() -> None:
    asked: list[str] = []

    def members(team: str) -> frozenset[str]:
        asked.append(team)
        return frozenset({"ada", "grace"})

    demand_same_teams("a", agreed(), members)
    assert asked == []
    demand_same_teams("a", agreed(ml=("grace", "ada")), members)
    with pytest.raises(Raced, match="who belongs to team/ml has changed"):
        demand_same_teams("a", agreed(ml=("ada",)), members)


@pytest.mark.parametrize(
    ("path", "is_passed"),
    [
        ("README.md", True),
        ("environments/prod/environment.yaml", True),
        ("environments/dev/deployments/api.yaml", True),
        ("environments/dev/environment.yaml", False),
        ("environments/dev/allowed_signers", False),
        ("environments/dev/allowed_keys.asc", False),
        ("CODEOWNERS", False),
        (".gitlab/CODEOWNERS", False),
        ("docs/CODEOWNERS", False),
    ],
)
def test_the_branch_has_to_say_the_same_of_who_may_approve(
    person: Clone, repository: Repository, path: str, is_passed: bool
) -> None:
    base = person.git("rev-parse", "HEAD")
    head = person.commit({path: "# changed\n"})
    demand_same_say(repository, "dev", agreed(base=base), base)
    demand_same_say(repository, "dev", agreed(), head)
    if is_passed:
        demand_same_say(repository, "dev", agreed(base=base), head)
    else:
        with pytest.raises(Raced, match=path):
            demand_same_say(repository, "dev", agreed(base=base), head)
