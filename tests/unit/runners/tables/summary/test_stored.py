"""Summaries as bytes."""

import json
import math
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary import Summary, from_bytes, stored, summarise, to_bytes
from runners.tables.types import Type

TYPES: dict[str, Type] = {"n": "number", "i": "integer", "s": "string", "b": "boolean", "t": "datetime", "y": "string"}
ROWS = {
    "n": [1.5, None, math.inf, -0.0],
    "i": [2**62, 3, 3, None],
    "s": ["ü", "", None, "$x"],
    "b": [True, None, False, True],
    "t": pa.array([0, 10**15, None, -(10**15)], pa.timestamp("us", "UTC")),
    "y": ["a", "b", "a", None],
}


def of(target: str | None) -> Summary:
    return summarise([pa.RecordBatch.from_pydict(ROWS)], TYPES, target)


def many() -> Summary:
    rows = pa.RecordBatch.from_pydict({"i": list(range(20_000)), "s": [f"text {n}" for n in range(20_000)]})
    return summarise([rows, rows], {"i": "integer", "s": "string"}, "i")


@pytest.mark.parametrize("target", [*TYPES, None, "elsewhere"])
def test_what_was_written_is_read(target: str | None) -> None:
    data = to_bytes(of(target))
    assert to_bytes(from_bytes(data)) == data
    both = of(target).merged(of(target))
    assert to_bytes(from_bytes(data).merged(from_bytes(data))) == to_bytes(both)


def test_estimates_are_read_with_their_bounds() -> None:
    read = from_bytes(to_bytes(many()))
    assert to_bytes(read) == to_bytes(many())
    assert read.columns["s"].lost > 0
    assert read.columns["i"].exact_distinct is None


def test_a_summary_of_estimates_is_small() -> None:
    assert len(to_bytes(many())) < 400_000


def spoilt(change: Callable[[dict[str, Any]], object]) -> bytes:
    told = json.loads(zlib.decompress(to_bytes(of("y"))))
    change(told)
    return zlib.compress(json.dumps(told).encode())


def column(told: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(told["columns"])[name]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda told: told.update(format=2), "its format is 2"),
        (lambda told: told.update(rows=5), "more or fewer values"),
        (lambda told: told.update(rows=-1), "is no count"),
        (lambda told: told.update(rows=True), "is no count"),
        (lambda told: told.update(target=["y"]), "the target is no name"),
        (lambda told: told.update(target="n"), "pairs are of other columns"),
        (lambda told: told.pop("pairs"), "can't be understood"),
        (lambda told: told["columns"].append(told["columns"][0]), "the same name"),
        (lambda told: column(told, "n").update(type="float"), "is no type"),
        (lambda told: column(told, "n").update(type="string"), "can't be understood"),
        (lambda told: column(told, "s").update(values=["a", "a", "b"]), "stands there twice"),
        (lambda told: column(told, "s").update(counts=[1, 1, 2]), "counts of the values"),
        (lambda told: column(told, "s").update(lengths=[1]), "can't be understood"),
        (lambda told: column(told, "i")["tally"].update(shift=64), "more bins"),
        (lambda told: column(told, "i")["tally"].update(bins="AAAA"), "can't be understood|buffer size"),
        (
            lambda told: column(told, "i")["tally"].update(bins=column(told, "i")["tally"]["bins"][:11] + "="),
            "more bins",
        ),
        (lambda told: column(told, "i").update(extremes=None), "extremes"),
        (lambda told: column(told, "i").update(extremes=[4, 2**62]), "extremes"),
        (lambda told: column(told, "i")["tally"].update(shift=1), "extremes|estimate"),
        (lambda told: column(told, "n")["moments"].pop(), "moments"),
        (lambda told: told["pairs"]["s"].update(table=None), "of other types"),
        (lambda told: told["pairs"]["s"]["table"].update(counts=[[1]]), "reshape"),
        (lambda told: told["pairs"]["n"]["by_target"].update(counts=[0, 0]), "counts of the classes"),
        (lambda told: told["pairs"]["n"]["by_target"].update(classes=["a"]), "moments|classes"),
    ],
)
def test_what_is_no_summary_is_refused(change: Callable[[dict[str, Any]], object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        from_bytes(spoilt(change))


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, "1", ""])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|understood|Expecting"):
        from_bytes(zlib.compress(text.encode()))


def test_what_is_not_whole_is_refused() -> None:
    data = to_bytes(of("y"))
    for broken in (b"", data[:-1], data + b"x"):
        with pytest.raises(ValueError, match="doesn't end"):
            from_bytes(broken)
    with pytest.raises(ValueError, match="can't be understood"):
        from_bytes(b"[]")


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "LARGEST", 1000)
    with pytest.raises(ValueError, match="doesn't end within 1,000 bytes"):
        from_bytes(zlib.compress(b" " * 10**6))


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_read_never_a_crash(place: int, byte: int) -> None:
    text = bytearray(zlib.decompress(to_bytes(of("y"))))
    text[place % len(text)] = byte
    try:
        read = from_bytes(zlib.compress(bytes(text)))
    except ValueError:
        return
    assert read.merged(read).rows == 2 * read.rows
