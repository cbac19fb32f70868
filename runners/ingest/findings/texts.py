"""Texts that are nearly alike, in several scripts or languages, or decoded by the wrong encoding, in the sample.

Near duplicates are found by MinHash (Broder, 1997) and bands (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets,
3.4): of two texts that share `ALIKE` of their pieces of five characters at least 998 in 1,000 come together in a band,
and what comes together is compared piece by piece. So what is told is exact, and next to nothing is missed.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.languages import Languages, is_garbled, languages_of
from runners.ingest.profile.intervals import of_share
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes

ALIKE = 0.8
"""The share of common pieces (Jaccard's index) above which two texts are nearly alike."""
PIECE, LONGEST = 5, 1_000
BANDS, BAND = 14, 4
NEARLY = 0.6
"""Share of common hashes below which two texts aren't compared: 3.8 standard errors below `ALIKE`."""
MOST_TEXTS, MOST_COLUMNS = 2_000, 3
SHORTEST = 25.0
"""Characters of a text on average below which a column holds names rather than texts."""
FEWEST = 20
WORTH = 0.01
MIXED = 0.02
"""Share of the texts that another script must have before a column is called mixed."""
Signs = NDArray[np.uint64]


def of_texts(
    ground: Ground, rows: Mapping[str, Any], languages: Mapping[str, Languages] | None = None
) -> Iterator[Finding]:
    """Find texts that are nearly alike, of several scripts or languages, or decoded by the wrong encoding.

    Args:
        ground: what is known of the table.
        rows: the columns of the sample.
        languages: the languages of its columns, where they are known already.
    """
    for name, texts in texts_of(ground, rows).items():
        yield from _near(name, texts, ground)
        yield from _scripts(name, texts, ground)
        known = languages_of(texts) if languages is None else languages.get(name, Languages())
        yield from _languages(name, known, ground)
        yield from _garbled(name, texts)


def texts_of(ground: Ground, rows: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the texts of the first columns that hold texts rather than names, in the order of the sample."""
    names = [name for name, column in ground.features.items() if name in rows and _holds_texts(column)]
    found = {}
    for name in names[:MOST_COLUMNS]:
        present = rows[name].is_valid().to_numpy(zero_copy_only=False)
        texts = rows[name].filter(present)[:MOST_TEXTS].to_pylist()
        if len(texts) >= FEWEST:
            found[name] = texts
    return found


def _holds_texts(column: ColumnSummary) -> bool:
    if not isinstance(column.figures, Classes) or not column.figures.lengths or not column.count:
        return False
    return column.figures.lengths.total / column.count >= SHORTEST and 2 * column.distinct > column.count


def _near(name: str, texts: Sequence[str], ground: Ground) -> Iterator[Finding]:
    twins = near_duplicates(texts)
    low, high = of_share(len(twins), len(texts))
    present = ground.summary.columns[name].count
    if not twins or (low * len(texts) < 1 and len(texts) < present):
        return
    among = "" if len(texts) == present else f" among {len(texts):,} of {present:,}; a twin among the others isn't seen"
    yield Finding(
        "near_duplicate_texts",
        "warning" if low > WORTH else "info",
        (name,),
        f"{len(twins):,} texts of {name} are nearly those of another row ({len(twins) / len(texts):.2%}){among}",
        "keep one of each where they come from templates or copies, lest twins train and test",
        {
            "texts": len(texts),
            "near": len(twins),
            "interval": [round(low, 6), round(high, 6)],
            "alike": ALIKE,
            "is_estimate": len(texts) != present,
        },
    )


def near_duplicates(texts: Sequence[str]) -> set[int]:
    """Return the places of texts that are nearly those of another place, though not the same."""
    pieces, starts = _pieces([_plain(text) for text in texts])
    signs = np.column_stack([np.minimum.reduceat(_mixed(pieces * step), starts) for step in _steps()])
    ends = np.append(starts[1:], len(pieces))
    found: set[int] = set()
    for left, right in _candidates(signs):
        if not {left, right} <= found and texts[left] != texts[right]:
            both = (pieces[starts[one] : ends[one]] for one in (left, right))
            found |= {left, right} if _jaccard(*both) >= ALIKE else set()
    return found


def _candidates(signs: Signs) -> Iterator[tuple[int, int]]:
    """Yield two places at a time that have a band in common, and as many hashes as texts that are alike have at least.

    The share of common hashes is off by 0.053 at one standard error where `ALIKE` of the pieces are common.
    """
    for band in range(BANDS):
        rows = np.ascontiguousarray(signs[:, band * BAND : (band + 1) * BAND])
        order = np.lexsort(rows.T)
        places = np.flatnonzero((rows[order[1:]] == rows[order[:-1]]).all(axis=1))
        left, right = order[places], order[places + 1]
        is_near = (signs[left] == signs[right]).mean(axis=1) >= NEARLY
        yield from zip(left[is_near].tolist(), right[is_near].tolist(), strict=True)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST]


def _pieces(texts: Sequence[str]) -> tuple[Signs, NDArray[np.int64]]:
    """Return the hashes of the texts' pieces of five characters, one text after another, and where each begins."""
    padded = [text.ljust(PIECE) for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in padded], np.int64)
    hashes = np.zeros(len(codes) - PIECE + 1, np.uint64)
    for place in range(PIECE):
        hashes = _mixed((hashes ^ codes[place : place + len(hashes)]) * np.uint64(0x9E3779B97F4A7C15))
    left = np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    is_inside = (left <= np.repeat(lengths, lengths) - PIECE)[: len(hashes)]
    counts = lengths - PIECE + 1
    return hashes[is_inside], np.cumsum(counts) - counts


def _mixed(hashes: Signs) -> Signs:
    return hashes ^ (hashes >> np.uint64(31))


@cache
def _steps() -> tuple[np.uint64, ...]:
    """Return an odd multiplier for each hash of a signature, always the same."""
    steps = np.arange(1, BANDS * BAND + 1, dtype=np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    return tuple((steps ^ (steps >> np.uint64(27))) * np.uint64(0x94D049BB133111EB) | np.uint64(1))


def _jaccard(left: Signs, right: Signs) -> float:
    common = len(np.intersect1d(left, right))
    return common / (len(np.unique(left)) + len(np.unique(right)) - common)


def _scripts(name: str, texts: Sequence[str], ground: Ground) -> Iterator[Finding]:
    """Find a column whose texts are written in several scripts; its main one is that of most texts."""
    counts = Counter(script for text in texts if (script := script_of(text)))
    total = sum(counts.values())
    told = [(script, count) for script, count in counts.most_common() if of_share(count, total)[0] > MIXED]
    if len(told) < 2:
        return
    shares = ", ".join(f"{script} {count / total:.1%}" for script, count in told[:6])
    yield Finding(
        "mixed_scripts",
        "info",
        (name,),
        f"texts of {name} are written in several scripts: {shares if ground.shows(name) else len(told)}",
        "see whether they are of several languages, which one model may not know alike; a slice by language tells",
        {"texts": total, "scripts": len(told)} | ({"shares": _shares(told, total)} if ground.shows(name) else {}),
    )


def _shares(told: Sequence[tuple[str, int]], total: int) -> dict[str, float]:
    return {script: round(count / total, 6) for script, count in told[:6]}


def script_of(text: str) -> str:
    """Return the script that most letters of a text are of, by Unicode's names of them; nothing without letters."""
    counts = Counter(_script(char) for char in text[:200] if char.isalpha())
    return min(counts, key=lambda script: (-counts[script], script)) if counts else ""


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0].capitalize()


def _languages(name: str, languages: Languages, ground: Ground) -> Iterator[Finding]:
    """Find a column whose texts are in several languages, those that are written alike taken as one."""
    families = languages.families()
    told = [(family, count) for family, count in families if of_share(count, languages.told)[0] > MIXED]
    if languages.told < FEWEST or len(told) < 2:
        return
    shares = ", ".join(f"{family} {count / languages.told:.1%}" for family, count in told[:6])
    low, high = of_share(languages.told - told[0][1], languages.told)
    yield Finding(
        "mixed_languages",
        "info",
        (name,),
        f"texts of {name} are in several languages: {shares if ground.shows(name) else len(told)}",
        "see whether one model is to know them all; a slice by a column of the language tells how well it does",
        {"texts": languages.told, "languages": len(told), "interval": [round(low, 6), round(high, 6)]}
        | {"is_estimate": True},
    )


def _garbled(name: str, texts: Sequence[str]) -> Iterator[Finding]:
    count = sum(map(is_garbled, texts))
    if count:
        low, high = of_share(count, len(texts))
        yield Finding(
            "garbled_texts",
            "warning",
            (name,),
            f"{count:,} of {len(texts):,} texts of {name} were decoded by the wrong encoding, such as é that became Ã©",
            "read the source by the encoding that it is in (source.files.encoding), or correct the texts there",
            {"texts": len(texts), "garbled": count, "interval": [round(low, 6), round(high, 6)]},
        )
