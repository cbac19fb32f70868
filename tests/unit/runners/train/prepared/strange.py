"""Rows of every type of column, with the values that are seldom thought of; as a file has them, and as clients do."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

from runners.evaluate.tables import Columns

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
WORDS = ("good", "BAD", "late", "naïve", "Ärger", "日本語", "x_1", "42", "don't", "🙂", "a\u0301", "\u202f", "\t", "…")
TOWNS = ("Zürich", "東京", "a,b", "NA", "", " ", "O'Brien", "\x01", "\x7f", "x" * 300)
UNSEEN = ("elsewhere", "Straße", "\u0000mid", "0")


def columns(rows: int, seed: int, *, unseen: bool) -> Columns:
    """Return rows as a dataset's Parquet file has them."""
    chance = np.random.default_rng(seed)

    def gaps(values: Any, missing: Any) -> Any:
        return np.where(chance.random(rows) < 0.15, missing, values)

    spread = 10.0 ** chance.uniform(-30, 30 if unseen else 3, rows) * chance.choice([-1, 1], rows)
    towns = np.array(TOWNS + (UNSEEN if unseen else ()), object)
    notes = np.array([_note(chance) for _ in range(rows)], object)
    return {
        "id": np.arange(rows),
        "amount": gaps(chance.normal(size=rows).round(3), np.nan),
        "skewed": gaps(np.where(chance.random(rows) < 0.5, spread, chance.lognormal(2, 2, rows)), np.nan),
        "exact": gaps(1.7e9 + chance.random(rows) * 1e-3, np.nan),
        "count": chance.integers(-5, 90, rows),
        "key": np.where(unseen & (chance.random(rows) < 0.1), chance.choice([-(2**63), 2**63 - 1], rows),
                        2**60 + chance.integers(0, 90, rows)),
        "is_new": chance.random(rows) < 0.5,
        "code": gaps(chance.integers(0, 9 if unseen else 5, rows).astype(float), np.nan),
        "town": gaps(towns[chance.integers(0, len(towns), rows)], None),
        "street": gaps(towns[chance.integers(0, len(towns), rows)], None),
        "note": gaps(notes, None),
        "letter": gaps(notes, None),
        "opened": _moments(chance, rows),
    }  # fmt: skip


def _note(chance: np.random.Generator) -> str:
    parts = chance.choice(WORDS, chance.integers(0, 9)).tolist()
    return str(chance.choice([" ", ", ", "\n", ""])).join(parts)


def _moments(chance: np.random.Generator, rows: int) -> Any:
    span = (LAST - FIRST) // timedelta(microseconds=1)
    far = chance.integers(0, span, rows) + (FIRST - EPOCH) // timedelta(microseconds=1)
    near = chance.integers(-40 * 365 * 86_400, 60 * 365 * 86_400, rows) * 1_000_000
    found = np.where(chance.random(rows) < 0.2, far, near).astype("datetime64[us]")
    found[chance.random(rows) < 0.1] = np.datetime64("NaT", "us")
    return found


def as_asked(rows: Columns, seed: int) -> dict[str, list[Any]]:
    """Return the same rows as clients write them: JSON's values, moments in any time zone, gaps as null."""
    chance = np.random.default_rng(seed)
    return {name: [_asked(value, chance) for value in values.tolist()] for name, values in rows.items()}


def _asked(value: Any, chance: np.random.Generator) -> Any:
    if isinstance(value, datetime):
        zone = timezone(timedelta(minutes=int(chance.integers(-14 * 60, 14 * 60))))
        aware = value.replace(tzinfo=UTC)
        told = chance.choice(3)
        return value.isoformat() if told == 0 else aware.astimezone(zone).isoformat(" " if told == 1 else "T")
    return None if isinstance(value, float) and np.isnan(value) else value
