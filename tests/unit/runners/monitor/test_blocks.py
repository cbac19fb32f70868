"""A block of a log is read by Arrow or line by line, and both tell the same of whatever stands in it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor import blocks
from runners.monitor.blocks import Reader, lines_of
from runners.monitor.rows import listed as values_of
from tests.unit.runners.monitor.traffic import compact, event, listed

NAMES = ("AGEP", "SEX", "id")
ROWS = [
    {"AGEP": 40.5, "SEX": "1", "id": 7, "prediction": 1, "predicted_probability": 0.9},
    {"AGEP": None, "SEX": "2", "id": 8, "prediction": 0, "predicted_probability": 0.1},
]
HOSTILE = [
    "", "   ", "{", "[]", "null", '"text"', '{"a": 1} {"a": 2}', '{"id": "a", "data": {}}', "{}{}",
    '{"id": 1, "time": 2, "data": 3}', '{"specversion": "1.0", "id": "e', "\ufeff{}", '{"id": "\\ud800"}',
]  # fmt: skip
ODD = [
    {"status": 500, "prediction": None}, {"status": 400, "rows": None}, {"status": None}, {"status": 200.0},
    {"rows": []}, {"rows": [1]}, {"rows": None}, {"prediction": []}, {"probability": []}, {"probability": None},
    {"probability": [0.5]}, {"seconds": None}, {"seconds": "fast"}, {"seconds": True}, {"model": None}, {"model": 7},
    {"prediction": ["a", "b"]}, {"prediction": [[1], [2]]}, {"explanation": {"AGEP": [0.1, {}]}}, {"error": "no"},
    {"rows": [{"AGEP": "12", "SEX": 1, "id": 2**70}, {"SEX": True}]}, {"rows": [{"AGEP": 1}, {"AGEP": 2.5}]},
    {"rows": [{"SEX": [1]}, {"SEX": {"a": 1}}]}, {"rows": [{"SEX": "ä\u0000"}, {"NEW": 3}]}, {"rows": [None, {}]},
    {"rows": [{"SEX": "2026-03-01T10:00:00Z"}, {"SEX": "1"}]}, {"rows": [{"AGEP": 1e300}, {"AGEP": -0.0}]},
]  # fmt: skip
LISTED = [
    {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], [2.5, None]]}, {"columns": ["SEX"], "rows": [["a,b"], ["],["]]},
    {"columns": ["SEX", "AGEP"], "rows": [["\\u0041\"", 1], ["ä\u0000", 2]]}, {"columns": ["AGEP"], "rows": [[], []]},
    {"columns": ["AGEP", "AGEP"], "rows": [[1, 2], [1, 2]]}, {"columns": [1], "rows": [[1], [2]]},
    {"columns": ["AGEP", "SEX"], "rows": [["1", 1], [2, "1"]]}, {"columns": ["AGEP"], "rows": [[1], [2], [3]]},
    {"columns": ["AGEP", "SEX"], "rows": [[1, ["1"]], [{"a": 1}, "]"]]}, {"columns": None, "rows": [[1], [2]]},
    {"columns": ["AGEP", "id"], "rows": [[1e300, 2**70], [float("inf"), True]]}, {"rows": [[1], [2]]},
    {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], 5]}, {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], [1]]},
    {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], {"AGEP": 1}]}, {"columns": [], "rows": [[], []]},
    {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], [2, "2"]], "prediction": [1]}, {"columns": ["AGEP"], "rows": []},
    {"columns": ["AGEP", "SEX"], "rows": [[1, "1"], [2, "2"]], "status": 500}, {"columns": ["x"], "rows": [[1], [2]]},
    {"columns": ["AGEP", "NEW"], "rows": [[1, None], [2, "new"]]}, {"columns": ["AGEP"], "rows": [[None], [None]]},
    {"columns": ["SEX"], "rows": [["[1"], ["\",\"rows\":[["]]}, {"columns": ["SEX"], "rows": [["\ud800"], ["null"]]},
]  # fmt: skip
SPLICED = [
    ('"rows":[[', '"rows":[[],['), ("]],", "] ],"), ("],[", "], ["), ("],[", "],5,["), ("]],", "],7],"), ("],[", ","),
    ('"rows"', '"rows":[[1,"2",3]],"rows"'), ('"status"', '"rows":[[1,"2",3]],"status"'), ('"rows"', '"r\\u006fws"'),
    ('"columns"', '"columns":["SEX"],"columns"'), ('"data":{', '"data":{"rows":[0],'),
    ('"data":{', '"data":{"rows":[],'),
    ('"data":{', '"data":{"columns":["AGEP","SEX","id"],"rows":[[1,"1",1]],"prediction":[1],"more":{'),
    ('"id":"e', '"more":{"rows":[0]},"id":"e'), ("40.5", "NaN"), ("40.5", "-Infinity"), ("40.5", "40.5e"), ("40.5", ""),
    ("40.5", "1,"), ("40.5", '"40.5"'), ("40.5", "[40.5]"), ("40.5", "40.5]"), ("40.5", " 40.5 "), ("40.5", "1e999"),
    ("40.5", "40.5\r"), ('"1"', "1"), ('"1"', "true"), ('"1"', '"1'), ('"1"', '"1""2"'), ('"1"', '"1","2"'),
    ('"prediction"', '"Prediction"'), ('"prediction":[', '"prediction":[1],"prediction":['), (",", ",\t"),
    ("null", "NULL"), ("null", "nan"), ('"probability":[', '"probability":[0.5],"probability":['), ("0.9", "NaN"),
    ('"probability":[', '"probability":[[0.1,0.9],'), ('"prediction":[', '"prediction":[null,'), ("[1,0]", "[1.0,0.5]"),
    ("[1,0]", '["1",0]'), ("[1,0]", "[1,,0]"), ("[1,0]", "[ 1,0 ]"), ("[1,0]", "[1]"), ("[1,0]", "null"),
    ('"probability"', '"more":{"probability":[1],"prediction":[2]},"probability"'), ("[1,0]", "[]"), ("0.9", "1"),
    ('"status"', '"more":{"probability":[1],"prediction":[2]},"status"'), ("0.9", "1e999"), ("[0.9,0.1]", "null"),
    ('"data":{', '"data":{"prediction":[0],"probability":[0],'), ("[0.9,0.1]", "[]"), ("[0.9,0.1]", '["0.9",0.1]'),
    ('"probability":[0.9,0.1],', ""), ('"prediction":[1,0],', ""), ("[0.9,0.1]", "[0.9,[0.1]]"),
]  # fmt: skip
MOMENTS = ["2026-03-01T10:00:00Z", "2026-03-01T11:00:00.123456789+01:00", "2026-03-01T10:00:00", "yesterday", "", 5]


def usual(number: int) -> str:
    return json.dumps(event(number, ROWS))


def written(number: int) -> str:
    """Return a line as a replica writes it."""
    return compact(listed(event(number, ROWS)))


def lines() -> st.SearchStrategy[str]:
    new = st.builds(lambda number, more: listed(event(number, ROWS, **more)), st.integers(0, 9), st.sampled_from(ODD))
    strange = st.builds(lambda one, more: one | {"data": more | one["data"] | more}, new, st.sampled_from(LISTED))
    spliced = st.builds(lambda one, change: one.replace(*change), written_lines(), st.sampled_from(SPLICED))
    return written_lines() | (new | strange).map(compact_bytes) | spliced | older()


def written_lines() -> st.SearchStrategy[str]:
    return st.integers(0, 9).map(written)


def compact_bytes(one: Any) -> str:
    """Return a line; what is no text in UTF-8 is escaped."""
    told = compact(one)
    return told if told.isascii() or told.encode("utf-8", "replace").decode() == told else json.dumps(one)


def older() -> st.SearchStrategy[str]:
    odd = st.builds(lambda number, more: event(number, ROWS, **more), st.integers(0, 9), st.sampled_from(ODD))
    late = st.builds(lambda one, moment: one | {"time": moment}, odd, st.sampled_from(MOMENTS))
    named = st.builds(lambda one, name: one | {"id": name}, odd, st.sampled_from([None, 3, "ü", ["a"]]))
    other = st.builds(lambda one, kind: one | {"type": kind}, odd, st.sampled_from([None, "io.other"]))
    return st.integers(0, 9).map(usual) | (odd | late | named | other).map(json.dumps) | st.sampled_from(HOSTILE)


def told(reader: Reader, block: bytes) -> list[Any]:
    """Return all that a block says of its events and rows."""
    found = reader.read(block)
    sizes, columns, prediction, probability = found.rows(list(found.answered))
    rows = [values_of(columns[name]) if name in columns else [None] * int(sizes.sum()) for name in NAMES]
    answers = [values_of(prediction), [None] * int(sizes.sum()) if probability is None else values_of(probability)]
    models = [model or None for model in found.models]
    seconds = np.nan_to_num(found.seconds, nan=-1.0).tolist()
    head = [
        list(found.ids),
        found.time.tolist(),
        np.asarray(found.answered).tolist(),
        models,
        seconds,
        sizes.tolist(),
        found.broken,
    ]
    return [*head, rows, answers]


@given(st.lists(st.lists(lines(), min_size=1, max_size=4), min_size=1, max_size=3))
def test_both_ways_tell_the_same_of_any_lines(texts: list[list[str]]) -> None:
    quick, slow = Reader(NAMES), Reader(NAMES)
    slow._shape = None
    for part in [[usual(1), written(1)], *texts]:
        block = "".join(f"{line}\n" for line in part).encode()
        assert comparable(told(quick, block)) == comparable(told(slow, block))


def comparable(told: Any) -> str:
    """Return what is told as a text, since NaN is no NaN; 1 and 1.0 are the same number."""
    return repr(json.loads(json.dumps(told), parse_int=float))


def quickly(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note from now on for each block whether Arrow read it."""
    found: list[bool] = []
    read = Reader._quickly

    def noted(self: Reader, block: bytes) -> Any:
        answer = read(self, block)
        found.append(answer is not None)
        return answer

    monkeypatch.setattr(Reader, "_quickly", noted)
    return found


