"""What the README tells of labels."""

from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.status.labels_section import MOST, labels_section

MAILS = Address("labels/mails")
CAREFUL = {"answers": 10, "accuracy": 0.9, "interval": [0.6, 0.98]}
RESULT = {"annotators": {"ada": CAREFUL}, "answered": 10, "disputes": 2, "ties": 1, "most_disputed": [{"id": "m1"}]}


def section(result: Any, **facts: Any) -> str:
    return labels_section([(MAILS, {"facts": {"result": result, **facts}})])


def test_who_errs_how_often_and_what_is_in_dispute_is_told() -> None:
    text = section(RESULT, pictures=["reports/labels/mails/1/disputes.png"])
    assert text.startswith("## Labels\n\n### labels/mails\n\nOf 10 answered examples 2 are in dispute, 1 of them ties")
    assert ": first m1." in text
    assert "| ada | 10 | 0.9 | 0.6 to 0.98 |  |" in text
    assert "![disputes.png](reports/labels/mails/1/disputes.png)" in text


def test_who_knows_too_few_of_the_gold_questions_is_marked() -> None:
    gold = {"annotators": {"ada": {"answers": 5, "right": 1, "under": True}, "ben": {"answers": 4, "right": 4}}}
    text = section({**RESULT, "annotators": {"ada": CAREFUL, "ben": {"answers": 3, "f1": 0.5}}, "gold": gold})
    assert "🔴 1 of 5 right" in text
    assert "| ben | 3 | 0.5 |  | 4 of 4 right |" in text


def test_what_others_are_called_is_written_as_text_and_of_many_the_first_are_told() -> None:
    people = {f"<b>|{n}": CAREFUL for n in range(MOST + 5)}
    text = section({**RESULT, "annotators": people, "most_disputed": [{"id": "<img>"}]})
    assert text.count("&lt;b&gt;\\|") == MOST
    assert "<" not in text


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {},
        {"annotators": 3},
        {"annotators": {}},
        {"annotators": {"ada": 3}},
    ],
)
def test_where_nothing_is_told_of_annotators_there_is_no_section(result: Any) -> None:
    assert section(result) == ""


@pytest.mark.parametrize("more", [{"gold": 3}, {"gold": {"annotators": []}}, {"most_disputed": 3}, {"ties": "x"}])
def test_what_is_no_figure_is_passed_over(more: dict[str, Any]) -> None:
    assert "| ada | 10 | 0.9 | 0.6 to 0.98 |  |" in section({**RESULT, **more})
    odd = {"answers": "<b>", "accuracy": [], "interval": 3}
    assert "&lt;b&gt;" in section({**RESULT, "annotators": {"ada": odd}})
