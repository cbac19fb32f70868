"""A proposal is made once; what a person declined stays declined; what a better one replaced may come again."""

from reconciler.controllers.proposals import (
    close_others,
    is_open,
    proposal_name,
    propose_once,
    proposed_names,
    replaced,
    was_proposed,
)
from reconciler.model.change import CloseProposal, OpenProposal
from reconciler.model.decision import View
from reconciler.model.ids import Address
from reconciler.model.observed import Proposal
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO

WANTED = OpenProposal(address=GO, name=f"{GO}/new", file="environments/dev/deployments/api.yaml", edits={}, title="Go")


def view(*proposals: Proposal, proposed: list[str] | None = None, unread: dict[str, str] | None = None) -> View:
    seen = stage.actual(*proposals, facts={GO: {"proposed": proposed}} if proposed else None, unread=unread)
    return stage.view(stage.desired(), seen)


def test_a_new_proposal_is_opened_and_the_others_are_closed() -> None:
    changes = propose_once(WANTED, view(stage.proposal(f"{GO}/old"), stage.proposal("promotions/other/old")))
    assert [type(change) for change in changes] == [OpenProposal, CloseProposal]
    assert changes[1].target == f"{GO}/old"


def test_a_proposal_that_is_there_is_not_opened_again() -> None:
    for state in ("open", "merged", "closed"):
        assert propose_once(WANTED, view(stage.proposal(WANTED.name, state))) == ()


def test_a_proposal_that_was_there_and_is_gone_was_declined() -> None:
    seen = view(proposed=[WANTED.name])
    assert propose_once(WANTED, seen) == ()
    assert was_proposed(GO, WANTED.name, seen)


def test_a_failed_read_never_counts_as_absent() -> None:
    """A forge that couldn't be read is not one without proposals."""
    assert propose_once(WANTED, view(unread={"forge": "503"})) == ()


def test_only_an_open_proposal_is_open() -> None:
    assert is_open(WANTED.name, view(stage.proposal(WANTED.name)))
    assert not is_open(WANTED.name, view(stage.proposal(WANTED.name, "merged")))
    assert not is_open(WANTED.name, view())


def test_an_open_proposal_that_is_closed_here_was_not_declined() -> None:
    seen = view(stage.proposal(f"{GO}/open"), stage.proposal(f"{GO}/merged", "merged"))
    assert replaced(close_others(GO, None, seen), seen) == {f"{GO}/open"}


def test_names_are_remembered_newest_last_and_not_for_ever() -> None:
    a, b, c = (f"{GO}/{letter}" for letter in "abc")
    assert proposed_names(GO, view(proposed=[a, b, c])) == [a, b, c]
    again = view(stage.proposal(a), stage.proposal("promotions/other/a"), proposed=[a, b, c])
    assert proposed_names(GO, again) == [b, c, a]
    assert proposed_names(GO, again, limit=2) == [c, a]


def test_a_proposal_that_was_merged_before_anybody_recorded_it_is_remembered_too() -> None:
    """As by a daemon that was killed between the merge and the status commit."""
    assert proposed_names(GO, view(stage.proposal(WANTED.name, "merged"))) == [WANTED.name]


def test_a_proposal_is_named_by_its_resource_s_first_name() -> None:
    plain = proposal_name(stage.resource(GO), "x", stage.resource(API), view())
    assert plain.rpartition("/")[0] == GO
    assert proposal_name(stage.resource(Address("promotions/on"), moved_from="go"), "x", None, view()) == plain


def test_one_whose_file_has_moved_is_another_until_a_person_has_declined_any_of_them() -> None:
    resource, front = stage.resource(GO), Address("deployments/front")
    plain = proposal_name(resource, "x", stage.resource(API), view())
    moved = stage.resource(front, moved_from="api")
    newer = proposal_name(resource, "x", moved, view())
    newest = proposal_name(
        resource, "x", stage.resource(Address("deployments/top"), moved_from=["api", "front"]), view()
    )
    assert len({plain, newer, newest}) == 3
    assert proposal_name(resource, "x", moved, view(stage.proposal(plain), proposed=[plain])) == newer
    assert proposal_name(resource, "x", moved, view(proposed=[plain])) == plain
    assert proposal_name(resource, "x", moved, view(stage.proposal(newer), proposed=[plain, newer])) == newer
    top = stage.resource(Address("deployments/top"), moved_from=["api", "front"])
    assert proposal_name(resource, "x", top, view(proposed=[newer])) == newer
