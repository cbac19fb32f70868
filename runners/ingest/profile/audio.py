"""The profile of an audio folder: lengths, rates, channels, levels, silence, labels, and outlines of examples."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from runners.counting import counted
from runners.drawing import FILL, clipped, new_figure, save
from runners.ingest.audio import Recording, peaks_of
from runners.ingest.profile.images import hidden_part, most, rare_label, spread
from runners.ingest.profile.pictures import draw_bars, draw_histogram, title
from runners.ingest.profile.preparations import preparation

_COLUMNS = {
    "formats": ("format",),
    "durations": ("duration",),
    "sample_rates": ("sample_rate",),
    "channels": ("channels",),
    "bytes": ("bytes",),
    "labels": ("label",),
}
"""The columns that a part of a profile tells the values of."""
_OUTLINES = 8
APART = 6.0
"""Decibels of deviation between levels above which they are brought to one."""


def profile_audio(recordings: Sequence[Recording], sensitive: Collection[str] = ()) -> dict[str, Any]:
    """Return the profile of readable recordings, as JSON; of sensitive columns it tells no value."""
    labels = Counter(one.row["label"] for one in recordings if one.row.get("label"))
    profile: dict[str, Any] = {
        "format": 1,
        "kind": "audio",
        "rows": len(recordings),
        "identifier": {"column": "id", "duplicates": 0, "missing": 0},
        "formats": most(Counter(one.row["format"] for one in recordings)),
        "sample_rates": most(Counter(str(one.row["sample_rate"]) for one in recordings)),
        "channels": most(Counter(str(one.row["channels"]) for one in recordings)),
        "durations": spread([one.row["duration"] for one in recordings], whole=False),
        "bytes": spread([one.row["bytes"] for one in recordings], whole=True),
        "levels": spread([one.level for one in recordings], whole=False),
        "silence": spread([one.silence for one in recordings], whole=False),
        "clipped": spread([one.clipped for one in recordings], whole=False),
        "seconds": round(sum(one.row["duration"] for one in recordings), 3),
    }
    if any("label" in one.row for one in recordings):
        profile["labels"] = most(labels)
    for part in (part for part in _COLUMNS if part in profile):
        if not set(sensitive).isdisjoint(_COLUMNS[part]):
            profile[part] = hidden_part(profile[part])
    if "duration" in sensitive:
        del profile["seconds"]
    needed = [*_preparations(recordings, profile), *rare_label(labels, "recordings", profile)]
    return profile | {"preparations": needed}


def _preparations(recordings: Sequence[Recording], profile: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for part, name, column, noun in (
        ("sample_rates", "resample", "sample_rate", "sample rates"),
        ("channels", "mix", "channels", "numbers of channels"),
    ):
        if profile[part]["distinct"] > 1:
            first = [f"; the most frequent is {top['value']}" for top in profile[part]["top"][:1]]
            found.append(preparation(name, [column], f"{profile[part]['distinct']} {noun}{''.join(first)}"))
    lengths = {one.row["duration"] for one in recordings}
    if len(lengths) > 1:
        found.append(preparation("cut", ["duration"], "the recordings aren't of one length: cut or pad them"))
    if recordings and (deviation := profile["levels"]["std"]) > APART:
        reason = f"levels of {profile['levels']['mean']:.1f} ± {deviation:.1f} dBFS"
        found.append(preparation("normalise_level", ["path"], reason))
    if quiet := sum(one.silence > 0.5 for one in recordings):
        reason = f"{counted(quiet, 'recording')} {'is' if quiet == 1 else 'are'} silent for more than half the time"
        found.append(preparation("trim_silence", ["path"], reason))
    return found


def draw_audio(recordings: Sequence[Recording], profile: dict[str, Any], path: Path) -> None:
    """Draw outlines of examples, and beside them lengths, levels, rates, and the labels or the formats."""
    figure = new_figure(12, 3.4)
    grid = figure.add_gridspec(_OUTLINES // 2, 4, width_ratios=(1, 1, 1, 1))
    step = max(1, len(recordings) // _OUTLINES)
    names_are_told = "sensitive" not in profile.get("labels", ())
    for place, one in enumerate(recordings[::step][:_OUTLINES]):
        label = one.row.get("label") if names_are_told else None
        _outline(figure.add_subplot(grid[place % 4, place // 4]), one, label or "")
    half = _OUTLINES // 4
    panels = [("durations", grid[:half, 2]), ("levels", grid[half:, 2]), ("sample_rates", grid[:half, 3])]
    for name, cell in [*panels, ("labels" if "labels" in profile else "formats", grid[half:, 3])]:
        panel = figure.add_subplot(cell)
        if profile[name].get("histogram"):
            draw_histogram(panel, profile[name]["histogram"])
        elif profile[name].get("top"):
            draw_bars(panel, profile[name]["top"], len(recordings))
        title(panel, {"durations": "seconds", "levels": "level, dBFS", "sample_rates": "sample rates"}.get(name, name))
    save(figure, path)


def _outline(panel: Axes, one: Recording, label: str) -> None:
    peaks = list(peaks_of(one))
    panel.fill_between(range(len(peaks)), peaks, [-peak for peak in peaks], color=FILL, linewidth=0)
    panel.set_ylim(-1, 1)
    title(panel, clipped(label, 24))
    panel.set_xticks([])
