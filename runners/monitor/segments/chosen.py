"""Which columns make segments: those that the spec names, unless they are sensitive or nobody logs them."""

import difflib
from dataclasses import replace

from runners.contract import InputError
from runners.monitor.columns import Column, kind_of
from runners.monitor.parameters import Parameters
from runners.monitor.reference import Reference
from runners.monitor.texts import is_text


def with_segments(reference: Reference, params: Parameters) -> Reference:
    """Return the reference with the columns that make segments, and why others that were asked for don't.

    Raises:
        InputError: the model has no such column, or none that rows share values of.
    """
    if params.segments is None:
        return reference
    hidden, columns, gaps = reference.reading.sensitive - set(params.segments.sensitive), [], []
    for name in params.segments.names:
        if name in params.left_out:
            gaps.append(f"No segments by {name}: the payload log leaves it out.")
        elif name in hidden:
            gaps.append(f"No segments by {name}: it is sensitive. Name it under `segments.sensitive`, if it may be.")
        else:
            columns.append(_column(reference, name))
    return replace(reference, segments=tuple(columns), unwatched=(*reference.unwatched, *gaps))


def _column(reference: Reference, name: str) -> Column:
    read = reference.reading.columns.get(name)
    if read and read.type == "datetime":
        raise InputError(f"{name} makes no segments: it holds moments", "segments", "name another column")
    if name not in reference.features:
        near = difflib.get_close_matches(name, list(reference.features), n=1)
        fix = f"did you mean {near[0]}?" if near else f"the features are {', '.join(reference.features)}"
        raise InputError(f"the model has no feature {name}", "segments", fix)
    values = reference.rows[name]
    kind = kind_of(values, reference.features[name])
    if kind == "category" and is_text(values):
        what = f"{name} makes no segments: it holds texts, which hardly any rows share"
        raise InputError(what, "segments", "name a column of categories or of numbers")
    return Column(name, kind)