def test_what_the_replica_writes_is_read_by_arrow_from_the_second_block_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found, reader = quickly(monkeypatch), Reader(NAMES)
    failed = json.dumps(event(5, [], status=500, error="no"))
    for number in range(4):
        reader.read(f"{usual(number)}\n{failed}\n".encode())
    assert found == [True] * 3


def test_what_a_replica_writes_is_read_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    found, reader = quickly(monkeypatch), Reader(NAMES)
    failed = compact(event(5, [], status=500, error='no "rows"', columns=[]))
    for number in range(3):
        last = reader.read(f"{written(number)}\n{failed}\n{written(number)}\n".encode())
    assert found == [True] * 2
    answers = last.rows([True, False, False])
    assert {name: values_of(values) for name, values in answers.columns.items()} == {
        "AGEP": [40.5, None],
        "SEX": ["1", "2"],
        "id": [7, 8],
    }
    assert answers.sizes.tolist() == [2]


def test_lines_that_tell_whose_request_it_was_are_read_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found, reader = quickly(monkeypatch), Reader(NAMES)
    reader.read(f"{written(0)}\n".encode())
    told = json.loads(written(1))
    dealt = compact({**told, "data": {**told["data"], "unit": "0123456789abcdef01234567"}})
    last = reader.read(f"{dealt}\n{written(2)}\n".encode())
    assert found == [True]
    assert values_of(last.rows([True, True]).columns["AGEP"]) == [40.5, None] * 2


