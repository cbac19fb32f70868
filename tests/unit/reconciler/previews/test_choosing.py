"""Choosing: whoever was granted a preview gets one in turn, and nobody else."""

import pytest

from reconciler.model.environment import Previews
from reconciler.model.ids import CommitId
from reconciler.model.reviews import PullRequest
from reconciler.previews.choosing import Request, choose, name_of, number_of


def request(number: int, *, by: str = "ada", may_write: bool = True, is_fork: bool = False) -> Request:
    return Request(PullRequest(number, f"b{number}", CommitId("a" * 40), is_fork=is_fork), by, may_write)


def test_names_and_numbers_are_each_other_s() -> None:
    assert [number_of(name_of(number)) for number in (1, 7, 4_000_000)] == [1, 7, 4_000_000]
    assert [number_of(name) for name in ("pr-0", "pr-07", "pr-", "pr-1a", "prod", "pr-12345678901")] == [None] * 6


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (request(7, is_fork=True), "it comes from a fork"),
        (request(7, by=""), "nobody is known to have set the label preview"),
        (request(7, may_write=False), "ada, who set the label, may not write to the repository"),
        (request(7, by="bob"), "bob, who set the label, isn't among those whom the template lets ask"),
    ],
)
def test_who_wasn_t_granted_a_preview_has_none(asked: Request, why: str) -> None:
    choice = choose([asked], (), Previews(by=["ada", "mallory"]))
    assert not choice.granted
    assert choice.refused[7].startswith(why)


def test_one_that_isn_t_granted_any_more_is_refused_though_it_is_there() -> None:
    assert not choose([request(7, may_write=False)], {7}, Previews()).granted


def test_the_oldest_come_first_and_the_others_are_told_why_they_wait() -> None:
    choice = choose([request(number) for number in (9, 4, 6)], (), Previews(open=2))
    assert [pull.number for pull in choice.granted] == [4, 6]
    assert choice.waiting == {9: "2 of 2 previews are open (pr-4, pr-6): it begins when one of them has ended"}


def test_whoever_is_there_stays_though_an_older_one_asks() -> None:
    choice = choose([request(4), request(9)], {9}, Previews(open=1))
    assert [pull.number for pull in choice.granted] == [9]
    assert set(choice.waiting) == {4}


def test_one_that_ends_has_its_place_until_it_has_ended() -> None:
    choice = choose([request(9)], {4}, Previews(open=1))
    assert not choice.granted
    assert choice.waiting == {9: "1 of 1 previews are open (pr-4): it begins when one of them has ended"}


def test_where_none_may_be_open_those_that_are_stay() -> None:
    choice = choose([request(4), request(9)], {4}, Previews(open=0))
    assert [pull.number for pull in choice.granted] == [4]
