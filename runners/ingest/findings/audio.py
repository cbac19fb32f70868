"""What is odd in an audio folder: silence, clipping, odd lengths and levels, several rates, the same sound twice."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from runners.counting import counted
from runners.ingest.audio import SILENT, Recording
from runners.ingest.findings.finding import Finding, in_order
from runners.ingest.findings.manifest import Hidden, ids_of, rare_labels, some_are

FEWEST = 30
"""Recordings below which none is said to be unlike the others."""
CLIPPED = 0.001
"""Share of the samples at full scale above which a recording is clipped: what mastering leaves is far below."""
MOSTLY = 0.9
"""Share of silent windows above which a recording is mostly silent."""
ODD_LENGTH = 10.0
"""By which factor a length must be another than the median to be odd."""
ODD_LEVEL = 20.0
"""Decibels between a level and the median above which it is odd."""
BEYOND = 3.0
"""How many times as far from the median as the outer twentieth it must be beside: of normal figures 5 deviations."""


def find_in_audio(recordings: Sequence[Recording], hidden: Hidden) -> list[Finding]:
    """Return all that is odd in readable recordings, the most severe first.

    Args:
        recordings: the recordings.
        hidden: columns of the manifest that are sensitive.
    """
    return in_order(_all(recordings, hidden)) if recordings else []


def _all(recordings: Sequence[Recording], hidden: Hidden) -> Iterator[Finding]:
    yield from _same(recordings, hidden)
    silent = [one for one in recordings if one.peak < SILENT or one.silence > MOSTLY]
    what = f"silent (below -60 dBFS) for more than {MOSTLY:.0%} of the time"
    yield from _some(
        "silent_audio", silent, hidden, what=what, fix="remove them, or trim their silence", answer="trim_silence"
    )
    clipped = [one for one in recordings if one.clipped > CLIPPED]
    what = f"clipped: more than {CLIPPED:.1%} of the samples stand at full scale, two in a row or more"
    yield from _some(
        "clipped_audio", clipped, hidden, what=what, fix="record them again at a lower level, or leave them out"
    )
    yield from _mixed(recordings, hidden)
    sounding = [one for one in recordings if one not in silent]
    if len(sounding) >= FEWEST:
        yield from _unlike(sounding, hidden)
    yield from rare_labels([one.row for one in recordings], hidden, "recording")


def _some(
    kind: str, odd: Sequence[Recording], hidden: Hidden, *, what: str, fix: str, answer: str | None = None
) -> Iterator[Finding]:
    return some_are(kind, [one.row for one in odd], hidden, noun="recording", what=what, fix=fix, answer=answer)


def _same(recordings: Sequence[Recording], hidden: Hidden) -> Iterator[Finding]:
    """Find the same sound in files of other bytes: other tags, or another format without loss."""
    by_sound: dict[str, list[Recording]] = defaultdict(list)
    for one in recordings:
        if one.peak >= SILENT:  # silences of one length are no copies of each other
            by_sound[one.sound].append(one)
    groups = [same for same in by_sound.values() if len({one.row["sha256"] for one in same}) > 1]
    twins = [one for same in groups for one in same]
    if twins:
        yield Finding(
            "duplicate_audio",
            "warning",
            ("path",),
            f"{counted(len(twins), 'recording')} sound like another one to the last sample, though their bytes differ",
            "keep one of each, lest twins train and test",
            {"recordings": len(twins)},
            ids_of([one.row for one in twins], hidden),
        )
    other = [one for same in groups if len({one.row.get("label") for one in same}) > 1 for one in same]
    if other:
        yield Finding(
            "conflicting_labels",
            "warning",
            ("label",),
            f"{counted(len(other), 'recording')} sound like another one with a different label",
            "listen to them, and move each into the folder of its label",
            {"recordings": len(other)},
            ids_of([one.row for one in other], hidden),
        )


def _mixed(recordings: Sequence[Recording], hidden: Hidden) -> Iterator[Finding]:
    for column, noun, answer in (("sample_rate", "sample rate", "resample"), ("channels", "number of channels", "mix")):
        counts = Counter(one.row[column] for one in recordings)
        if len(counts) > 1:
            shares = ", ".join(f"{value:,} in {count:,}" for value, count in counts.most_common(6))
            told = "" if column in hidden else f": {shares}"
            yield Finding(
                "mixed_audio",
                "info",
                (column,),
                f"the recordings have more than one {noun}{told}",
                "bring them to one before a model learns from them: it may learn where they come from instead",
                {"different": len(counts), "recordings": len(recordings)},
                preparation=answer,
            )


def _unlike(sounding: Sequence[Recording], hidden: Hidden) -> Iterator[Finding]:
    lengths = _far(sounding, lambda one: float(np.log(one.row["duration"])), float(np.log(ODD_LENGTH)))
    what = f"more than {ODD_LENGTH:g} times as long or as short as the median, and far from nearly all others"
    yield from _some(
        "odd_lengths", lengths, hidden, what=what, fix="listen whether they are whole, or several in one", answer="cut"
    )
    levels = _far(sounding, lambda one: one.level, ODD_LEVEL)
    what = f"more than {ODD_LEVEL:g} dB louder or softer than the median, and far from nearly all others"
    yield from _some(
        "odd_levels", levels, hidden, what=what, fix="listen whether they are of use", answer="normalise_level"
    )


def _far(some: Sequence[Recording], figure: Callable[[Recording], float], far: float) -> list[Recording]:
    """Return the recordings whose figure is far from the median, also by how far the outer twentieth on its side is."""
    figures = np.array([figure(one) for one in some])
    low, middle, high = np.quantile(figures, (0.05, 0.5, 0.95))
    below, above = max(far, BEYOND * (middle - low)), max(far, BEYOND * (high - middle))
    is_far = (figures < middle - below) | (figures > middle + above)
    return [one for one, odd in zip(some, is_far, strict=True) if odd]
