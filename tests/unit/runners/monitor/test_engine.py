"""NannyML is imported in silence, and its results are read as series."""

import os
import warnings
from datetime import datetime, timedelta, timezone

import pandas as pd
import pyarrow as pa
import pytest

from runners.monitor.engine import Frames, Unanswered, asked, chunker, nannyml, quiet, series

TABLES = Frames(
    pd.DataFrame({("x", "value"): [0.1, 0.2], ("x", "realized"): [0.3, None]}),
    pd.DataFrame(
        {
            ("x", "value"): [0.4, None],
            ("x", "upper_threshold"): [0.5, 0.5],
            ("x", "lower_threshold"): [None, None],
            ("x", "sampling_error"): [0.01, 0.02],
        }
    ),
)


def test_nobody_is_told_of_what_is_done() -> None:
    assert os.environ["NML_DISABLE_USAGE_LOGGING"]


def test_moments_keep_their_zones_beside_nannyml() -> None:
    nannyml()
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=9, minutes=30)))
    told = pa.array([noon], pa.timestamp("us", "UTC")).to_pylist()
    assert told == [noon]


def test_a_result_is_read_as_a_series() -> None:
    told = series(TABLES, "x")
    assert (told.reference, told.now) == ((0.1, 0.2), (0.4, None))
    assert (told.lower, told.upper, told.errors) == (None, 0.5, (0.01, 0.02))
    assert series(TABLES, "x", of_reference="realized").reference == (0.3, None)


def test_errors_may_be_unknown() -> None:
    now = TABLES.now.drop(columns=[("x", "sampling_error")])
    assert series(Frames(TABLES.reference, now), "x").errors == ()


def test_warnings_are_kept_back_inside_only() -> None:
    with quiet():
        warnings.warn("few chunks", UserWarning, stacklevel=1)
    with pytest.raises(UserWarning, match="few"):
        warnings.warn("few chunks", UserWarning, stacklevel=1)


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_what_nannyml_refuses_is_told_in_a_line() -> None:
    with pytest.raises(Unanswered) as told, asked():
        raise nannyml().exceptions.CalculatorException("failed while fitting.\n\n  too few rows " + "1 " * 300)
    assert str(told.value).startswith("too few rows")
    assert len(str(told.value)) <= 200


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_the_last_chunk_takes_the_rows_left_over() -> None:
    with quiet():
        chunks = chunker(100).split(pd.DataFrame({"x": range(250)}))
    assert [len(chunk) for chunk in chunks] == [100, 150]
