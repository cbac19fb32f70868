"""The keeper, on a real repository, with a forge and drivings that a test holds in its hand."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Verdict
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.previews.ground import SPEC, TEMPLATE, Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.source.close()


def test_a_pull_request_with_the_label_is_driven_and_told_where_it_stands(place: Place) -> None:
    head = place.pull(7)
    place.keeper.look()
    assert place.text(7) == "dataset: datasets/other"
    assert set(place.shop.driven) == {"pr-7"}
    place.shop.driven["pr-7"].made.demand(place.branches.there()[7], None)
    assert place.forge.said == {7: "pr-7 stands"}
    assert place.forge.judged[head] == (Verdict.PENDING, "pr-7: begins")


@pytest.mark.parametrize("more", [{"by": ""}, {"is_fork": True}, {"by": "mallory"}])
def test_one_that_nobody_granted_who_may_gets_nothing(place: Place, more: dict[str, Any]) -> None:
    head = place.pull(7, **more)
    place.keeper.look()
    assert not place.tips
    assert not place.shop.driven
    assert (place.forge.judged.get(head, (Verdict.FAILURE, ""))[0]) is Verdict.FAILURE


def test_a_push_and_a_merge_to_the_branch_are_followed(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.pull(7, "dataset: datasets/third\n")
    place.keeper.look()
    assert place.text(7) == "dataset: datasets/third"
    place.main({"README.md": "hello\n"})
    place.keeper.look()
    assert git(place.origin, "show", "preview/pr-7:README.md") == "hello"
    assert place.shop.driven["pr-7"].hints == 2
    assert not place.shop.driven["pr-7"].stopped


def test_where_nothing_has_moved_nothing_is_made(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    before = place.branches.there()
    place.keeper.look()
    assert place.branches.there() == before
    assert place.shop.driven["pr-7"].hints == 0


def test_its_end_is_its_specs_going_and_then_all_else(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.shop.left = "an endpoint"
    del place.forge.open[7]
    place.keeper.look()
    assert place.tips == [7]
    assert not place.shop.driven["pr-7"].stopped, "what it has is deleted by its own passes"
    assert "pr-7 ends" in place.forge.said[7]
    place.shop.left = ""
    place.keeper.look()
    assert place.tips == []
    assert place.shop.went == ["pr-7"]
    assert "Nothing of it is left." in place.forge.said[7]


def test_a_label_that_is_taken_off_and_a_right_that_is_withdrawn_end_it(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.forge.writers.clear()
    place.keeper.look()
    assert place.tips == []
    head = place.pull(8, "dataset: datasets/eighth\n", by="")
    place.keeper.look()
    assert place.tips == []
    assert head not in place.forge.judged, "one that asks for nothing is told nothing"


def test_another_waits_until_there_is_room(place: Place) -> None:
    place.pull(7)
    head = place.pull(9)
    place.keeper.look()
    assert place.tips == [7]
    assert place.forge.judged[head][0] is Verdict.PENDING
    assert "1 of 1 previews are open" in place.forge.said[9]
    del place.forge.open[7]
    place.keeper.look()
    place.keeper.look()
    assert place.tips == [9]


def test_one_that_conflicts_is_told_so_and_the_others_go_on(place: Place) -> None:
    place.main({TEMPLATE: "previews: {open: 2}\n"})
    head = place.pull(7)
    place.main({SPEC: "dataset: datasets/fourth\n"})
    place.pull(9, "dataset: datasets/fifth\n")
    place.keeper.look()
    assert place.tips == [9]
    assert place.forge.judged[head] == (Verdict.FAILURE, f"it conflicts with main in {SPEC}")


def test_one_that_comes_to_conflict_stays_as_it_was_and_says_so(place: Place) -> None:
    head = place.pull(7)
    place.keeper.look()
    place.main({SPEC: "dataset: datasets/fourth\n"})
    place.keeper.look()
    assert place.text(7) == "dataset: datasets/other"
    assert place.forge.judged[head] == (Verdict.FAILURE, f"pr-7: it conflicts with main in {SPEC}")


def test_a_head_that_isn_t_signed_as_it_has_to_be_is_not_tried(place: Place) -> None:
    head = place.pull(7)
    place.shop.unsigned.add(head)
    place.keeper.look()
    assert place.tips == []
    assert place.forge.judged[head] == (Verdict.FAILURE, "it isn't signed")


def test_a_head_that_the_repository_hasn_t_got_yet_is_waited_for(place: Place) -> None:
    place.pull(7)
    place.forge.open[7] = replace(place.forge.open[7], commit=CommitId("c" * 40))
    with pytest.raises(Unavailable, match="doesn't have the head of pull request 7 yet"):
        place.keeper.look()
    assert place.tips == []
    del place.forge.open[7]
    place.keeper.look()


def test_a_keeper_that_was_killed_goes_on_with_a_preview_and_with_an_end(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    before = place.branches.there()
    place.anew().look()
    assert place.branches.there() == before
    place.shop.driven["pr-7"].made.demand(before[7], None)
    place.shop.left = "an endpoint"
    del place.forge.open[7]
    place.keeper.look()
    place.anew()
    place.shop.left = ""
    place.keeper.look()
    assert place.tips == []
    assert place.shop.went == ["pr-7"]


def test_what_can_t_be_taken_away_now_is_taken_away_later(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    del place.forge.open[7]

    def fail() -> None:
        raise Unavailable("the data store is out of reach")

    place.shop.failing = fail
    with pytest.raises(Unavailable, match="pr-7: the data store is out of reach"):
        place.keeper.look()
    assert place.tips == [7]
    place.shop.failing = lambda: None
    place.keeper.look()
    assert place.tips == []


def test_one_that_hangs_is_taken_nothing_from(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.shop.driven["pr-7"].hangs = True
    del place.forge.open[7]
    with pytest.raises(Unavailable, match="pr-7 doesn't stop yet"):
        place.keeper.look()
    assert not place.shop.went
    run = place.shop.driven["pr-7"]
    run.hangs = False
    place.keeper.look()
    assert place.shop.went == ["pr-7"]
    assert place.shop.driven["pr-7"] is run, "no second one was started beside it"


def test_what_somebody_pushed_to_its_branch_is_not_applied_and_is_made_anew(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.ada.git("fetch", "--quiet", "origin", "preview/pr-7")
    place.ada.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    evil = place.ada.commit({"environments/pr-7/environment.yaml": "serving: {provider: kserve}\n"})
    place.ada.push("HEAD:preview/pr-7")
    place.ada.git("checkout", "--quiet", "main")
    with pytest.raises(Refused):
        place.shop.driven["pr-7"].made.demand(CommitId(evil), None)
    place.keeper.look()
    told = git(place.origin, "show", "preview/pr-7:environments/pr-7/environment.yaml")
    assert "kserve" not in told
    place.shop.driven["pr-7"].made.demand(place.branches.there()[7], None)


def test_a_branch_that_anybody_made_without_a_grant_begins_nothing_but_its_end(place: Place) -> None:
    place.ada.git("checkout", "--quiet", "--detach", "main")
    place.ada.commit({SPEC: "dataset: datasets/evil\n"})
    place.ada.push("HEAD:refs/heads/preview/pr-3")
    place.ada.git("checkout", "--quiet", "main")
    evil = place.branches.there()[3]
    place.shop.left = "an endpoint"
    place.keeper.look()
    with pytest.raises(Refused):
        place.shop.driven["pr-3"].made.demand(evil, None)
    assert SPEC not in git(place.origin, "ls-tree", "-r", "--name-only", "preview/pr-3")


def test_without_a_template_all_previews_end(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.main({TEMPLATE: "description: an environment like any other\n"})
    place.keeper.look()
    assert place.tips == []


def test_stopping_lets_go_of_all_and_takes_nothing_away(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    run = place.shop.driven["pr-7"]
    assert place.keeper.stop()
    assert run.asked
    assert run.stopped
    assert place.tips == [7]
    place.keeper.look()
    assert place.shop.driven["pr-7"] is not run


def test_while_the_newest_commit_is_refused_the_one_before_is_obeyed_and_previews_end(place: Place) -> None:
    place.pull(7)
    place.keeper.look()
    place.shop.unsigned.add(place.main({TEMPLATE: "previews: {open: 9}\n"}))
    del place.forge.open[7]
    with pytest.raises(Refused, match="the newest commit is not followed: nobody has signed it"):
        place.keeper.look()
    assert place.tips == []
    place.anew()
    with pytest.raises(Refused, match="nobody has signed it"):
        place.keeper.look()
