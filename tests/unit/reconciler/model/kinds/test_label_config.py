"""Labelling configurations: made from few words, or held to what can be asked."""

from typing import Any

import pytest

from reconciler.model.kinds.label_config import MOST_TAGS, Wanted, compact, is_same, labels_of, problem_of

GOOD = '<View><Text name="t" value="$text"/><Choices name="q" toName="t"><Choice value="a"/></Choices></View>'


def made(answer: str = "label", media: str = "text", **more: Any) -> str:
    told = {"choices": ("a", 'b "<&'), "rating": None, **more}
    return compact(Wanted("q", "column", media, answer, **told))


@pytest.mark.parametrize(
    ("answer", "media", "more", "tag"),
    [
        ("label", "text", {}, 'choice="single"'),
        ("labels", "image", {}, 'choice="multiple"'),
        ("boxes", "image", {}, "<RectangleLabels"),
        ("spans", "text", {}, "<Labels"),
        ("text", "audio", {"choices": None}, "<TextArea"),
        ("label", "text", {"choices": None, "rating": 5}, 'maxRating="5"'),
    ],
)
def test_each_kind_of_answer_is_asked_for(answer: str, media: str, more: dict[str, Any], tag: str) -> None:
    config = made(answer, media, **more)
    assert tag in config
    assert problem_of(config, "q") == ""
    assert labels_of(config)["q"] == (frozenset() if more else {"a", 'b "<&'})


@pytest.mark.parametrize(
    ("answer", "media", "more", "why"),
    [
        ("label", "text", {"choices": None}, "give choices"),
        ("boxes", "text", {}, "boxes aren't marked in text"),
        ("spans", "audio", {}, "spans aren't marked in audio"),
        ("label", "text", {"rating": 5}, "has no choices"),
    ],
)
def test_what_can_t_be_asked_says_why(answer: str, media: str, more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        made(answer, media, **more)


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (GOOD, ""),
        (GOOD.replace("<View>", "<View><!-- asked of all -->"), ""),
        ("<View>", "is no XML"),
        ('<!DOCTYPE x [<!ENTITY y "z">]><View>&y;</View>', "declares a document type"),
        ("<Other/>", "is no <View>"),
        (f"<View>{'<a/>' * MOST_TAGS}</View>", "is no <View> of up to"),
        (GOOD.replace('"q"', '"other"'), "asks no q: its control tags are other"),
        (GOOD.replace('toName="t"', 'toName="nothing"'), "about nothing, which shows no $column"),
        (GOOD.replace("$text", "text"), "which shows no $column"),
        (GOOD.replace("</View>", '<Text name="t" value="$other"/></View>'), "two tags of the name t"),
    ],
)
def test_a_configuration_of_one_s_own_is_checked(config: str, why: str) -> None:
    assert problem_of(config, "q").startswith(why) or why in problem_of(config, "q")
    assert bool(problem_of(config, "q")) == bool(why)


def test_layout_makes_no_other_configuration() -> None:
    assert is_same(GOOD, GOOD.replace("><", ">\n  <"))
    assert is_same(GOOD, GOOD.replace('name="t" value="$text"', 'value="$text" name="t"'))
    assert not is_same(GOOD, GOOD.replace('"a"', '"b"'))
    assert not is_same(GOOD, "no XML")
    assert labels_of("no XML") == {}
