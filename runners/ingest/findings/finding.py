"""A finding: its kind, how severe it is, the columns, a sentence, figures, and what to do.

`KINDS` is the whole vocabulary; docs/specs.md tells it to people, and a test holds that it tells all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The most severe first: a model would be worthless, is probably worse, or needs somebody who knows the data."""

KINDS: Mapping[str, str] = {
    "slot_at_risk": "the server is about to throw away changes of a followed table that weren't read yet",
    "target_copied": "a column gives the target away: it's a copy or a function of it",
    "target_by_missingness": "whether a column has a value gives the target away",
    "target_by_order": "the order of identifiers or of time goes strongly with the target",
    "duplicate_rows": "rows are alike in all columns but the identifier",
    "conflicting_targets": "rows that are alike in all features differ in the target",
    "split_overlap": "rows that test have a twin among those that train",
    "label_noise": "labels contradict what the other rows say",
    "class_imbalance": "a class of the target is rare",
    "target_missing": "rows have no target",
    "constant": "a column holds one value only",
    "nearly_constant": "a column holds one value nearly everywhere",
    "missing_together": "columns are missing in the same rows",
    "mostly_missing": "most values of a column are missing",
    "nearly_same": "columns say nearly the same",
    "outliers": "numbers lie far from all others",
    "sentinel_numbers": "a number such as -999 probably stands for a missing one",
    "placeholder_dates": "a date such as 1900-01-01 or 9999-12-31 probably stands for a missing one",
    "spelling_variants": "categories differ by case or spaces only",
    "mixed_types": "a column of texts holds numbers for the most part",
    "mixed_scripts": "texts are written in different scripts",
    "near_duplicate_texts": "texts are nearly alike",
    "near_duplicate_images": "images look alike, though their bytes differ",
    "conflicting_labels": "images that look alike have different labels",
    "blank_images": "images have one colour only",
    "blurred_images": "images are much less sharp than the others",
    "odd_brightness": "images are nearly black or nearly white",
    "odd_shapes": "images are much wider or higher than the others",
    "duplicate_audio": "recordings sound alike to the last sample, though their bytes differ",
    "silent_audio": "recordings are silent, or mostly so",
    "clipped_audio": "recordings are clipped",
    "mixed_audio": "recordings have several sample rates or numbers of channels",
    "odd_lengths": "recordings are much longer or shorter than the others",
    "odd_levels": "recordings are much louder or softer than the others",
    "mixed_languages": "texts are in several languages",
    "garbled_texts": "texts were decoded by the wrong encoding",
    "empty_texts": "texts are empty or hold nothing but blanks",
    "mixed_encodings": "files of text are in several encodings",
    "drifted_rows": "there are many more or fewer rows than in the former version",
    "drifted_missing": "a column's share of missing values is another than in the former version",
    "drifted_mean": "a column's mean is another than in the former version",
    "drifted_values": "a column's values are spread otherwise than in the former version",
    "rows_unseen": "only the summary of a growing table was looked at: what shows in its rows wasn't looked for",
}
"""What each kind of finding says."""
MOST_COLUMNS = 10
"""Columns that a finding names."""
LONGEST = 1_000
"""Characters of a sentence, or of a column's name."""
MOST_EXAMPLES = 20
"""Identifiers of rows that a finding names in the profile; Git never holds them."""


@dataclass(frozen=True)
class Finding:
    """One thing that is odd.

    `what` and `fix` are sentences for people, `evidence` holds figures by name, `examples` identifiers of rows, and
    `preparation` is the preparation of the profile that answers it, where there is one.
    """

    kind: str
    severity: Severity
    columns: tuple[str, ...]
    what: str
    fix: str
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)
    examples: tuple[str, ...] = ()
    preparation: str | None = None

    def __post_init__(self) -> None:
        """Hold the kind to the vocabulary.

        Raises:
            ValueError: it's another word.
        """
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is no kind of finding")

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the profile holds it."""
        told = self.brief() | {"evidence": dict(self.evidence)}
        return told | ({"examples": list(self.examples[:MOST_EXAMPLES])} if self.examples else {})

    def brief(self) -> dict[str, Any]:
        """Return the finding as the status holds it: without figures by name, and without rows."""
        told: dict[str, Any] = {"kind": self.kind, "severity": self.severity}
        told |= {"what": _cut(self.what), "fix": _cut(self.fix)}
        told |= {"columns": [_cut(name) for name in self.columns[:MOST_COLUMNS]]}
        return told | ({"preparation": self.preparation} if self.preparation else {})


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings, the most severe first; those of one severity as the vocabulary has them, then by columns."""
    kinds = list(KINDS)
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), kinds.index(f.kind), f.columns))


def listed(names: Sequence[str], most: int = 3) -> str:
    """Write names on one line, the first few, each cut to what a line holds."""
    shown = [name if len(name) <= 60 else name[:59] + "…" for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
