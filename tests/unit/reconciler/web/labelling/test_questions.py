"""Labelling configurations as forms: what is shown and asked, and what a page refuses to ask."""

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.label_config import Wanted, compact
from reconciler.web.labelling.questions import form_of


@pytest.mark.parametrize(
    ("answer", "media", "choices", "rating", "tag"),
    [
        ("label", "text", ("a", "b"), None, "Choices"),
        ("labels", "image", ("a", "b"), None, "Choices"),
        ("label", "audio", None, 5, "Rating"),
        ("text", "audio", None, None, "TextArea"),
        ("boxes", "image", ("a",), None, "RectangleLabels"),
        ("spans", "text", ("a",), None, "Labels"),
    ],
)
def test_whatever_a_spec_asks_by_itself_has_a_form(
    answer: str, media: str, choices: tuple[str, ...] | None, rating: int | None, tag: str
) -> None:
    form = form_of(compact(Wanted("said", "body", media, answer, choices, rating)))
    (question,), (shown,) = form.questions, form.shown
    assert (question.tag, question.name, question.about) == (tag, "said", "body")
    assert question.labels == (choices or ())
    assert question.many is (answer == "labels")
    assert (shown.tag.lower(), shown.column, form.column_of(question)) == (media, "body", "body")


def test_a_header_is_shown_and_a_condition_that_is_off_changes_nothing() -> None:
    form = form_of(
        '<View><!-- of us --><Header value="How?"/><Text name="t" value="$a b"/>'
        '<Number name="n" toName="t" min="0" max="1.5" step="0.5" perRegion="false"/></View>'
    )
    assert [one.text for one in form.shown] == ["How?", ""]
    assert form.shown[1].column == "a b"
    question = form.questions[0]
    assert (question.least, question.largest, question.step, question.needed) == (0, 1.5, 0.5, False)


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ("<View>", "is no XML"),
        ("<!DOCTYPE x><View/>", "declares a document type"),
        ('<View><Text name="t" value="$t"/></View>', "asks nothing"),
        ('<View><Video name="t" value="$t"/></View>', "<Video>, which this page can't show"),
        ('<View><Image name="t" value="$t"/><BrushLabels name="q" toName="t"/></View>', "<BrushLabels>"),
        ('<View><Text name="t" value="$t"/><Choices name="q" toName="t" visibleWhen="x"/></View>', "has visibleWhen"),
        ('<View><Text name="t" value="$t"/><Choices name="q" toName="t"/></View>', "offers nothing to choose"),
        (
            '<View><Text name="t" value="$t"/><Choices name="q" toName="t"><Choice value="$c"/></Choices></View>',
            "offers what stands in $c",
        ),
        ('<View><Text name="t" value="$t"/><Number name="q" toName="t" min="low"/></View>', "min of q"),
        (
            '<View><Text name="t" value="$t"/><RectangleLabels name="q" toName="t"><Label value="a"/>'
            "</RectangleLabels></View>",
            "marks places in <Text>",
        ),
    ],
)
def test_what_a_page_cannot_ask_is_refused(config: str, what: str) -> None:
    with pytest.raises(Refused) as refused:
        form_of(config)
    assert what in str(refused.value)
    assert refused.value.hint
