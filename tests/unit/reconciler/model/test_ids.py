"""Names and digests."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.ids import (
    NAME,
    SHORT,
    Address,
    CommitId,
    address,
    canonical,
    digest,
    file_name,
    kind_of,
    name_of,
    owner_of,
    run_name,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("aé\u2028"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
)


@given(st.dictionaries(st.text("abc"), JSON, max_size=4))
def test_the_order_of_keys_doesnt_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(turned) == canonical(value)
    assert digest(turned) == digest(value)


def test_a_digest_is_stable_for_ever() -> None:
    assert canonical({"b": [1, 2.5, None, True], "a": "é"}) == '{"a":"é","b":[1,2.5,null,true]}'.encode()
    assert digest({"b": [1, 2.5, None, True], "a": "é"}) == "0c187fb652af"
    assert len(digest({})) == SHORT


def test_different_values_differ() -> None:
    assert len({digest(value) for value in (1, "1", 1.5, [1], {"1": 1}, None, True, [], {})}) == 9


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_what_json_cant_say_has_no_digest(value: object) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        digest(value)


def test_names_are_taken_apart_as_they_were_joined() -> None:
    loans = address("datasets", "loans")
    run = run_name(loans, {"commit": CommitId("abc")})
    assert (kind_of(loans), name_of(loans)) == ("datasets", "loans")
    assert (kind_of(run), owner_of(run)) == ("datasets", loans)
    assert run == f"datasets/loans/{digest({'commit': 'abc'})}"
    assert run_name(Address("datasets/loans"), {"commit": "abc"}) == run


@pytest.mark.parametrize("name", ["a", "0", "a-b", "a--b", "x" * 63])
def test_dns_labels_are_names(name: str) -> None:
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a_b", "a/b", "..", "é", "a\n", "x" * 64, "\u0430"])
def test_nothing_else_is(name: str) -> None:
    assert not NAME.fullmatch(name)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=300), unique=True, max_size=20))
def test_every_name_has_a_file_name_of_its_own(names: list[str]) -> None:
    found = [file_name(name) for name in names]
    assert len(set(found)) == len(names)
    for name in found:
        assert "/" not in name
        assert "." not in name
        assert len(name.encode()) <= 200


def test_usual_names_can_be_read_in_the_folder() -> None:
    assert file_name("experiments/employment/0123456789ab") == "experiments%2Femployment%2F0123456789ab"
