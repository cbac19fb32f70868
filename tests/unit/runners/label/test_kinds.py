"""The kinds of answers, each whole: compared, merged and told."""

import pytest

from runners.label.kinds import kind_of
from runners.label.matching import Matched
from runners.label.parameters import Parameters
from runners.label.questions import Kind as Asked
from runners.label.reliability import reliability_of
from tests.unit.runners.label.conftest import said

SAID = {
    "label": ("a", "b"),
    "labels": ('["a"]', '["a","b"]'),
    "boxes": ('[["a",0.0,0.0,0.5,0.5]]', "[]"),
    "spans": ('[["a",0,4]]', '[["a",0,4],["b",6,9]]'),
    "polygons": ('[["a",0.0,0.0,0.5,0.0,0.5,0.5]]', "[]"),
    "masks": ('[["a",4,2,0,3,4,7]]', '[["a",4,2,6,8]]'),
    "points": ('[["a",0.2,0.2]]', '[["a",0.9,0.9]]'),
    "segments": ('[["a",0.0,1.5,"hello there"]]', '[["a",0.0,1.5,"hello there"],["b",2.0,3.0]]'),
    "relations": ('[["a",0,4,6,9]]', '[["a",6,9,0,4]]'),
    "text": ("the cat", "the bat"),
    "ranking": ('["a","b"]', '["b","a"]'),
}


@pytest.mark.parametrize("answer", sorted(SAID))
def test_every_kind_is_compared_merged_and_told(answer: Asked) -> None:
    one, other = SAID[answer]
    told = {1: dict.fromkeys("xyz", one), 2: {"x": one, "y": other}, 3: dict.fromkeys("xyz", other)}
    matched = Matched(said(told))
    kind = kind_of(Parameters.model_validate({"exports": {"url": "x"}, "answer": answer}), matched)
    merged = kind.merge(matched.answers)
    assert [label.label for label in merged] == [one, None, other]
    alpha = reliability_of(matched.answers, kind.distance, kind.parts).alpha
    assert alpha is not None
    assert 0 < alpha < 1
    assert set(kind.annotators(matched, merged)) == set("xyz")
    assert {tuple(pair["annotators"]) for pair in kind.pairs(matched.answers)} == {("x", "y"), ("x", "z"), ("y", "z")}
    assert set(kind.labels_in(one)) == (set() if answer in ("text", "ranking") else {"a"})
    assert (kind.column in ("label", "text")) == (kind.arrow is None)
