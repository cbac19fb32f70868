"""Whose syntax a CODEOWNERS file is in."""

import pytest

from reconciler.model.code_owners import PLACES, OwnersSyntax, syntax_of


@pytest.mark.parametrize(
    ("forge", "syntax"),
    [("git", "github"), ("github", "github"), ("gitea", "gitea"), ("gitlab", "gitlab"), ("of-others", "github")],
)
def test_plain_git_and_forges_of_others_have_github_s(forge: str, syntax: str) -> None:
    assert syntax_of(forge) is OwnersSyntax(syntax)


def test_each_syntax_has_its_places_and_none_is_a_path_of_specs() -> None:
    assert set(PLACES) == set(OwnersSyntax)
    assert {path.rpartition("/")[2] for places in PLACES.values() for path in places} == {"CODEOWNERS"}
