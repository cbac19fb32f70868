"""Approvals: a test for each sentence of the rules."""

import pytest

from reconciler.controllers.approvals import approval, asked_teams
from reconciler.model.ids import CommitId
from reconciler.model.kinds.approvals import Approvals
from reconciler.model.reviews import Opinion, Review, Team
from reconciler.owners import Demand, Owned, Owner

HEAD, FORMER = CommitId("a" * 40), CommitId("b" * 40)


def said(author: str, opinion: str = "approved", commit: CommitId = HEAD) -> Review:
    return Review(author, commit, Opinion(opinion))


def test_an_approval_counts_for_its_head_alone() -> None:
    assert approval([said("ada")], HEAD, Approvals()).holds
    stale = approval([said("ada", commit=FORMER)], HEAD, Approvals())
    assert not stale.holds
    assert str(stale) == "approved by nobody yet; 1 approval missing"


def test_so_many_people_have_to_approve() -> None:
    two = Approvals(count=2)
    assert not approval([said("ada")], HEAD, two).holds
    assert not approval([said("ada"), said("ada")], HEAD, two).holds, "one person twice is one"
    assert approval([said("ada"), said("grace")], HEAD, two).holds
    assert str(approval([said("ada")], HEAD, two)) == "approved by ada; 1 approval missing"


def test_one_who_asks_for_changes_holds_it_at_whatever_head() -> None:
    found = approval([said("ada"), said("grace", "declined", FORMER)], HEAD, Approvals())
    assert not found.holds
    assert str(found) == "grace asks for changes"


def test_where_people_are_named_only_theirs_count() -> None:
    rule = Approvals(by=("ada", "grace"))
    assert not approval([said("mallory")], HEAD, rule).holds
    assert approval([said("grace"), said("mallory", "declined")], HEAD, rule).holds


def test_more_than_there_are_can_t_be_asked_for() -> None:
    with pytest.raises(ValueError, match="only 1 person is named, and 2 have to approve"):
        Approvals(count=2, by=("ada", "ada"))


TEAM = Approvals(by=("alice", "team/ml-platform"))
OWNERS = Approvals(by=("codeowners",))


def whose(*demands: Demand, welcome: tuple[Owner, ...] = (), flaw: str = "") -> Owned:
    return Owned("CODEOWNERS", demands, welcome, flaw)


def asks(*owners: Owner, count: int = 1, line: int = 3) -> Demand:
    return Demand(line, owners, count)


def test_members_of_a_team_count_and_people_beside_them() -> None:
    teams = {"ml-platform": Team(frozenset({"grace", "linus"}))}
    for name, holds in (("alice", True), ("grace", True), ("mallory", False)):
        assert approval([said(name)], HEAD, TEAM, teams).holds is holds


def test_a_team_whose_members_nobody_knows_grants_nothing_and_says_so() -> None:
    for teams in ({}, {"ml-platform": Team(unread="the forge is down")}):
        found = approval([said("grace")], HEAD, TEAM, teams)
        assert not found.holds
        assert "1 approval missing; who belongs to team/ml-platform isn't known: " in str(found)
        assert approval([said("alice")], HEAD, TEAM, teams).holds, "those who are named are known"


def test_while_a_team_is_unknown_whoever_asks_for_changes_may_belong_to_it() -> None:
    said_so = [said("alice"), said("grace", "declined")]
    assert not approval(said_so, HEAD, TEAM, {"ml-platform": Team(unread="the forge is down")}).holds
    assert approval(said_so, HEAD, TEAM, {"ml-platform": Team(frozenset({"linus"}))}).holds


def test_a_member_who_was_unread_does_not_count_by_what_was_known_before() -> None:
    teams = {"ml-platform": Team(frozenset({"grace"}), unread="it was answered in part")}
    assert not approval([said("grace")], HEAD, TEAM, teams).holds


def test_names_are_the_same_whatever_their_case_as_they_are_on_forges() -> None:
    rule = Approvals(count=2, by=("Ada", "team/t"))
    assert approval([said("ada"), said("GRACE")], HEAD, rule, {"t": Team(frozenset({"Grace"}))}).holds
    assert not approval([said("ada"), said("Ada")], HEAD, rule, {"t": Team()}).holds, "one person twice is one"


