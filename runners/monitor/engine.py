"""The door to NannyML: imported once, when there is something to compute, and quiet.

It takes ten seconds to import, whichever of its modules is asked for, since its `__init__` brings all of them. It
tells its makers of every call, unless it is told not to before it is imported.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from runners.monitor.chunks import Series
from runners.monitor.heavy_imports import uncollected

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")  # it would read a file `.env` near it, which is none of ours


_LONGEST = 200


@cache
def nannyml() -> Any:
    """Return NannyML's module.

    A library that it imports has Arrow take moments for those of no zone from then on, in the whole process: that is
    taken back.
    """
    with quiet(), uncollected(), _unchanged("PYARROW_IGNORE_TIMEZONE"):
        import nannyml as module
    return module


@contextmanager
def _unchanged(name: str) -> Iterator[None]:
    """See that an environment variable is afterwards as it was."""
    before = os.environ.get(name)
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def chunker(size: int) -> Any:
    """Return what cuts rows into chunks of a size; the rows left over go to the last one."""
    return nannyml().SizeBasedChunker(chunk_size=size, incomplete="append")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back the warnings that NannyML and what it calls give of few chunks and of dividing by zero."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Unanswered(Exception):
    """NannyML can't compute what it was asked for: there are too few rows of a kind, or none; the text says why."""


@contextmanager
def asked() -> Iterator[None]:
    """Ask NannyML in silence.

    Raises:
        Unanswered: it can't compute that.
    """
    with quiet():
        try:
            yield
        except nannyml().exceptions.NannyMLException as error:
            raise Unanswered(_last_line(str(error))) from error


def _last_line(text: str) -> str:
    """Return where NannyML says why, without the long lists of rows that it may add."""
    return next((line.strip() for line in text.splitlines()[::-1] if line.strip()), "it doesn't say why")[:_LONGEST]


class Frames(NamedTuple):
    """A result of NannyML as tables with a row for each chunk: of the reference, and of what was analysed."""

    reference: Any
    now: Any


def frames(result: Any) -> Frames:
    """Return a result's tables."""
    return Frames(*(result.filter(period=period).to_df() for period in ("reference", "analysis")))


def series(tables: Frames, *path: str, of_reference: str = "value") -> Series:
    """Read a figure over the chunks.

    Args:
        tables: a result.
        path: where the figure stands among the columns.
        of_reference: which of its columns is taken for the reference.
    """
    errors = _values(tables.now[(*path, "sampling_error")]) if (*path, "sampling_error") in tables.now else ()
    lower, upper = (_values(tables.now[(*path, f"{side}_threshold")])[0] for side in ("lower", "upper"))
    reference, now = tables.reference[(*path, of_reference)], tables.now[(*path, "value")]
    return Series(_values(reference), _values(now), lower, upper, errors)


def _values(column: Any) -> tuple[float | None, ...]:
    return tuple(None if value is None or pd.isna(value) else float(value) for value in column)
