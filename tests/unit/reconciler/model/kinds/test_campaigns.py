"""The spec of a campaign: one way to ask, and bounds that fit each other."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.campaigns import TaskDeletion
from reconciler.model.kinds.labels import Labels

CONFIG = '<View><Text name="t" value="$body"/><Header value="$title"/><Choices name="q" toName="t"/></View>'


A = "deployments/a"
SLICES = {"column": "region", "target": 3}


def labels(campaign: dict[str, Any], **more: Any) -> Labels:
    return Labels.model_validate({"dataset": "datasets/mails", "choices": ["a", "b"], "campaign": campaign, **more})


@pytest.mark.parametrize(
    ("campaign", "more", "why"),
    [
        ({}, {}, "give either show"),
        ({"show": "text", "config": CONFIG, "question": "q"}, {}, "give either show"),
        ({"config": CONFIG}, {}, "asks no answer"),
        ({"config": CONFIG, "question": "q", "rating": 5}, {}, "rating goes with show"),
        ({"show": "text"}, {"choices": None}, "give choices"),
        ({"show": "text", "answers": {"wanted": 3, "at_most": 2}}, {}, "at_most is 2"),
        ({"show": "text", "select": {"each": "region"}}, {}, "each spreads a sample"),
        ({"show": "text"}, {"exports": {"url": "file:///x", "question": "q"}}, "give either exports"),
        ({"show": "text", "gold": {"labels": "labels/x"}}, {"answer": "labels"}, "gold questions have one label"),
        ({"show": "text", "prelabels": {"deployment": A}}, {"answer": "spans"}, "a model says one label"),
        ({"show": "text", "prelabels": {"deployment": A}, "rating": 5}, {"choices": None}, "a model says one label"),
    ],
)
def test_what_doesn_t_fit_says_why(campaign: dict[str, Any], more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        labels(campaign, **more)


@pytest.mark.parametrize("at", ["pictures/", "ftp://x/", "https://x/ y", "${secret:X}", "javascript:alert(1)//"])
def test_what_browsers_can_t_find_is_no_address(at: str) -> None:
    with pytest.raises(ValidationError, match="at"):
        labels({"show": "image", "as": "image", "at": at})


def test_an_address_of_files_is_told_where_it_is_given_alone() -> None:
    found = [labels({"show": "image", "as": "image", **more}) for more in ({}, {"at": "https://x.example.org/a/"})]
    told = [one.campaign.params(one.answer, one.choices) for one in found if one.campaign]
    assert told == [{"columns": ["image"]}, {"columns": ["image"], "at": "https://x.example.org/a/"}]


def test_what_is_shown_is_read_from_the_configuration() -> None:
    found = labels({"config": CONFIG, "question": "q", "select": {"sample": 7}})
    assert found.campaign is not None
    assert found.campaign.params(found.answer, found.choices) == {"columns": ["body", "title"], "sample": 7}


def test_a_merge_is_told_of_the_campaign_and_one_of_exports_is_named_as_before() -> None:
    asked = {"show": "text", "answers": {"wanted": 2, "at_most": 4}, "annotators": ["ada"], "retire": ["c"]}
    assert labels(asked).label_params["campaign"] == {
        "question": "answer",
        "answers": 2,
        "at_most": 4,
        "annotators": ["ada"],
        "retired": ["c"],
    }
    assert "campaign" not in labels(None, exports={"url": "file:///x", "question": "q"}).label_params  # type: ignore[arg-type]


def test_a_pass_may_delete_the_smaller_of_a_number_and_a_share() -> None:
    assert [TaskDeletion().allowed(tasks) for tasks in (1, 50, 500, 50_000)] == [1, 5, 50, 100]
    assert TaskDeletion(number=0).allowed(50) == 0


def test_models_and_labels_that_are_looked_at_are_what_it_is_made_from() -> None:
    select = {"uncertain": {"deployment": A, "by": "margin"}, "lacking": {**SLICES, "labels": "labels/had"}}
    found = labels(
        {"show": "text", "select": select, "gold": {"labels": "labels/experts"}, "prelabels": {"deployment": A}}
    )
    assert found.references() == (
        "pools/shared", "datasets/mails", A, "labels/had", A, "labels/experts",
    )  # fmt: skip
    assert found.campaign is not None
    assert found.campaign.endpoints == {"uncertain": A, "prelabels": A}
    assert found.campaign.params(found.answer, found.choices) == {
        "columns": ["text"],
        "uncertain": None,
        "by": "margin",
        "lacking": SLICES,
        "gold": {"share": 0.1},
        "prelabels": {"question": "answer", "to": "text"},
    }
    two = labels({"show": "text", "select": {"disagreement": {"deployment": A, "against": "deployments/b"}}})
    assert two.campaign is not None
    assert two.campaign.endpoints == {"disagreement": A, "against": "deployments/b"}
    assert two.references()[2:] == (A, "deployments/b")


def test_a_merge_is_told_what_it_is_held_to() -> None:
    asked = {"show": "text", "gold": {"url": "file:///k", "minimum": 0.7, "under": "left-out"}}
    asked |= {"stop": {"gain": {"answers": 9, "below": 0.1}}, "prelabels": {"deployment": A}}
    assert labels(asked).label_params["campaign"] == {
        "question": "answer",
        "answers": 1,
        "at_most": 1,
        "gold": {"minimum": 0.7, "leaves_out": True, "url": "file:///k", "format": "csv"},
        "gain": 9,
        "prelabelled": True,
    }