def test_a_block_with_lines_of_both_kinds_is_read_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    found, reader = quickly(monkeypatch), Reader(NAMES)
    reader.read(f"{written(0)}\n".encode())
    last = reader.read(f"{usual(1)}\n{written(2)}\n".encode())
    assert found == [False]
    assert values_of(last.rows([True, True]).columns["AGEP"]) == [40.5, None] * 2


def test_a_column_that_comes_late_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    found, reader = quickly(monkeypatch), Reader((*NAMES, "NEW"))
    fresh = json.dumps(event(2, ROWS, rows=[{"NEW": 1}, {"NEW": 2.5}]))
    for text in (usual(1), usual(1), fresh, fresh):
        last = reader.read(f"{text}\n".encode())
    assert found == [True, False, True]
    assert values_of(last.rows([True]).columns["NEW"]) == [1.0, 2.5]


def test_without_names_all_columns_are_kept() -> None:
    assert set(Reader().read(f"{usual(1)}\n".encode()).rows([True]).columns) == set(NAMES)


def test_blocks_end_with_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "SIZE", 10)
    (tmp_path / "b").mkdir()
    (tmp_path / "a.jsonl").write_text("1234567890123\n2\n3\n", "utf-8")
    (tmp_path / "b/b.jsonl").write_text("4", "utf-8")
    (tmp_path / "c.txt").write_text("no log\n", "utf-8")
    assert list(lines_of(tmp_path)) == [b"1234567890123\n", b"2\n3\n", b"4"]
