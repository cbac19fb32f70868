"""Lists, filters of the URL, what needs a person, endpoints, files of a resource."""

import pytest

from reconciler.model.ids import Address
from reconciler.status.branch import StatusTree
from reconciler.web.pages.views import (
    MOST_NEEDS,
    PAGE,
    Filter,
    alert_words,
    endpoints,
    filter_of,
    is_picture,
    listing,
    needs,
    own_files,
    proposals,
)
from tests.unit.reconciler.web.pages.conftest import document, made

DEV = made({"pools/a": document(), "datasets/b": document("stalled", "Broken off"), "datasets/c": document("waiting")})
PROD = made({"pools/a": document()}, "prod")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), ["dev datasets/b", "dev datasets/c", "dev pools/a", "prod pools/a"]),
        (Filter(environment="prod"), ["prod pools/a"]),
        (Filter(kind="datasets", state="waiting"), ["dev datasets/c"]),
        (Filter(words="BROKEN"), ["dev datasets/b"]),
        (Filter(words="nothing is called so"), []),
    ],
)
def test_a_filter_takes_rows_and_what_needs_a_person_comes_first(chosen: Filter, found: list[str]) -> None:
    told = listing({"dev": DEV, "prod": PROD}, chosen)
    assert [f"{key} {row.address}" for key, row in told.rows] == found
    assert (told.total, told.pages) == (len(found), 1)


def test_a_long_list_has_pages_and_a_page_after_the_last_is_empty() -> None:
    many = made({f"pools/p{n:04}": document() for n in range(PAGE + 1)})
    first, second, third = (listing({"dev": many}, Filter(page=n)) for n in (1, 2, 3))
    assert (len(first.rows), len(second.rows), len(third.rows), first.pages) == (PAGE, 1, 0, 2)


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({}, Filter()),
        ({"page": "3", "state": "stalled", "q": " x "}, Filter(state="stalled", words="x", page=3)),
        ({"page": "-1", "state": "odd"}, Filter()),
        ({"page": "٣"}, Filter()),
        ({"page": "9" * 5000, "q": "y" * 5000}, Filter(words="y" * 200)),
        ({"page": "0"}, Filter()),
    ],
)
def test_of_a_url_only_what_can_be_a_filter_is_taken(query: dict[str, str], chosen: Filter) -> None:
    assert filter_of(query) == chosen


def test_a_filter_is_written_as_a_url() -> None:
    assert Filter().url() == "?"
    assert Filter(words="a&b", page=2).url(state="ready", page="") == "?state=ready&q=a%26b"


def test_problems_stalls_alerts_and_proposals_need_a_person() -> None:
    one = made(
        {
            "datasets/a": document("stalled", "refused"),
            "datasets/b": document(proposal="proposals/dev/b/1"),
            "promotions/a": document("waiting", "merge it", "WaitsForReview", proposal="promotions/a/1"),
            "promotions/b": document("waiting", "later", "Waiting", proposal="promotions/b/1"),
            "monitors/a": document(
                alerts=[{"what": "drift", "value": 0.51234, "threshold": 0.1, "where": "age"}, "odd"]
            ),
        },
        last_pass={"problems": ["specs/x.yaml:1:1: no"]},
    )
    assert [(need.what, need.address) for need in needs({"dev": one})] == [
        ("problem", ""),
        ("stalled", "datasets/a"),
        ("proposal", "datasets/b"),
        ("alert", "monitors/a"),
        ("alert", "monitors/a"),
        ("proposal", "promotions/a"),
    ]
    assert alert_words({"what": "drift", "value": 0.51234, "threshold": 0.1, "where": "age"}) == (
        "drift (age): 0.5123, threshold 0.1"
    )


def test_proposals_that_wait_are_told_with_their_evidence() -> None:
    one = made(
        {
            "promotions/a": document(
                "waiting", "merge it", "WaitsForReview", proposal="promotions/a/1", evidence="# 1"
            ),
            "promotions/b": document("ready", "it is pinned", "Promoted", proposal="promotions/b/1", evidence="# 2"),
        }
    )
    assert [(it.address, it.name, it.words, it.evidence) for it in proposals(one)] == [
        ("promotions/a", "promotions/a/1", "merge it", "# 1")
    ]
    assert proposals(made({})) == []


def test_what_needs_a_person_has_a_bound() -> None:
    one = made({}, last_pass={"problems": [str(n) for n in range(MOST_NEEDS + 5)]})
    assert len(needs({"dev": one})) == MOST_NEEDS


def test_an_endpoint_names_the_models_that_answer() -> None:
    one = made(
        {
            "deployments/a": document(
                url="http://x/a",
                trial="t/3",
                traffic={"r1": 90, "r2": 10, "r3": 0},
                revisions={"r1": {"trial": "t/1"}, "r2": {"trial": "t/2"}, "r3": {"trial": "t/3"}},
            ),
            "deployments/b": document(trial="t/4"),
            "deployments/c": document(),
        }
    )
    assert [(it.address, list(it.models)) for it in endpoints({"dev": one})] == [
        ("deployments/a", ["t/1", "t/2"]),
        ("deployments/b", ["t/4"]),
    ]


def test_files_of_a_resource_are_its_own_pages_first() -> None:
    paths = [
        "reports/monitors/a/1/plots/drift.svg",
        "reports/monitors/a/1/report.html",
        "reports/monitors/ab/1/report.html",
        "pools/a.svg",
    ]
    one = made({"monitors/a": document(), "pools/a": document()}, tree=StatusTree(None, dict.fromkeys(paths, "x")))
    assert list(own_files(one, Address("monitors/a"))) == [paths[1], paths[0]]
    assert list(own_files(one, Address("pools/a"))) == ["pools/a.svg"]
    assert [is_picture(path) for path in paths] == [True, False, False, True]
