"""What one answer says, and what can't be one label."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.label.answer import said_at_least, said_in, set_in, set_said, text_in, text_said
from runners.label.scales import Said


def item(kind: str, value: Any) -> dict[str, Any]:
    return {"from_name": "q", "type": kind, "value": value}


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([item("choices", {"choices": ["a; b"]})], Said("a; b", "nominal")),
        ([item("rating", {"rating": 4})], Said("4", "ordinal")),
        ([item("number", {"number": 1234567})], Said("1234567", "interval")),
        ([item("choices", {"choices": []}), item("choices", {"choices": ["a"]})], Said("a", "nominal")),
        ([item("choices", {"choices": [""]})], None),
        ([item("choices", {}), item("rating", None)], None),
        ([{**item("choices", {"choices": ["a"]}), "from_name": "other"}], None),
    ],
)
def test_an_annotation_says_one_label_or_nothing(results: list[dict[str, Any]], said: Said | None) -> None:
    assert said_in(results, "q", "here") == said


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([item("choices", {"choices": ["science", "web"]})], r"q has 2 choices in one answer \(science and web\)"),
        (
            [item("choices", {"choices": ["good"]}), item("choices", {"choices": ["broken"]})],
            r"q has 2 answers in one annotation \(one for each region\), which can't be merged",
        ),
        ([item("choices", {"choices": [["a", "b"]]})], "neither a text nor a number"),
        ([item("choices", {"choices": "a"})], "neither a text nor a number"),
        ([item("rating", {"rating": "4"})], "neither a text nor a number"),
        ([item("number", {"number": True})], "neither a text nor a number"),
        ([item("number", {"number": float("nan")})], "neither a text nor a number"),
        ([item("rectanglelabels", {"x": 1})], "answers with rectanglelabels, which can't be merged"),
    ],
)
def test_what_is_not_one_label_is_refused_in_words(results: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        said_in(results, "q", "e.json[0] task 100")
    assert (caught.value.where, bool(caught.value.fix)) == ("e.json[0] task 100", True)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a", Said("a", "nominal")),
        (["a"], Said("a", "nominal")),
        ({"choices": ["a"]}, Said("a", "nominal")),
        (4, Said("4", "ordinal")),
        ({"rating": 4}, Said("4", "ordinal")),
        ([], None),
        (None, None),
    ],
)
def test_the_short_form_says_the_same(value: Any, said: Said | None) -> None:
    assert said_at_least(value, "q", "here") == said


@pytest.mark.parametrize("value", [["a", "b"], {"choices": ["a", "b"]}, {"odd": 1}, [[1]], True])
def test_the_short_form_is_refused_alike(value: Any) -> None:
    with pytest.raises(InputError):
        said_at_least(value, "q", "here")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["web", "art", "web"], '["art","web"]'),
        ("art", '["art"]'),
        ({"choices": ["art"]}, '["art"]'),
        ([], "[]"),
        ("", "[]"),
        (None, None),
        ({"rating": 4}, None),
    ],
)
def test_the_short_form_of_a_set(value: Any, said: str | None) -> None:
    assert set_said(value, "q", "here") == (said and Said(said, "nominal"))


def test_an_annotation_says_a_set_once() -> None:
    assert set_in([item("choices", {"choices": ["b", "a"]})], "q", "here") == Said('["a","b"]', "nominal")
    assert set_in([item("choices", {"choices": []})], "q", "here") == Said("[]", "nominal")
    assert set_in([item("choices", {}) | {"from_name": "other"}], "q", "here") is None


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([item("choices", {"choices": ["a"]})] * 2, "q has 2 answers in one annotation"),
        ([item("rating", {"rating": 3})], "q answers with rating, which is no set of labels"),
        ([item("choices", {"choices": [1]})], "an answer to q is no set of texts"),
        ([item("choices", {"choices": 4})], "an answer to q is no set of texts"),
    ],
)
def test_what_is_no_set_is_refused_in_words(results: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        set_in(results, "q", "e.json[0] task 100")


@pytest.mark.parametrize(("value", "said"), [("a b", "a b"), (["a b "], "a b"), ([], None), (None, None), ([""], "")])
def test_a_text_is_told_as_it_is(value: Any, said: str | None) -> None:
    found = text_said(value, "q", "here")
    assert (found and found.label) == said


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([item("textarea", {"text": ["a", "b"]})], "an answer to q is not one text"),
        ([item("textarea", {"text": [4]})], "an answer to q is not one text"),
        ([item("choices", {"choices": ["a"]})], "q answers with choices, which is no text"),
        ([item("textarea", {"text": ["a"]})] * 2, "q has 2 answers in one annotation"),
    ],
)
def test_what_is_not_one_text_is_refused_in_words(results: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        text_in(results, "q", "e.json[0] task 100")
