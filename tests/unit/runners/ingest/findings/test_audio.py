"""What is odd in recordings, by their figures: power, false alarms, sensitive columns."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runners.ingest.audio import Recording
from runners.ingest.findings.audio import find_in_audio

NOTHING: frozenset[str] = frozenset()


def recording(number: int, chance: np.random.Generator, **row: Any) -> Recording:
    """Return the figures of a recording in which nothing is wrong: lengths and levels as of real ones."""
    length = float(np.exp(chance.normal(1, 0.7)))
    told = {"id": f"{number}.wav", "sha256": f"{number}", "duration": length, "sample_rate": 16_000, "channels": 1}
    level, silence = float(chance.normal(-22, 4)), float(chance.uniform(0, 0.5))
    return Recording(told | row, level, 0.8, silence, float(chance.uniform(0, 1e-4)), f"sound {number}")


def test_clean_folders_raise_no_alarm() -> None:
    alarms = {}
    for seed in range(200):
        chance = np.random.default_rng(seed)
        album = [recording(number, chance) for number in range(int(chance.integers(5, 200)))]
        if found := find_in_audio(album, NOTHING):
            alarms[seed] = [one.what for one in found]
    assert len(alarms) <= 2, alarms


@pytest.mark.parametrize(
    ("kind", "changed", "row"),
    [
        ("silent_audio", {"silence": 0.95}, {}),
        ("silent_audio", {"peak": 0.0, "silence": 1.0, "level": -120.0}, {}),
        ("clipped_audio", {"clipped": 0.01}, {}),
        ("odd_lengths", {}, {"duration": 900.0}),
        ("odd_lengths", {}, {"duration": 0.01}),
        ("odd_levels", {"level": -70.0}, {}),
        ("mixed_audio", {}, {"channels": 2}),
        ("mixed_audio", {}, {"sample_rate": 44_100}),
        ("duplicate_audio", {"sound": "sound 3"}, {}),
    ],
)
def test_one_that_is_odd_is_found_among_many(kind: str, changed: dict[str, Any], row: dict[str, Any]) -> None:
    chance = np.random.default_rng(1)
    album = [recording(number, chance) for number in range(100)]
    odd = replace(recording(100, chance, **row), **changed)
    found = find_in_audio([*album, odd], NOTHING)
    assert [one.kind for one in found] == [kind]
    assert kind == "mixed_audio" or "100.wav" in found[0].examples
    assert find_in_audio([*album, odd], frozenset({"id"}))[0].examples == ()


@pytest.mark.parametrize("column", ["sample_rate", "channels"])
def test_of_a_sensitive_column_no_value_is_told(column: str) -> None:
    chance = np.random.default_rng(1)
    album = [recording(number, chance, **{column: 77_777 + number % 2}) for number in range(10)]
    (told,) = find_in_audio(album, frozenset({column}))
    assert "77" not in str(told)


def test_silences_are_no_copies_of_each_other() -> None:
    chance = np.random.default_rng(1)
    quiet = [replace(recording(n, chance), peak=0.0, silence=1.0, level=-120.0, sound="none") for n in range(3)]
    assert [one.kind for one in find_in_audio(quiet, NOTHING)] == ["silent_audio"]
    assert find_in_audio([], NOTHING) == []


def test_a_rare_label_and_labels_that_contradict_each_other() -> None:
    chance = np.random.default_rng(1)
    album = [recording(number, chance, label="ab"[number == 0]) for number in range(60)]
    assert [one.kind for one in find_in_audio(album, NOTHING)] == ["class_imbalance"]
    same = [replace(one, sound="same") if number < 2 else one for number, one in enumerate(album)]
    assert {"conflicting_labels", "duplicate_audio"} < {one.kind for one in find_in_audio(same, NOTHING)}
    assert "label b" not in str(find_in_audio(album, frozenset({"label"})))
