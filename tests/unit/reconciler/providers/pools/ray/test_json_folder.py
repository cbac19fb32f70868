"""A folder of JSON: files that are there whole or not at all, and whose changes by others are seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.providers.pools.ray.json_folder import JsonFolder

Numbers = JsonFolder[int]


@pytest.fixture
def json_folder(tmp_path: Path) -> Callable[[], Numbers]:
    """Return what opens one more view of the same folder."""
    return lambda: JsonFolder(
        tmp_path / "json_folder", lambda told: int(told["number"]), lambda value: {"number": value}
    )


def test_what_was_put_is_there_for_everybody(json_folder: Callable[[], Numbers]) -> None:
    mine, other = json_folder(), json_folder()
    assert mine.get("a/b") is None
    mine.put("a/b", 1)
    mine.put("ünï code\n", 2)
    assert (mine.get("a/b"), other.get("a/b"), other.look("a/b")) == (1, None, 1)
    other.refresh()
    assert sorted(other.values()) == [1, 2]


def test_a_change_by_another_is_seen(json_folder: Callable[[], Numbers]) -> None:
    mine, other = json_folder(), json_folder()
    for number in range(20):
        mine.put("a", number)
        other.refresh()
        assert other.get("a") == number
        assert other.look("a") == number
    mine.remove("a")
    assert other.look("a") is None
    other.refresh()
    assert list(other.values()) == []


def test_the_version_rises_with_what_is_said(json_folder: Callable[[], Numbers]) -> None:
    mine, other = json_folder(), json_folder()
    other.refresh()
    versions = [other.version]
    for change in (lambda: mine.put("a", 1), lambda: mine.put("a", 2), lambda: mine.remove("a")):
        change()
        other.refresh()
        versions.append(other.version)
    assert versions == sorted(set(versions))
    other.refresh()
    assert other.version == versions[-1]
    mine.remove("a")
    assert other.look("nothing") is None
    assert other.version == versions[-1]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"number": "x"}', '{"other": 1}'])
def test_what_can_t_be_understood_isn_t_there(json_folder: Callable[[], Numbers], tmp_path: Path, text: str) -> None:
    mine = json_folder()
    mine.put("a", 1)
    (tmp_path / "json_folder" / "a.json").write_text(text)
    mine.refresh()
    assert mine.get("a") is None
    mine.put("a", 2)
    assert mine.look("a") == 2


def test_half_a_file_of_another_is_left_alone(json_folder: Callable[[], Numbers], tmp_path: Path) -> None:
    mine = json_folder()
    mine.put("a", 1)
    (tmp_path / "json_folder" / "b.part").write_text("{")
    mine.refresh()
    assert list(mine.values()) == [1]