def test_each_rule_of_owners_has_to_be_met_and_so_many_of_it() -> None:
    ada, team = Owner("@ada", person="ada"), Owner("@acme/ml", team="acme/ml")
    teams = {"acme/ml": Team(frozenset({"grace", "linus"}))}
    both = whose(asks(ada), asks(team, count=2, line=7))
    assert not approval([said("ada"), said("grace")], HEAD, OWNERS, teams, both).holds
    found = approval([said("grace"), said("linus")], HEAD, OWNERS, teams, both)
    assert (found.missing, found.holds) == (0, False)
    assert str(found) == "approved by grace, linus; CODEOWNERS:3 asks for 1 approval of @ada"
    assert approval([said("ada"), said("grace"), said("linus")], HEAD, OWNERS, teams, both).holds


def test_an_owner_who_is_no_allowed_reviewer_does_not_count() -> None:
    owned = whose(asks(Owner("@bob", person="bob")))
    assert not approval([said("bob")], HEAD, Approvals(by=("alice",)), {}, owned).holds
    assert not approval([said("alice")], HEAD, Approvals(by=("alice", "codeowners")), {}, owned).holds
    assert approval([said("bob")], HEAD, OWNERS, {}, owned).holds


def test_an_owner_s_approval_of_another_head_is_stale() -> None:
    owned = whose(asks(Owner("@bob", person="bob")))
    assert not approval([said("bob", commit=FORMER)], HEAD, OWNERS, {}, owned).holds


def test_owners_who_are_welcome_count_and_are_not_demanded() -> None:
    owned = whose(welcome=(Owner("@bob", person="bob"),))
    assert approval([said("bob")], HEAD, OWNERS, {}, owned).holds
    assert approval([said("alice")], HEAD, Approvals(by=("alice", "codeowners")), {}, owned).holds


def test_where_nobody_can_tell_the_owners_nobody_is_one() -> None:
    rule = Approvals(by=("alice", "codeowners"))
    for owned in (None, whose(flaw="CODEOWNERS:9: `a[` can't be understood")):
        found = approval([said("alice")], HEAD, rule, {}, owned)
        assert not found.holds
        assert "its owners aren't known" in str(found)
        declined = approval([said("alice"), said("mallory", "declined")], HEAD, rule, {}, owned)
        assert declined.declined_by == ("mallory",)


def test_a_path_without_owners_is_approved_by_those_who_are_named_beside_them_or_by_nobody() -> None:
    assert approval([said("alice")], HEAD, Approvals(by=("alice", "codeowners")), {}, whose()).holds
    assert not approval([said("alice")], HEAD, OWNERS, {}, whose()).holds


def test_a_name_that_may_be_a_group_or_a_person_is_either() -> None:
    owned = whose(asks(Owner("@ada", person="ada", team="ada")))
    absent = {"ada": Team(unread="there is none", is_absent=True)}
    found = approval([said("ada")], HEAD, OWNERS, absent, owned)
    assert (found.holds, found.unknown) == (True, ())
    assert approval([said("grace")], HEAD, OWNERS, {"ada": Team(frozenset({"grace"}))}, owned).holds
    down = approval([said("grace")], HEAD, OWNERS, {"ada": Team(unread="the forge is down")}, owned)
    assert "isn't known: the forge is down" in str(down)


def test_an_owner_that_is_none_is_met_by_nobody() -> None:
    owned = whose(asks(Owner("bob", flaw="is no owner")))
    assert not approval([said("bob")], HEAD, OWNERS, {}, owned).holds


def test_what_has_to_be_known_is_the_teams_of_the_rule_and_of_owners() -> None:
    owned = whose(asks(Owner("@acme/ml", team="acme/ml")), welcome=(Owner("@docs", person="docs", team="docs"),))
    assert asked_teams(TEAM, owned) == {"ml-platform", "acme/ml", "docs"}
    assert asked_teams(Approvals(), None) == frozenset()


def test_a_team_has_a_name_and_may_be_any_number_of_people() -> None:
    assert Approvals(count=5, by=("team/ml-platform",)).teams == ("ml-platform",)
    assert Approvals(count=5, by=("codeowners",)).asks_owners
    with pytest.raises(ValueError, match="a team has no name"):
        Approvals(by=("team/",))
    with pytest.raises(ValueError, match="only 1 person is named, and 2 have to approve"):
        Approvals(count=2, by=("ada", "Ada"))
