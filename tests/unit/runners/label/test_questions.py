"""Questions, each with what an answer to it is."""

import pytest

from runners.label.questions import Kind, Question

RESULTS = {
    "label": [{"from_name": "q", "type": "choices", "value": {"choices": ["a"]}}],
    "labels": [{"from_name": "q", "type": "choices", "value": {"choices": ["b", "a"]}}],
    "boxes": [
        {
            "from_name": "q",
            "type": "rectanglelabels",
            "value": {"x": 0, "y": 0, "width": 50, "height": 50, "rectanglelabels": ["a"]},
        }
    ],
    "text": [{"from_name": "q", "type": "textarea", "value": {"text": ["the cat "]}}],
    "spans": [{"from_name": "q", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["a"]}}],
}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("label", "a"),
        ("labels", '["a","b"]'),
        ("boxes", '[["a",0.0,0.0,0.5,0.5]]'),
        ("spans", '[["a",0,3]]'),
        ("text", "the cat"),
    ],
)
def test_an_answer_is_of_the_kind_that_is_asked_for(kind: Kind, said: str) -> None:
    question, results = Question("q", kind), RESULTS[kind]
    value = results[0]["value"]
    short = value["text"] if kind == "text" else value if kind in ("label", "labels") else [value]
    for found in (question.in_results(results, "here"), question.in_value(short, "here")):
        assert found is not None
        assert found.label == said
    assert bool(question.marks) == (kind in ("boxes", "spans"))
