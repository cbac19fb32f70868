"""Outcomes of rows that neither model has seen: a candidate that learned from last week answers last week too well."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from runners.evaluate.seen import Seen
from runners.replay.outcomes import Known


def without_seen(
    known: Known, identifiers: Sequence[Any], name: str | None, seen: Mapping[str, Seen | None]
) -> tuple[Known, dict[str, int]]:
    """Leave out the rows that a model was trained or chosen on; return the others, and how many each has seen.

    Args:
        known: the outcomes that are known.
        identifiers: what names each replayed row.
        name: the column that holds it.
        seen: what each model has seen; None where it was trained before that was written down.
    """
    is_left, counts, notes = np.ones(len(known.places), np.bool_), dict[str, int](), list(known.notes)
    named = np.array([str(identifiers[place]) for place in known.places.tolist()], np.object_)
    for who, rows in seen.items():
        if rows is None or rows.by != (name,):
            notes += [f"Which of these rows the {who} model was trained on isn't known."] if len(named) else []
            continue
        is_seen = rows.among({str(name): named})
        counts[who] = int(is_seen.sum())
        is_left &= ~is_seen
    values = [value for value, is_kept in zip(known.values, is_left.tolist(), strict=True) if is_kept]
    return replace(known, places=known.places[is_left], values=values, notes=tuple(notes)), counts
