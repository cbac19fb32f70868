"""Recordings: what is told of one, and what is no whole one."""

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from runners.ingest.audio import FLOOR, Recording, decibels, listen
from tests.unit.runners.ingest.sounds import RATE, recorded, tone


def heard(path: Path) -> Recording:
    return listen(path.name, path.read_bytes(), {})


@pytest.mark.parametrize("name", ["x.wav", "x.flac", "x.ogg", "x.mp3"])
def test_every_format_tells_length_rate_channels_and_level(tmp_path: Path, name: str) -> None:
    sound = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * 16_000) / 16_000)
    found = heard(recorded(tmp_path / name, np.stack([sound, sound], 1), 16_000))
    assert (found.row["sample_rate"], found.row["channels"]) == (16_000, 2)
    assert found.row["format"] == name[2:].upper()
    assert found.row["duration"] == pytest.approx(2, abs=0.2)
    assert found.level == pytest.approx(decibels(0.5 / np.sqrt(2)), abs=0.5)
    assert found.peak == pytest.approx(0.5, abs=0.03)
    assert found.silence < 0.1
    assert found.clipped == 0


def test_silence_and_clipping_are_shares(tmp_path: Path) -> None:
    quiet = np.concatenate([np.zeros(RATE * 3), 0.5 * np.ones(RATE)])
    assert heard(recorded(tmp_path / "quiet.wav", quiet)).silence == pytest.approx(0.75, abs=0.04)
    nothing = heard(recorded(tmp_path / "nothing.wav", np.zeros(RATE)))
    assert (nothing.level, nothing.peak, nothing.silence) == (FLOOR, 0, 1)
    loud = np.tile(np.concatenate([np.ones(10), np.zeros(90)]), 100)
    assert heard(recorded(tmp_path / "loud.wav", loud)).clipped == pytest.approx(0.1, abs=0.001)
    peaks = np.tile(np.concatenate([np.ones(1), np.zeros(99)]), 100)
    assert heard(recorded(tmp_path / "peaks.wav", peaks)).clipped == 0


def test_the_same_sound_has_one_digest_in_any_format_without_loss(tmp_path: Path) -> None:
    sound = np.rint(tone(1) * 32767).astype("int16")
    one, two = (heard(recorded(tmp_path / f"x.{end}", sound)) for end in ("wav", "flac"))
    assert one.sound == two.sound
    assert one.row["sha256"] != two.row["sha256"]
    assert heard(recorded(tmp_path / "y.wav", sound, 2 * RATE)).sound != one.sound


def test_blocks_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = recorded(tmp_path / "x.wav", tone(1, seconds=3))
    whole = heard(place)
    monkeypatch.setattr("runners.ingest.audio.BLOCK", 2048)
    parts = heard(place)
    assert (parts.sound, parts.silence, parts.outline) == (whole.sound, whole.silence, whole.outline)
    assert parts.level == pytest.approx(whole.level)


def test_what_is_no_whole_recording_is_told(tmp_path: Path) -> None:
    whole = recorded(tmp_path / "x.wav", tone(1)).read_bytes()
    flac = recorded(tmp_path / "x.flac", tone(1)).read_bytes()
    bomb = whole[:40] + struct.pack("<I", 0xFFFFFFFF) + whole[44:]
    for data, why in (
        (b"", "it is empty"),
        (b"hello", "none of the formats WAV"),
        (whole[: len(whole) // 2], "it ends after"),
        (whole[:44], "it ends after"),
        (whole[:20], "none of the formats"),
        (flac[: len(flac) // 2], "it ends after|damaged"),
        (whole[:40] + struct.pack("<I", 0) + whole[44:44], "it has no samples"),
    ):
        with pytest.raises(ValueError, match=why):
            listen("x", data, {})
    assert listen("x", bomb, {}).row["duration"] <= 1  # it claims four gigabytes and holds a second


def test_numbers_that_are_none_are_no_trouble(tmp_path: Path) -> None:
    sound = tone(1)
    sound[10:20], sound[30] = np.nan, np.inf
    found = heard(recorded(tmp_path / "x.wav", sound, subtype="FLOAT"))
    assert np.isfinite([found.level, found.peak, found.silence]).all()


@pytest.mark.parametrize("seed", range(60))
def test_no_bytes_break_the_reading(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    end = ("wav", "flac", "ogg", "mp3")[seed % 4]
    data = bytearray(recorded(tmp_path / f"x.{end}", tone(seed % 5)).read_bytes())
    for place in chance.integers(0, min(len(data), 400), 6):
        data[place] = chance.integers(0, 256)
    data = data[: int(chance.integers(1, len(data) + 1))]
    found = None
    with suppress(ValueError):
        found = listen("x", bytes(data), {})
    if found is not None:
        assert found.row["duration"] > 0
        assert 0 <= found.silence <= 1
