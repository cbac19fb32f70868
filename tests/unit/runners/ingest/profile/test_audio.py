"""The profile of recordings, and its picture."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runners.ingest.audio import Recording
from runners.ingest.profile.audio import draw_audio, profile_audio


def recordings(count: int, **row: Any) -> list[Recording]:
    told = {"bytes": 100, "duration": 2.0, "sample_rate": 8_000, "channels": 1, "format": "WAV"}
    return [
        Recording(told | {"label": f"$l{n % 2}\x07"} | row, -20.0, 0.5, 0.1, 0.0, f"{n}", b"\x40" * 96)
        for n in range(count)
    ]


def test_figures_and_preparations() -> None:
    profile = profile_audio([*recordings(3), *recordings(1, sample_rate=16_000, duration=4.0)])
    assert (profile["rows"], profile["seconds"]) == (4, 10.0)
    assert profile["sample_rates"]["top"] == [{"value": "8000", "count": 3}, {"value": "16000", "count": 1}]
    assert profile["durations"]["mean"] == 2.5
    assert [one["name"] for one in profile["preparations"]] == ["resample", "cut"]


@pytest.mark.parametrize("column", ["duration", "sample_rate", "channels", "format", "bytes", "label"])
def test_of_a_sensitive_column_no_value_is_told(column: str) -> None:
    part = {"bytes": "bytes"}.get(column, f"{column}s".replace("channelss", "channels"))
    profile = profile_audio(recordings(4), {column})
    assert profile[part].get("sensitive")
    assert not profile[part].get("top")
    assert "histogram" not in profile[part]
    assert "seconds" not in profile or column != "duration"


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_picture_is_the_same_each_time(tmp_path: Path, count: int) -> None:
    some = recordings(count)
    for name in ("a.png", "b.png"):
        draw_audio(some, profile_audio(some), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (1200, 340)
