"""What a version knows of the files that its rows came from."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.contract import InputError
from runners.ingest.origins import NO_ORIGINS, Origin, Origins
from runners.tables.columns import ANY

SHAPE = st.lists(
    st.tuples(st.text(max_size=3), st.frozensets(st.sampled_from(sorted(ANY)))),
    max_size=3,
    unique_by=lambda one: one[0],
)
FILES = st.dictionaries(st.text(max_size=5), st.tuples(st.none() | st.text(max_size=5), SHAPE.map(tuple)), max_size=6)


@given(FILES)
def test_what_is_written_is_read(files: dict[str, Any]) -> None:
    made = Origins({name: Origin(n, *told) for n, (name, told) in enumerate(files.items())}, len(files))
    assert Origins.from_json(json.loads(json.dumps(made.as_json()))) == made


def test_a_table_of_no_files_has_none() -> None:
    assert Origins.from_json({"bound": 3}) == Origins.from_json({}) == NO_ORIGINS


def test_what_fits_all_files_is_told_in_the_order_in_which_they_are_read() -> None:
    whole, text = frozenset({"integer", "string"}), frozenset({"string"})
    origins = Origins({"b": Origin(0, None, (("x", text), ("y", whole))), "a": Origin(1, None, (("x", whole),))}, 2)
    assert list(origins.fits.items()) == [("x", text), ("y", whole)]
    assert list(Origins({"a": Origin(0, None, (("z", text),)), **origins.files}, 2).fits) == ["x", "y"]


@pytest.mark.parametrize(
    "told",
    [
        {"origins": [], "following": 1, "shapes": 3},
        {"origins": {"a": [0, "m"]}, "following": 1, "shapes": [[]]},
        {"origins": {"a": [0, "m", 1]}, "following": 1, "shapes": [[]]},
        {"origins": {"a": [0, "m", -1]}, "following": 1, "shapes": [[]]},
        {"origins": {"a": [1, "m", 0]}, "following": 1, "shapes": [[]]},
        {"origins": {"a": [0, "m", 0], "b": [0, "m", 0]}, "following": 1, "shapes": [[]]},
        {"origins": {"a": [0, "m", 0]}, "following": 1, "shapes": [[["x", ["money"]]]]},
        {"origins": {"a": ["x", "m", 0]}, "following": 1, "shapes": [[]]},
    ],
)
def test_what_cant_be_meant_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Origins.from_json(told)
