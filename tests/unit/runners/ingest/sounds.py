"""Recordings that are made here: tones with a decay, always the same for the same seed."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 8_000


def tone(seed: int, seconds: float = 1.0, loud: float = 0.3) -> Any:
    """Return a tone that fades twice a second, with a little noise."""
    chance = np.random.default_rng(seed)
    moments = np.arange(int(RATE * seconds)) / RATE
    fading = np.exp(-3 * (moments % 0.5))
    return loud * np.sin(2 * np.pi * (150 + 7 * seed) * moments) * fading + chance.normal(0, 0.003, len(moments))


def recorded(place: Path, samples: Any, rate: int = RATE, subtype: str | None = None) -> Path:
    """Write a recording, by the format that its name ends with."""
    place.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(place, samples, rate, subtype=subtype)
    return place
