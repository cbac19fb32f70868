"""How columns go with the target, as JSON."""

import json
from typing import Any

import pyarrow as pa
import pytest

from runners.tables.summary import summarise
from runners.tables.summary.moments import Moments
from runners.tables.summary.paired import count_of, moments_as_json, moments_from_json, pairs_as_json, pairs_from_json
from runners.tables.types import Type

VALUES: dict[Type, list[Any]] = {"string": ["b", "a", "b"], "number": [1.5, 2.5, 0.0], "integer": [7, 8, 7]}


def written(column: Type, target: Type) -> dict[str, Any]:
    batch = pa.RecordBatch.from_pydict({"x": VALUES[column], "y": VALUES[target]})
    pairs = summarise([batch], {"x": column, "y": target}, "y").pairs["x"]
    told: dict[str, Any] = json.loads(json.dumps(pairs_as_json(pairs)))
    return told


@pytest.mark.parametrize("column", VALUES)
@pytest.mark.parametrize("target", VALUES)
def test_what_was_written_is_read_and_is_of_these_types_alone(column: Type, target: Type) -> None:
    told = written(column, target)
    assert pairs_as_json(pairs_from_json(told, column, target)) == told
    others = [(one, other) for one in VALUES for other in VALUES if written(one, other).items() != told.items()]
    kinds = {name for name, value in told.items() if value is not None}
    for one, other in others:
        if kinds != {name for name, value in written(one, other).items() if value is not None}:
            with pytest.raises(ValueError, match="of other types"):
                pairs_from_json(told, one, other)


def test_moments_are_read_with_all_their_digits() -> None:
    for moments in (Moments(), Moments(3, 0.1, 1 / 3, -1e-9, 1e9)):
        assert moments_from_json(json.loads(json.dumps(moments_as_json(moments)))) == moments
    with pytest.raises(ValueError, match="no numbers"):
        moments_from_json([1, 2.0, float("nan"), 0.0, 0.0])


@pytest.mark.parametrize("told", [-1, 2**63, True, 1.0, "1", None])
def test_what_is_no_count_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match="is no count"):
        count_of(told)
