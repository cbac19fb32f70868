"""All findings of a table: what is watched while its rows pass by, and what is made of it at the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runners.ingest.findings.alike import of_alike
from runners.ingest.findings.columns import of_columns, of_target
from runners.ingest.findings.correlated import correlated, of_correlations
from runners.ingest.findings.drifted import of_drift
from runners.ingest.findings.finding import Finding, in_order
from runners.ingest.findings.gaps import Gaps, of_gaps
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.languages import Languages, languages_of
from runners.ingest.findings.leakage import of_leakage
from runners.ingest.findings.noise import of_noise
from runners.ingest.findings.rows import Alike, RowHashes
from runners.ingest.findings.sample import Sample
from runners.ingest.findings.sampled import of_sampled
from runners.ingest.findings.spelling import of_spelling
from runners.ingest.findings.texts import of_texts, texts_of
from runners.ingest.findings.values import of_values
from runners.ingest.parameters import Parameters
from runners.ingest.profile.correlations import Correlations
from runners.tables.summary import Summary
from runners.tables.types import Type


@dataclass(frozen=True)
class Seen:
    """What rows have left beside their summary."""

    alike: Alike = field(default_factory=Alike)
    gaps: Gaps = field(default_factory=lambda: Gaps(()))
    sample: dict[str, Any] = field(default_factory=dict, hash=False)


class Watch:
    """Looks at the groups of rows that are written, in their order."""

    def __init__(self, types: dict[str, Type], params: Parameters, folder: Path) -> None:
        """Prepare to look at a table.

        Args:
            types: the types of its columns.
            params: their roles.
            folder: where hashes lie that memory doesn't hold.
        """
        identifier = params.identifier if params.identifier in types else None
        self._hashes = RowHashes(folder, identifier, params.target)
        self._gaps = Gaps([name for name in types if name != params.target])
        self._sample = Sample(len(types), identifier)

    def see(self, group: Any, found: Summary) -> None:
        """Take the next rows, and what is known of them."""
        self._hashes.see(group, found)
        self._gaps.see(group, found)
        self._sample.see(group, self._hashes.newest)

    def seen(self) -> Seen:
        """Return what was seen, after the last row."""
        return Seen(self._hashes.alike(), self._gaps, dict(self._sample.rows()))


_UNSEEN = Finding(
    "rows_unseen",
    "info",
    (),
    "only the summaries of rows were looked at: rows that repeat, columns that are missing together or say nearly the "
    "same, targets that contradict each other or are given away in parts, and texts that are nearly alike weren't "
    "looked for",
    "have them looked for in a dataset that is derived from this one",
)


def spoken(ground: Ground, seen: Seen | None) -> dict[str, Languages]:
    """Return the languages of the columns that hold texts, by the sample; of none where nobody looked at rows."""
    texts = texts_of(ground, seen.sample) if seen and ground.rows else {}
    return {name: languages_of(some) for name, some in texts.items()}


def compared(ground: Ground, seen: Seen | None) -> Correlations:
    """Return how the columns go with each other, by the sample; nothing where nobody looked at rows."""
    return correlated(ground, seen.sample) if seen and ground.rows else Correlations()


def find(
    ground: Ground,
    seen: Seen | None,
    *,
    languages: Mapping[str, Languages] | None = None,
    correlations: Correlations | None = None,
    former: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return all that is odd in a table, the most severe first.

    Args:
        ground: what its summary tells.
        seen: what its rows left; None where nobody looked at all of them, which is told then.
        languages: the languages of its columns, where they are known already.
        correlations: how its columns go with each other, where that is known already.
        former: the profile of the version before, where there is one.
    """
    if not ground.rows:
        return []
    told = [*_of_summary(ground), *(of_drift(ground, former) if former else ())]
    if not seen:
        return in_order([*told, _UNSEEN])
    found = of_correlations(ground, compared(ground, seen) if correlations is None else correlations)
    return in_order([*told, *_of_rows(ground, seen, languages), *found])


def _of_summary(ground: Ground) -> Iterator[Finding]:
    yield from of_columns(ground)
    yield from of_target(ground)
    yield from of_values(ground)
    yield from of_spelling(ground)
    yield from of_leakage(ground)


def _of_rows(ground: Ground, seen: Seen, languages: Mapping[str, Languages] | None) -> Iterator[Finding]:
    yield from of_gaps(ground, seen.gaps)
    yield from of_alike(ground, seen.alike)
    known = frozenset(name for leak in of_leakage(ground) for name in leak.columns)
    yield from of_sampled(ground, seen.sample, known)
    yield from of_noise(ground, seen.sample)
    yield from of_texts(ground, seen.sample, languages)
