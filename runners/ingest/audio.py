"""Audio folders: copies every readable recording, and tells its length, its rate, its level and its silence.

A recording is decoded block by block, so that memory doesn't grow with its length.
"""

import hashlib
import io
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from runners.ingest.manifests import AUDIO as FOLDER
from runners.ingest.manifests import Gathered, Label, keep, read_each
from runners.sources.files import Found
from runners.tables.types import Type

COLUMNS: Mapping[str, Type] = {
    "id": "string",
    "path": "string",
    "sha256": "string",
    "bytes": "integer",
    "duration": "number",
    "sample_rate": "integer",
    "channels": "integer",
    "format": "string",
}
"""The columns of a manifest, the duration in seconds; `label` follows where the folders name the labels."""
FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3")
"""What is read, by libsndfile's names."""
MOST_SAMPLES = 2**31
"""Samples of all channels together: a day of stereo at 12 kHz. A file of a few bytes may claim more."""
WINDOW = 1_024
"""Samples of a channel that are silent or not: 23 milliseconds at 44.1 kHz."""
BLOCK = 64 * WINDOW
SILENT = 0.001
"""The part of full scale below which there is silence: -60 dBFS (AES17 measures levels so)."""
FULL = 1 - 2 / 2**15
"""The part of full scale from which a sample has no room: the last two steps of 16 bits."""
FLOOR = -120.0
"""The level of no sound at all, in dBFS."""
STEPS = 96
"""Parts of a recording whose peaks its picture shows."""
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Recording:
    """One readable recording: its row of the manifest, and what the profile wants to know of it.

    `level` is its root mean square in dBFS, `peak` the loudest sample as a part of full scale, `silence` the share of
    its windows that are silent, `clipped` the share of its samples that stand at full scale, two in a row or more.
    `sound` is a digest of its samples at 16 bits, and `outline` the peaks of its parts, of 255 each.
    """

    row: Mapping[str, Any]
    level: float
    peak: float
    silence: float
    clipped: float
    sound: str
    outline: bytes = b""


@dataclass
class Recordings(Gathered):
    """All recordings of a folder, and what was wrong with some files."""

    noun: str = "recording"
    place: str = FOLDER
    recordings: list[Recording] = field(default_factory=list)


def gather(found: Found, folder: Path, *, label_from: str = "none") -> Recordings:
    """Copy the readable recordings to `audio/` under a folder, keeping their paths.

    Raises:
        InputError: a file vanished or may not be read.
        SourceUnavailable: the place of the files doesn't answer.
    """
    gathered = Recordings()
    for name, data, recording in read_each(found, gathered, listen, label_from):
        gathered.recordings.append(recording)
        keep(folder / FOLDER, name, data)
    return gathered


def listen(name: str, data: bytes, label: Label) -> Recording:
    """Decode one recording.

    Raises:
        ValueError: it is no whole recording, or one so long that decoding it is an attack; says which.
    """
    if not data:
        raise ValueError("it is empty")
    _check_ends(data)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _check(file)
            heard = _Heard(file.samplerate, file.channels, file.frames)
            for block in file.blocks(BLOCK, dtype="float32", always_2d=True):
                heard.take(block)
            row = _row(name, data, heard, file.format) | dict(label)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"it is none of the formats {', '.join(FORMATS)}, or damaged: {_why(error)}") from error
    if heard.frames < heard.claimed:
        raise ValueError(f"it ends after {heard.frames:,} of {heard.claimed:,} samples")
    return heard.recording(row)


def _check(file: Any) -> None:
    if file.format not in FORMATS:
        raise ValueError(f"it is {file.format}, and is to be one of {', '.join(FORMATS)}")
    if not 0 < file.frames * file.channels <= MOST_SAMPLES:
        raise ValueError("it has no samples" if file.frames <= 0 else "it has too many samples")


def _why(error: Exception) -> str:
    return str(error).rsplit(": ", 1)[-1].strip().rstrip(".").lower()


def _check_ends(data: bytes) -> None:
    """Refuse a WAV file that is shorter than it says: libsndfile would read what is there, and say nothing."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        if name == b"data":
            if size not in (0, 0xFFFFFFFF) and place + 8 + size > len(data):
                raise ValueError(f"it ends after {len(data) - place - 8:,} of {size:,} bytes of sound")
            return
        place += 8 + size + size % 2


@dataclass
class _Heard:
    """What is known of a recording so far."""

    rate: int
    channels: int
    claimed: int
    frames: int = 0
    squares: float = 0.0
    peak: float = 0.0
    windows: int = 0
    silent: int = 0
    clipped: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    peaks: NDArray[np.float32] = field(default_factory=lambda: np.zeros(STEPS, np.float32))

    def take(self, block: Samples) -> None:
        """Take the next samples; what isn't finite is as silent as nothing."""
        block = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
        loud = np.abs(block)
        each = loud.max(axis=1)
        self.squares += float(np.square(block, dtype=np.float64).sum())
        self.peak = max(self.peak, float(each.max()))
        tops = np.maximum.reduceat(each, np.arange(0, len(each), WINDOW))
        self.windows, self.silent = self.windows + len(tops), self.silent + int((tops < SILENT).sum())
        full = loud >= FULL
        both = full[1:] & full[:-1]
        self.clipped += int((np.pad(both, ((1, 0), (0, 0))) | np.pad(both, ((0, 1), (0, 0)))).sum())
        self.digest.update(np.rint(np.clip(block, -1, 1) * 32767).astype("<i2").tobytes())
        steps = (np.arange(self.frames, self.frames + len(each)) * STEPS // self.claimed).clip(0, STEPS - 1)
        np.maximum.at(self.peaks, steps, each)
        self.frames += len(block)

    def recording(self, row: Mapping[str, Any]) -> Recording:
        """Return what was heard, after the last sample."""
        total = self.frames * self.channels
        root = math.sqrt(self.squares / total)
        self.digest.update(f"{self.rate} {self.channels}".encode())
        return Recording(
            row=row,
            level=decibels(root),
            peak=round(self.peak, 6),
            silence=round(self.silent / self.windows, 6),
            clipped=round(self.clipped / total, 8),
            sound=self.digest.hexdigest(),
            outline=np.rint(self.peaks.clip(0, 1) * 255).astype(np.uint8).tobytes(),
        )


def decibels(part: float) -> float:
    """Return a part of full scale in dBFS; of next to nothing the floor."""
    return round(max(FLOOR, 20 * math.log10(part)), 3) if part > 0 else FLOOR


def _row(name: str, data: bytes, heard: _Heard, format_: str) -> dict[str, Any]:
    return {
        "id": name,
        "path": f"{FOLDER}/{name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "duration": round(heard.frames / heard.rate, 6),
        "sample_rate": heard.rate,
        "channels": heard.channels,
        "format": "WAV" if format_ == "WAVEX" else format_,
    }


def peaks_of(recording: Recording) -> Iterator[float]:
    """Yield the peaks of a recording's parts, each a part of full scale."""
    return (peak / 255 for peak in recording.outline)
