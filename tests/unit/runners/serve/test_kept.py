"""What the payload log holds: a stated share of requests, and nothing of the columns that are left out."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import Column, ModelRefused, Prediction, Signature
from runners.serve.events import Origin
from runners.serve.kept import HIDDEN, Kept, check_known
from runners.serve.payloads import line_of
from runners.serve.request_context import Exchange, new_id

ORIGIN = Origin("deployments/employment", "aaaaaaaaaaaa", "experiments/employment/aaaaaaaaaaaa")
ANSWERED = Prediction(np.array([1]), probability=np.array([0.75]))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_the_share_is_the_one_that_is_asked_for_and_chosen_by_the_id_alone(share: float) -> None:
    kept, names = Kept(share), [new_id() for _ in range(20_000)]
    held = [name for name in names if kept.holds(name)]
    assert abs(len(held) / len(names) - share) < 5 * (share * (1 - share) / len(names)) ** 0.5
    assert [name for name in names if Kept(share).holds(name)] == held


def test_more_of_them_are_the_same_and_others() -> None:
    names = [str(UUID(int=number)) for number in range(1000)]
    few, more = ({name for name in names if Kept(share).holds(name)} for share in (0.1, 0.3))
    assert few < more < set(names)
    assert all(Kept().holds(name) for name in [*names, "", "ä\udc80"])


VALUES = st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=5), st.none())


@given(st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1), st.frozensets(st.sampled_from("abcd")))
def test_no_line_holds_what_is_left_out(row: dict[str, Any], without: frozenset[str]) -> None:
    exchange = Exchange("an-id", {name: [value] for name, value in row.items()}, ANSWERED, status=200)
    data = json.loads(line_of(Kept(without=without).of(exchange), ORIGIN))["data"]
    (told,) = data["rows"] or [[]]
    assert dict(zip(data["columns"], told, strict=True)) == {
        name: value for name, value in row.items() if name not in without
    }


def test_why_a_request_was_refused_is_not_logged_where_it_may_quote_what_is_left_out() -> None:
    refused = Exchange("an-id", error="'Ada' is no number", status=400)
    assert "Ada" not in line_of(Kept(without=frozenset({"name"})).of(refused), ORIGIN).decode()
    assert Kept(without=frozenset({"name"})).of(refused) == replace(refused, error=HIDDEN)
    assert Kept().of(refused) is refused


def test_a_name_that_is_misspelt_would_be_logged_and_is_refused() -> None:
    signature = Signature(
        task="regression",
        target="pay",
        tensors=(),
        format="onnx",
        file="model.onnx",
        digest="sha256:00",
        inputs=(Column("age", "FP32", (-1, 1)), Column("name", "BYTES", (-1, 1))),
        outputs=(),
        identifier="id",
    )
    check_known(["name", "id"], signature)
    with pytest.raises(ModelRefused, match="nmae") as told:
        check_known(["name", "nmae"], signature)
    assert "age, id, name" in told.value.fix
