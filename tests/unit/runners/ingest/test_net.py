"""The net effect of changes is that of doing them one after the other."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.ingest.net import UNCHANGED, Net, State, Unfounded
from runners.sources.changes import Change

BASE = {str(n): {"id": str(n), "x": f"x{n}", "big": f"big{n}"} for n in range(4)}
STEPS = st.lists(
    st.tuples(st.sampled_from("ikudt"), st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), max_size=20
)


def played(steps: list[Any]) -> tuple[list[Change], dict[str, dict[str, str]]]:
    """Do some steps to a table; return what its log tells, which leaves out what is unchanged, and its rows."""
    rows, log = dict(BASE), []
    for kind, one, other, value in steps:
        key, new = str(one), str(other)
        if kind == "i" and key not in rows:
            rows[key] = {"id": key, "x": str(value), "big": f"new{value}"}
            log.append(Change("put", rows[key]))
        elif kind == "u" and key in rows:
            rows[key] = {**rows[key], "x": str(value)}
            log.append(Change("put", {**rows[key], "big": None}, None, frozenset({"big"})))
        elif kind == "k" and key in rows and new not in rows:
            rows[new] = {**rows.pop(key), "id": new}
            log.append(Change("put", {**rows[new], "big": None}, {"id": key}, frozenset({"big"})))
        elif kind == "d" and rows.pop(key, None):
            log.append(Change("remove", {"id": key}))
        elif kind == "t" and value == 0:
            rows = {}
            log.append(Change("truncate"))
    return log, rows


def row_of(state: State) -> dict[str, Any]:
    origin = BASE[state.origin[0]] if state.origin else {}
    cells = zip(("id", "x", "big"), state.cells, strict=True)
    return {name: origin[name] if cell == UNCHANGED else cell for name, cell in cells}


@settings(deadline=None)
@given(STEPS)
def test_it_is_that_of_one_after_the_other(steps: list[Any]) -> None:
    log, rows = played(steps)
    with TemporaryDirectory() as place, Net(Path(place), ("id", "x", "big"), ("id",)) as net:
        for change in log:
            net.apply(change)
        made = {} if net.is_anew else dict(BASE)
        states = list(net.states())
        for state in states:
            made.pop(str(state.cells[0]), None)
        made |= {str(state.cells[0]): row_of(state) for state in states if not state.is_gone}
    assert made == rows


@pytest.mark.parametrize("first", [Change("truncate"), Change("remove", {"id": "1"})])
def test_a_change_of_a_row_that_is_not_there_is_refused(tmp_path: Path, first: Change) -> None:
    with Net(tmp_path, ("id", "x"), ("id",)) as net:
        net.apply(first)
        with pytest.raises(Unfounded):
            net.apply(Change("put", {"id": "1", "x": None}, None, frozenset({"x"})))
