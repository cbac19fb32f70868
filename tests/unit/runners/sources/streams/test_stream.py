"""A stream that grows: each message is a row once, whatever comes between, or is counted with its offset."""

import random
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from tests.unit.runners.sources.streams.memory_log import TOPIC, MemoryLog, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def test_each_refresh_goes_on_where_the_version_before_ended(world: World) -> None:
    for number in range(7):
        world.log.put(number % 2, {"id": number})
    assert world.refresh().told["refresh"]["kind"] == "full"
    assert world.read()["topics"] == {TOPIC: {"0": [0, 4], "1": [0, 3]}}
    world.log.put(0, {"id": 7})
    grown = world.refresh()
    assert (grown.told["refresh"]["kind"], grown.told["stream"]) == ("incremental", {"messages": 1})
    assert sorted(row["id"] for row in world.rows()) == list(range(8))
    assert world.read()["topics"] == {TOPIC: {"0": [0, 5], "1": [0, 3]}}
    assert world.log.closed == 2


def test_messages_that_can_not_be_read_are_refused_or_counted_with_their_offsets(world: World) -> None:
    world.log.put(0, {"id": 1})
    for value in (b"{", b"\xff", None, {"": 1}, b"[" * 100_000):
        world.log.put(1, value)
    (violation,) = world.refresh().table.violations
    assert violation.what.startswith("5 of 6 messages can't be read: payments/1@0: it is no JSON")
    assert world.former is None
    told = world.refresh(poison="skip").told["stream"]
    assert (told["skipped"], len(told["first_skipped"])) == (5, 5)
    assert [(one[1], one[2]) for one in world.read()["poison"]] == [(1, offset) for offset in range(5)]
    world.log.put(1, b"}")
    told = world.refresh(poison="skip").told["stream"]
    assert (told["skipped"], told["skipped_in_all"], world.read()["skipped"]) == (1, 6, 6)


def test_no_more_of_them_is_told_one_by_one_than_fits(world: World) -> None:
    for _ in range(1200):
        world.log.put(0, b"{")
    world.log.put(0, {"id": 1})
    world.refresh(poison="skip")
    assert (world.read()["skipped"], len(world.read()["poison"])) == (1200, 1000)


def test_messages_that_were_dropped_before_they_were_read_are_told(world: World) -> None:
    for number in range(10):
        world.log.put(0, {"id": number})
    world.refresh(rows=4)
    world.log.drop(0, 7)
    with pytest.raises(InputError, match="payments/0 from 4 to 6"):
        world.refresh()
    grown = world.refresh(gaps="skip")
    assert (grown.told["stream"]["dropped"], grown.told["stream"]["gaps"]) == (3, ["payments/0 from 4 to 6"])
    assert [row["id"] for row in world.rows()] == [0, 1, 2, 3, 7, 8, 9]
    assert world.read()["gaps"] == [[TOPIC, 0, 4, 7]]


def test_what_was_dropped_since_is_taken_from_the_version_where_a_schema_changes(world: World) -> None:
    for number in range(5):
        world.log.put(0, {"id": number, "x": number})
    world.refresh()
    world.log.drop(0, 5)
    world.log.put(0, {"id": 5, "x": 0.5, "new": "a"})
    grown = world.refresh()
    assert (grown.told["refresh"]["because"], grown.table.rows) == ("column new is new", 6)
    assert dict(grown.table.types) == {"id": "integer", "x": "number", "new": "string"}
    world.spec = {
        "columns": {"id": {"type": "string"}, "x": {"type": "number"}, "new": {"type": "string", "missing": 1}}
    }
    grown = world.refresh()
    assert (grown.told["refresh"]["because"], grown.table.rows) == ("the version before was asked for otherwise", 6)
    assert [row["id"] for row in world.rows()] == list("012345")


def test_fields_may_come_in_any_order_and_be_left_out(world: World) -> None:
    world.log.put(0, {"a": 1, "b": 2})
    world.refresh()
    world.log.put(0, {"b": 3, "a": 4})
    assert world.refresh().told["refresh"]["kind"] == "incremental"
    world.log.put(0, {"b": 5})
    assert world.refresh().told["refresh"]["kind"] == "incremental"
    assert world.rows() == [{"a": 1, "b": 2}, {"a": 4, "b": 3}, {"a": None, "b": 5}]


def test_a_topic_that_was_made_anew_is_another_one(world: World) -> None:
    world.spec = {"columns": {"id": {"type": "integer"}}, "minimum_rows": 0}
    world.log.put(0, {"id": 1})
    world.refresh()
    world.log.made = 2
    with pytest.raises(InputError, match="was deleted and made anew"):
        world.refresh(gaps="skip")
    assert world.refresh(start="latest", end="2100-01-01T00:00:00+00:00").table.rows == 0


def test_a_topic_that_lost_its_end_is_told(world: World) -> None:
    for number in range(3):
        world.log.put(0, {"id": number})
    world.refresh()
    world.log = MemoryLog()
    world.log.put(0, {"id": 9})
    with pytest.raises(InputError, match="ends at offset 1, and it was read up to 3"):
        world.refresh()


