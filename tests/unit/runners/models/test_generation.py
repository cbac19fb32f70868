"""Text from a model of the next token."""

import json
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest

from runners.models import Model, ModelInputError, ModelRefused
from runners.models.generation import Generation, NextToken, Sampling, chosen, generator_of
from tests.unit.runners.models.graphed import model

TOLD: dict[str, Any] = {"tokens": ["a", "b", "ab", " "], "context": ["c0", "c1"], "pad": 3}


def generation(**more: Any) -> Generation:
    return Generation.read(json.dumps({**TOLD, **more}).encode())


def counting(**told: Any) -> Model:
    """Return a model whose next token is the last one's number and one more, round and round."""
    parts = {"task": "multiclass", "classes": (0, 1, 2, 3), "positive": None, "reading": "probabilities"}
    return model(
        lambda given: np.eye(4)[(given["c1"].astype(int) + 1) % 4], {"c0": "INT64", "c1": "INT64"}, **{**parts, **told}
    )


def test_tokens_follow_one_another_from_the_end_of_the_prompt() -> None:
    writer = NextToken(counting(), generation())
    assert list(islice(writer.generate("a", Sampling()), 4)) == ["b", "ab", " ", "a"]
    assert list(islice(writer.generate("", Sampling(temperature=0)), 2)) == ["a", "b"], "pad stands before a beginning"
    assert list(NextToken(counting(), generation(end=2)).generate("a", Sampling())) == ["b"]


def test_the_longest_token_is_taken_and_what_has_none_is_told() -> None:
    assert NextToken(counting(), generation()).tokens_in("ab a") == 3
    with pytest.raises(ModelInputError, match="no token for `x`, character 2"):
        NextToken(counting(), generation()).tokens_in("ax")
    assert NextToken(counting(), generation(unknown=3)).tokens_in("axy") == 3


def test_messages_become_one_text_by_the_template() -> None:
    said = [("system", "be kind"), ("user", "hi {content}")]
    assert NextToken(counting(), generation()).prompt_of(said) == "be kind\nhi {content}\n"
    template = {"user": "Q: {content}\n", "generate": "A: "}
    assert NextToken(counting(), generation(template=template)).prompt_of(said[1:]) == "Q: hi {content}\nA: "


def test_the_next_token_is_chosen_as_it_is_asked_for() -> None:
    scores, chance = np.array([0.5, 0.3, 0.2, 0.0]), np.random.default_rng(1)
    assert chosen(scores, Sampling(temperature=0), chance) == 0
    found = Counter(chosen(scores, Sampling(), chance) for _ in range(4000))
    assert [found[place] / 4000 for place in range(4)] == pytest.approx([0.5, 0.3, 0.2, 0], abs=0.03)
    assert {chosen(scores, Sampling(top_p=0.6), chance) for _ in range(200)} == {0, 1}
    assert {chosen(scores, Sampling(top_p=0), chance) for _ in range(50)} == {0}
    cold = Counter(chosen(scores, Sampling(temperature=0.1), chance) for _ in range(200))
    assert cold[0] > 190


def test_a_seed_gives_the_same_text() -> None:
    flat = counting()
    flat.engine._answer = lambda given: np.full((len(given["c1"]), 4), 0.25)  # type: ignore[attr-defined]
    writer = NextToken(flat, generation())
    texts = ["".join(islice(writer.generate("a", Sampling(seed=seed)), 30)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"format": 2}, "its format is"),
        ({"tokens": []}, "lists of texts"),
        ({"tokens": ["a", "a"]}, "stands twice"),
        ({"context": "c0"}, "lists of texts"),
        ({"pad": "x"}, "whole numbers"),
        ({"end": True}, "whole numbers"),
        ({"template": {"user": "hi"}}, "template."),
        ({"template": {"cat": "{content}"}}, "template."),
        ({"template": []}, ""),
    ],
)
def test_what_cannot_be_understood_is_refused(more: dict[str, Any], what: str) -> None:
    if more == {"template": []}:
        assert generation(**more).template["user"] == "{content}\n"
        return
    with pytest.raises(ModelRefused) as refused:
        generation(**more)
    assert what in refused.value.what
    assert refused.value.fix


def test_a_file_of_another_model_is_refused() -> None:
    for told, parts, what in (
        ({"context": ["c0", "c9"]}, {}, "differ in `c1`"),
        ({"tokens": ["a", "b"]}, {}, "aren't the numbers of tokens"),
        ({}, {"classes": ("a", "b", "c", "d")}, "aren't the numbers of tokens"),
        ({}, {"reading": "label"}, "no probabilities"),
    ):
        with pytest.raises(ModelRefused, match=what):
            NextToken(counting(**parts), generation(**told))


def test_a_model_without_the_file_writes_no_text() -> None:
    assert generator_of(counting()) is None
    with pytest.raises(ModelRefused, match="can't be understood"):
        generator_of(Model(counting().signature, counting().engine, generation=b"[1"))
