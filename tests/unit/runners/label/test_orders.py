"""Orders of examples: by what is there, and none where it isn't."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.label.orders import Order, agreement_in, order_of
from runners.label.scores import Score
from tests.unit.runners.label.test_choosing import labels, left


def test_without_what_it_goes_by_there_is_no_order(tmp_path: Path) -> None:
    one = left(tmp_path / "one", a=Score("x", 0.5, 1.0, 0.0))
    models = {"disagreement": one}
    cases = (("margin", None, {}), (None, "models", models), (None, "labels", {}), (None, None, {"uncertain": one}))
    for by, disagreement, inputs in cases:
        assert order_of(by, disagreement, inputs).name == Order().name == ""
    assert order_of("margin", None, {"uncertain": one}).rank("a") == (0.0,)


def test_examples_with_one_answer_tell_of_no_disagreement(tmp_path: Path) -> None:
    told = labels(tmp_path / "l", a=["x"], b=["x", "y"], c=["x", "x", "y", "x"])
    assert agreement_in(told) == {"b": 0.5, "c": 0.75}
    order = order_of(None, "labels", {"disagreement": told})
    assert sorted("abcd", key=order.rank) == ["b", "c", "a", "d"]


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hold no"):
        agreement_in(tmp_path.as_uri())
