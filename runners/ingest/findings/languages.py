"""The languages of texts, and texts that were decoded by the wrong encoding, in the sample.

Languages that are written alike count as one where a mixture is looked for, as the model takes one for the other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.ingest.profile.intervals import of_share
from runners.tables.languages import family_of, language_of

MOST_TEXTS = 500
"""Texts of a column that are looked at: at half a millisecond each."""
SHOWN = 8


@dataclass(frozen=True)
class Languages:
    """How many texts of a sample are in which language, and of how many it can't be told."""

    counts: Mapping[str, int] = field(default_factory=dict, hash=False)
    unsure: int = 0
    short: int = 0

    @property
    def told(self) -> int:
        """Return of how many texts the language is told."""
        return sum(self.counts.values())

    def as_json(self, *, is_told: bool) -> dict[str, Any]:
        """Return what the profile says of a column: with intervals of 95 %, as only a sample was looked at."""
        figures: dict[str, Any] = {"texts": self.told, "unsure": self.unsure, "short": self.short}
        if not is_told:
            return figures
        return figures | {"top": [self._one(name, count) for name, count in self._most()[:SHOWN]]}

    def _one(self, name: str, count: int) -> dict[str, Any]:
        ends = [round(end, 6) for end in of_share(count, self.told)]
        return {"value": name, "share": round(count / self.told, 6), "interval": ends}

    def _most(self) -> list[tuple[str, int]]:
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))

    def families(self) -> list[tuple[str, int]]:
        """Return the languages with those that are written alike as one, by its most frequent, most frequent first."""
        families: dict[int | str, list[tuple[str, int]]] = {}
        for name, count in self._most():
            families.setdefault(family_of(name), []).append((name, count))
        told = [(family[0][0], sum(count for _, count in family)) for family in families.values()]
        return sorted(told, key=lambda item: (-item[1], item[0]))


def languages_of(texts: Sequence[str]) -> Languages:
    """Return the languages of texts, as far as they can be told."""
    counts: Counter[str] = Counter()
    counts.update(map(language_of, texts[:MOST_TEXTS]))
    unsure, short = counts.pop("unsure", 0), counts.pop("short", 0)
    return Languages(dict(counts), unsure, short)


def is_garbled(text: str) -> bool:
    """Tell whether a text is UTF-8 that was read as Windows-1252 or Latin-1, or holds what couldn't be decoded.

    Such a text, written back in that encoding, is UTF-8: of real texts next to none is.
    """
    if "\N{REPLACEMENT CHARACTER}" in text:
        return True
    if text.isascii():
        return False
    return any(_turns_back(text, encoding) for encoding in ("cp1252", "latin-1"))


def _turns_back(text: str, encoding: str) -> bool:
    try:
        return len(text.encode(encoding).decode("utf-8")) < len(text)
    except UnicodeError:
        return False