def test_a_range_of_time_is_read_and_no_more(world: World) -> None:
    for number in range(2000):
        world.log.put(0, {"id": number})
    told = {"start": "1970-01-01T00:00:00.500+00:00", "end": "1970-01-01T00:00:01.500+00:00"}
    world.refresh(**told)
    world.log.put(0, {"id": 2000})
    assert world.refresh(**told).told["stream"]["messages"] == 0
    assert [row["id"] for row in world.rows()] == list(range(500, 1500))


def test_a_refresh_that_is_out_of_time_leaves_the_rest_to_the_next(world: World) -> None:
    for number in range(20):
        world.log.put(number % 2, {"id": number})
    grown = world.refresh(within=0.01, rate=50)
    assert grown.told["stream"]["left"] > 0
    assert grown.told["stream"]["left"] + grown.table.rows == 20
    world.refresh()
    assert sorted(row["id"] for row in world.rows()) == list(range(20))


def test_what_is_known_of_a_message_may_be_columns(world: World) -> None:
    world.log.put(1, {"id": 1}, key="k")
    world.refresh(metadata=["topic", "partition", "offset", "timestamp", "key", "headers"])
    (row,) = world.rows()
    moment = row.pop("_timestamp")
    assert moment.isoformat() == "1970-01-01T00:00:00+00:00"
    assert row == {
        "id": 1, "_topic": TOPIC, "_partition": 1, "_offset": 0, "_key": '"k"', "_headers": '[["a", "1"], ["a", "�"]]'
    }  # fmt: skip
    world.log.put(1, {"id": 2, "_offset": 3})
    with pytest.raises(InputError, match="has a field _offset itself"):
        world.refresh(metadata=["offset"])


def test_values_that_are_no_objects_are_one_column(world: World) -> None:
    for value in (1, 2, None):
        world.log.put(0, b"null" if value is None else value)
    world.refresh()
    assert world.rows() == [{"value": 1}, {"value": 2}, {"value": None}]


def test_without_messages_the_columns_of_the_schema_are_there(world: World) -> None:
    world.spec = {"columns": {"id": {"type": "integer"}}, "minimum_rows": 0}
    grown = world.refresh()
    assert (grown.table.rows, dict(grown.table.types), grown.table.violations) == (0, {"id": "integer"}, ())


KEYED: dict[str, Any] = {"key": ["id"], "key_format": "json", "poison": "skip"}


def test_a_row_without_a_key_is_counted_and_never_takes_another_s_place(tmp_path: Path, monkeypatch: Any) -> None:
    world = World(tmp_path, monkeypatch, **KEYED)
    world.log.put(0, {"x": 1})
    world.log.put(0, {"x": 2}, key=5)
    world.log.put(0, None)
    world.refresh()
    assert world.rows() == [{"id": 5, "x": 2}] or world.rows() == [{"x": 2, "id": 5}]
    assert [one[2] for one in world.read()["poison"]] == [0, 2]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_rows_are_what_the_messages_say(seed: int, tmp_path: Path, monkeypatch: Any) -> None:
    """Histories: messages, tombstones, poison, retention and columns that come and go, over bounded refreshes."""
    chance, is_keyed = random.Random(seed), seed % 2 == 0
    world = World(tmp_path, monkeypatch, **(KEYED if is_keyed else {"poison": "skip"}))
    expected: dict[Any, dict[str, Any]] = {}
    pending: dict[int, list[tuple[int, Any, dict[str, Any] | None]]] = {0: [], 1: []}
    world.log.put(0, {"id": -1, "x": 0})
    pending[0].append((0, -1, {"id": -1, "x": 0}))
    for _ in range(chance.randint(4, 8)):
        for _ in range(chance.randint(0, 12)):
            _happen(world, chance, pending, is_keyed)
        world.refresh(rows=chance.choice([3, 8, 100]), **({"registry": "http://x"} if chance.random() < 0.2 else {}))
        ends = {int(number): found[1] for number, found in world.read()["topics"][TOPIC].items()}
        for partition, end in ends.items():
            for offset, key, row in [one for one in pending[partition] if one[0] < end]:
                _expect(expected, key if is_keyed else (partition, offset), row)
            pending[partition] = [one for one in pending[partition] if one[0] >= end]
            if chance.random() < 0.5:
                world.log.drop(partition, max(end, world.log.limits[(TOPIC, partition)].first))
        found = sorted((row["id"], row["x"], row.get("y")) for row in world.rows())
        assert found == sorted((row["id"], row["x"], row.get("y")) for row in expected.values())


def _happen(world: World, chance: random.Random, pending: Any, is_keyed: bool) -> None:
    identity = chance.randrange(6)
    partition = identity % 2
    row = {"id": identity, "x": chance.randrange(1000)} | ({"y": 1} if chance.random() < 0.1 else {})
    what = chance.random()
    if what < 0.15:
        world.log.put(partition, b"poison")
    elif what < 0.3 and is_keyed:
        pending[partition].append((world.log.put(partition, None, key=identity), identity, None))
    else:
        pending[partition].append((world.log.put(partition, row), identity, row))


def _expect(expected: dict[Any, dict[str, Any]], key: Any, row: dict[str, Any] | None) -> None:
    if row is None:
        expected.pop(key, None)
    else:
        expected[key] = row
