"""The last page of a list is known for one wherever something tells, and looked for where nothing does."""

import pytest

from reconciler.forges.paging import Paging

PLAIN = Paging(50)
LINKED = Paging(100, ("per_page",), links=True)
MORE = {"link": '<https://x.example/?page=2>; rel="next", <https://x.example/?page=9>; rel="last"'}
LAST = {"link": '<https://x.example/?page=1>; rel="first", <https://x.example/?page=1>; rel="prev"'}


def test_a_page_is_asked_for_in_each_forge_s_words() -> None:
    assert PLAIN.query(2) == {"page": "2", "limit": "50", "per_page": "50"}
    assert LINKED.query(1) == {"page": "1", "per_page": "100"}


@pytest.mark.parametrize("paging", [PLAIN, LINKED])
def test_a_link_says_whether_there_is_another(paging: Paging) -> None:
    assert not paging.is_last(MORE, [3])
    assert paging.is_last(LAST, [paging.size])


def test_without_a_link_it_is_the_last_of_a_forge_that_links() -> None:
    assert LINKED.is_last({}, [100])
    assert not PLAIN.is_last({}, [50])


def test_a_page_that_links_to_the_next_may_be_short() -> None:
    assert not LINKED.is_last(MORE, [100, 7])


@pytest.mark.parametrize("paging", [PLAIN, LINKED])
def test_an_empty_page_is_the_last_whatever_is_said(paging: Paging) -> None:
    assert paging.is_last(MORE, [0])
    assert paging.is_last({"x-total-count": "9"}, [5, 0])


def test_a_total_says_how_many_there_are() -> None:
    assert PLAIN.is_last({"x-total-count": "7"}, [7])
    assert not PLAIN.is_last({"x-total-count": "8"}, [7])
    assert PLAIN.is_last({"x-total-count": "70"}, [50, 20])


def test_a_first_page_may_be_short_as_the_forge_is_set_to_that() -> None:
    assert not PLAIN.is_last({}, [30])
    assert not PLAIN.is_last({}, [30, 30])
    assert PLAIN.is_last({}, [30, 30, 29])


@pytest.mark.parametrize("odd", ["", "-1", "many", "9" * 40, "١٢"])
def test_an_odd_total_says_nothing(odd: str) -> None:
    assert not PLAIN.is_last({"x-total-count": odd}, [30])


@pytest.mark.parametrize("odd", ["next", "<x?rel=next>", '<x>; rel="nextish"', '<x>; title="next"', ""])
def test_an_odd_link_is_none(odd: str) -> None:
    assert LINKED.is_last({"link": odd}, [100])


@pytest.mark.parametrize("link", ['<x>; rel="next"', "<x>; rel=next", '<y>; rel="prev",<x>;REL="NEXT"'])
def test_a_link_may_be_written_in_several_ways(link: str) -> None:
    assert not LINKED.is_last({"link": link}, [100])
