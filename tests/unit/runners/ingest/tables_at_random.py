"""Tables at random for laws of the schema: values of every type and of none, and columns declared as anything."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from runners.contract.request import read_params
from runners.ingest.parameters import Parameters
from runners.ingest.tables import Table, write_table
from runners.sources.reading import Reading, batch_of

NAMES = ("a", "b", "c.d")
TEXTS = ("1", "2", "2.5", "-3", "+1.5", "007", "17.0", "1e3", "9007199254740993", "abc", " x", "", "NA", "true", "no")
TEXTS += ("2024-01-01", "2024-02-30", "1e999", "y" * 300, "${x}", "a\nb")
VALUES: dict[str, Sequence[Any]] = {
    "integer": (0, 1, -3, 7, 2**60 + 1, -(2**63), None),
    "number": (0.0, -0.5, 2.0, 2.5, 1e300, float("inf"), float("nan"), None),
    "boolean": (True, False, None),
    "string": ("a", "b", "true", "17", "", "NA", None),
    "datetime": (
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(2024, 5, 6, 7, 8, 9, 1, tzinfo=UTC),
        None,
    ),
}
SPELLED: dict[str, Sequence[Any]] = {
    "integer": ("0", "1", "-3", "17.0", "9007199254740993", "", "NA", None),
    "number": ("0", "2.5", "-0.50", "1e3", "2.5e0", "1e999", "+1.5", "-", None),
    "boolean": ("true", "FALSE", "no", "1", "", None),
    "string": TEXTS,
    "datetime": ("2024-01-01", "2024-05-06T07:08:09+02:00", "", None),
}
"""The same as texts, spelled well and badly."""
_RELATED = {"integer": "number", "number": "integer", "boolean": "string", "string": "string", "datetime": "string"}
_ENUMS: dict[str, Sequence[Any]] = {
    "integer": (0, 1, 2**60 + 1),
    "number": (0, 2.5, -0.5),
    "boolean": (True,),
    "string": ("a", "abc", "17"),
    "datetime": ("2024-01-01",),
}


@st.composite
def column(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Draw a declaration of values of a kind: mostly one that is near them."""
    type_ = draw(st.sampled_from([kind, kind, _RELATED[kind]]))
    told: dict[str, Any] = {"type": type_, "missing": draw(st.sampled_from([0.0, 0.5, 1.0]))}
    if type_ in ("integer", "number") and draw(st.booleans()):
        told |= {"minimum": draw(st.sampled_from([-3, 0, 0.5, 2**60 + 2]))}
        told |= {"maximum": draw(st.sampled_from([2**61, 2**60 + 2]))} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        told["enum"] = list(_ENUMS[type_])
    return told | draw(st.sampled_from([{}] * 8 + [{"unique": True}, {"sensitive": True}]))


Case = tuple[bool, dict[str, list[Any]], dict[str, dict[str, Any]]]
"""Whether the source knows nothing but text; its rows; the columns that a spec declares."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a table of a few rows, and columns to hold it to."""
    is_text, count = draw(st.booleans()), draw(st.integers(1, 9))
    kinds = {name: draw(st.sampled_from(list(VALUES))) for name in draw(st.sampled_from([NAMES, NAMES[:2], NAMES[2:]]))}
    pools = {name: (SPELLED if is_text else VALUES)[kind] for name, kind in kinds.items()}
    rows = {name: [draw(st.sampled_from(pool)) for _ in range(count)] for name, pool in pools.items()}
    return is_text, rows, {name: draw(column(kind)) for name, kind in kinds.items()}


NOTHING: Mapping[str, str] = MappingProxyType({})


def params(**spec: Any) -> Parameters:
    """Return the parameters of an ingestion by a spec."""
    return read_params(Parameters, {"source": {"sql": {"url": "sqlite://", "query": "SELECT 1"}}, **spec})


def written(
    is_text: bool,
    rows: dict[str, list[Any]],
    cuts: Sequence[int] = (),
    inputs: Mapping[str, str] = NOTHING,
    **spec: Any,
) -> Table:
    """Write rows, which come in batches that end at some places, and hold them to a spec."""
    batch = batch_of(list(rows), rows.values())
    ends = [0, *sorted({cut for cut in cuts if 0 < cut < batch.num_rows}), batch.num_rows]
    parts = [batch.slice(start, end - start) for start, end in pairwise(ends)]
    with TemporaryDirectory() as folder:
        return write_table(Reading(iter(parts), is_text, "here"), params(**spec), Path(folder), inputs=inputs)


def shuffled(rows: dict[str, list[Any]], order: Sequence[int]) -> dict[str, list[Any]]:
    """Return the same rows in another order."""
    return {name: [values[place] for place in order] for name, values in rows.items()}
