"""Layers are merged as OmegaConf merges."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from reconciler.compose.flaws import Flawed
from reconciler.compose.layers import Layer, merged
from reconciler.yaml.parse import HEAVIEST, Document

SCALARS = st.sampled_from([1, 2.5, True, None, "text", "???"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
FIELDS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def layer(value: dict[str, Any], package: tuple[str, ...] = (), weight: int = 1) -> Layer:
    return Layer("file", Document(value, weight=weight), package)


@given(FIELDS, FIELDS)
def test_two_layers_are_what_omegaconf_makes_of_them(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    try:
        expected = OmegaConf.to_container(OmegaConf.merge(lower, upper))
    except (OmegaConfBaseException, TypeError):
        with pytest.raises(Flawed):
            merged([layer(lower), layer(upper)])
        return
    found = merged([layer(lower), layer(upper)])
    assert repr(found) == repr(expected)


@given(FIELDS, FIELDS)
def test_the_layers_themselves_stay_as_they_are(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    before = repr((lower, upper))
    with suppress(Flawed):
        merged([layer(lower), layer(upper)])
    assert repr((lower, upper)) == before


def test_a_package_is_where_a_layer_lies() -> None:
    assert merged([layer({"a": 1}), layer({"x": 2}, ("b", "c")), layer({"c": {"x": 3}}, ("b",))]) == {
        "a": 1,
        "b": {"c": {"x": 3}},
    }


def test_what_doesnt_fit_is_told_with_its_file() -> None:
    for lower, upper, words in (
        ({"a": {"b": 1}}, {"a": [1]}, "a list can't be laid over a mapping"),
        ({"a": [1]}, {"a": {"b": 1}}, "a mapping can't be laid over a list"),
        ({"a": "${b}"}, {"a": {"b": 1}}, "a structure can't be laid over the interpolation"),
    ):
        with pytest.raises(Flawed, match=words) as caught:
            merged([layer(lower), layer(upper)])
        assert (caught.value.flaws[0].path, caught.value.flaws[0].file) == (("a",), "file")


def test_all_layers_together_are_bounded() -> None:
    with pytest.raises(Flawed, match="more than 100,000 values"):
        merged([layer({}, ("a",), weight=HEAVIEST // 2 + 1)] * 2)
