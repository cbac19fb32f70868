"""Which columns make segments: never a sensitive one that the spec doesn't name."""

from typing import Any

import pandas as pd
import pytest

from runners.contract import InputError
from runners.monitor.parameters import Parameters, Segments
from runners.monitor.reference import Reference
from runners.monitor.segments.chosen import with_segments
from runners.tables import ColumnReading, Reading

ROWS = pd.DataFrame(
    {
        "SEX": ["1", "2"] * 30,
        "AGEP": [20, 30] * 30,
        "race": ["a", "b"] * 30,
        "said": [f"{n} words that people wrote" for n in range(60)],
        "day": pd.Timestamp("2026-03-01"),
    }
)
READING = Reading({"race": ColumnReading("string", is_sensitive=True), "day": ColumnReading("datetime")})
MODEL = Reference(
    ROWS, (), "binary", reading=READING, features={"SEX": "", "AGEP": "FP64", "race": "BYTES", "said": ""}
)


def of(left_out: tuple[str, ...] = (), **asked: Any) -> Reference:
    return with_segments(MODEL, Parameters(segments=Segments.model_validate(asked), left_out=left_out))


def test_columns_are_categories_or_numbers_each_once() -> None:
    found = of(columns=["SEX", "AGEP"], crossed=[["SEX", "AGEP"]])
    assert [(one.name, one.kind) for one in found.segments] == [("SEX", "category"), ("AGEP", "number")]
    assert found.compared == found.segments
    assert found.unwatched == ()


def test_a_sensitive_column_makes_segments_only_by_name() -> None:
    found = of(columns=["SEX", "race"])
    assert [one.name for one in found.segments] == ["SEX"]
    assert found.unwatched == (
        "No segments by race: it is sensitive. Name it under `segments.sensitive`, if it may be.",
    )
    assert of(crossed=[["SEX", "race"]]).unwatched == found.unwatched, "nor by a combination"
    assert [one.name for one in of(columns=["race"], sensitive=["race"]).segments] == ["race"]


def test_what_isnt_logged_is_said_not_to_be_looked_at() -> None:
    assert of(("SEX",), columns=["SEX"]).unwatched == ("No segments by SEX: the payload log leaves it out.",)


@pytest.mark.parametrize(
    ("name", "words", "fix"),
    [
        ("SX", "no feature SX", "did you mean SEX"),
        ("zzz", "no feature zzz", "SEX, AGEP, race, said"),
        ("said", "holds texts", "categories or of numbers"),
        ("day", "holds moments", "another column"),
    ],
)
def test_other_columns_are_refused(name: str, words: str, fix: str) -> None:
    with pytest.raises(InputError) as refused:
        of(columns=[name])
    assert words in refused.value.what
    assert fix in refused.value.fix


def test_without_segments_the_reference_stays_as_it_is() -> None:
    assert with_segments(MODEL, Parameters()) is MODEL
