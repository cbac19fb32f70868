"""A pool's page: its table, its picture, and when it is written."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from reconciler.controllers.pool_meter import read_on
from reconciler.status.pools_page import pages, picture, pool_pages
from tests.unit.reconciler.stage import SHARED

START = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)


def meter() -> dict[str, Any]:
    told = read_on(None, {"risk": 1.0, "R&D <x>": 3.0}, "gpus", 8.0, START)
    told = read_on(told, {"risk": 4.0}, "gpus", 8.0, START + timedelta(minutes=2))
    return dict(read_on(told, {}, "gpus", 8.0, START + timedelta(minutes=3)) or {})


def document(**facts: Any) -> dict[str, Any]:
    return {"state": "ready", "conditions": [{"type": "Ready", "message": "8 gpus"}], "facts": facts}


def test_the_picture_has_a_bar_for_each_team_and_slot() -> None:
    drawn = ElementTree.fromstring(picture(meter()))
    bars = [bar for bar in drawn if bar.tag.endswith("rect") and bar.get("y", "").count(".")]
    heights = [float(bar.get("height", 0)) for bar in bars]
    assert len(bars) == 5
    assert max(heights) / min(heights) == pytest.approx(4.0, rel=0.01)
    texts = [text.text for text in drawn if text.tag.endswith("text")]
    assert {"gpus", "0", "4", "8", "12:00", "12:03 UTC", "risk", "R&D <x>"} <= set(texts)
    ends = [float(text.get("x", 0)) for text in drawn if text.text == "12:03 UTC"]
    assert ends == [752.0], "the axis ends where the picture does"


def test_bars_stand_on_each_other_and_stay_within_the_picture() -> None:
    drawn = picture(meter())
    first, second = (float(y) for y in re.findall(r'<rect x="48.0" y="([0-9.]+)"', drawn))
    assert first > second
    assert all(0 <= float(y) <= 240 for y in re.findall(r' y="([0-9.]+)"', drawn))


def test_the_page_tells_who_uses_what() -> None:
    teams: dict[str, Any] = {"new": {}}
    teams |= {"risk": {"running": 1, "waiting": 2, "used": {"cpus": 2.0, "memory": 2.0**31}, "borrowed": {"cpus": 1.0}}}
    told = pages(SHARED, document(teams=teams, meter=meter()))
    page = told["pools/shared.md"].decode()
    assert "| new | 0 | 0 |  |  |" in page
    assert "| risk | 2 | 1 | cpus 2, memory 2 GiB | cpus 1 |" in page
    assert "![use by team](shared.svg)" in page
    assert set(told) == {"pools/shared.md", "pools/shared.svg"}


def test_a_pool_that_was_never_used_has_no_picture() -> None:
    told = pages(SHARED, document())
    assert "No job waits or runs" in told["pools/shared.md"].decode()
    assert set(told) == {"pools/shared.md"}


def test_pages_are_written_when_they_are_new_and_go_with_their_pool() -> None:
    documents, paths = {SHARED: document(meter=meter())}, {"pools/shared.md", "pools/shared.svg"}
    assert pool_pages(documents, set(), {SHARED}, set()).keys() == paths
    assert pool_pages(documents, {SHARED}, {SHARED}, paths).keys() == paths
    assert pool_pages(documents, set(), {SHARED}, paths) == {}
    assert pool_pages({}, set(), {SHARED}, paths) == dict.fromkeys(paths)


def test_odd_facts_keep_no_status_back() -> None:
    (page,) = pool_pages({SHARED: document(teams=7)}, {SHARED}, set(), set()).values()
    assert page
    assert page.startswith(b"# pools/shared")
