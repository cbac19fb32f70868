"""Each preparation against plain Python, on one column at a time."""

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from runners.contract.preparations import Moments, Step
from runners.models import Column, Tensor
from runners.models.columns import moments, tensor_of
from runners.train.onnx_export import OPSETS
from runners.train.prepared.categories import FOLDS, encoded
from runners.train.prepared.columns import Given, Ready
from runners.train.prepared.graph import CONTRIB, Graph
from runners.train.prepared.moments import parts_of
from runners.train.prepared.numbers import follow, number_of
from runners.train.prepared.texts import counted
from tests.unit.runners.train.prepared import strange

Array = np.ndarray[Any, Any]


def column(values: Any, datatype: str, truth: Any = None, classes: int = 2) -> Given:
    """Return a column of training rows."""
    is_moment = datatype == "MOMENT"
    feature = Column("c", "BYTES" if is_moment else datatype)
    kind = "INT64" if is_moment or datatype == "BOOL" else datatype
    rows = {"raw.0": tensor_of(feature, kind, values)}
    graph = Graph((Tensor("raw.0", kind, ("c",)),), rows, {**OPSETS, CONTRIB: 1})
    told = np.zeros(len(rows["raw.0"]), np.int64) if truth is None else np.array(truth)
    return Given("c", "raw.0", feature.datatype, is_moment, graph, told, classes, np.arange(len(told)) % FOLDS)


def answers(given: Given, ready: Ready, values: Any) -> list[list[float]]:
    """Return what other rows become."""
    tensor = given.graph.tensors[0]
    rows = {"raw.0": tensor_of(Column("c", given.datatype), tensor.datatype, values)}
    return [[float(value) for value in row] for row in given.graph.values(ready.tensor, rows)]


def step(**told: Any) -> Step:
    return Step.model_validate(told)


def numbers(values: list[Any], asked: list[Any], **told: Any) -> list[float]:
    made = column(values, "FP64")
    number, _ = follow(made.graph, number_of(made), step(**told))
    return [row[0] for row in answers(made, Ready(("c",), number.tensor), asked)]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), min_size=1, max_size=50))  # noqa: DTZ001
def test_parts_of_a_moment_are_those_of_the_calendar(moments_: list[datetime]) -> None:
    since = datetime(2000, 2, 29, 12, tzinfo=UTC)
    given_ = column(np.array(moments_, "datetime64[us]"), "MOMENT")
    how = Moments(parts=("year", "month", "day", "weekday", "hour", "minute", "elapsed"), since=since.isoformat())
    found = [given_.graph.values(number.tensor)[:, 0].tolist() for number in parts_of(given_, how)]
    for row, moment in enumerate(moments_):
        days = (moment.replace(tzinfo=UTC) - since) / timedelta(days=1)
        expected = [moment.year, moment.month, moment.day, moment.weekday(), moment.hour, moment.minute]
        assert [part[row] for part in found[:6]] == expected
        assert math.isclose(found[6][row], days, rel_tol=1e-15, abs_tol=1e-9)


def test_a_moment_is_read_in_any_zone_and_a_missing_one_has_no_parts() -> None:
    asked = ["1969-12-31T23:00:00-01:30", "1970-01-01T00:30Z", "1970-01-01 00:30", b"1970-01-01T14:30+14:00"]
    assert moments("c", asked).tolist() == [1_800_000_000] * 4
    given_ = column(np.array(["2026-01-01", "NaT"], "datetime64[us]"), "MOMENT")
    (year,) = parts_of(given_, Moments(parts=("year",)))
    told = answers(given_, Ready(("c",), year.tensor), ["2024-02-29", "", None, "0001-01-01"])
    assert (told[0], told[3]) == ([2024], [1])
    assert all(math.isnan(told[row][0]) for row in (1, 2))


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "2026-01-01T25:00", "12/31/2026"])
def test_what_is_no_moment_is_told_by_its_row(value: str) -> None:
    from runners.models import ModelInputError

    with pytest.raises(ModelInputError, match=r"c of row 1 is .*ISO 8601"):
        moments("c", ["2026-01-01", value])


def test_numbers_become_what_is_asked() -> None:
    nan, inf = math.nan, math.inf
    assert numbers([1, 2, 9, nan], [nan, 5], impute={}) == [2, 5]
    assert numbers([1, 2, 9, 9], [nan, 5], impute={"by": "most_frequent"}) == [9, 5]
    assert numbers([1, 2, 9], [nan, 5], impute={"by": "constant", "value": -1}) == [-1, 5]
    assert numbers([1, 2, 3], [-4, 2, 8], clip={"minimum": 0, "maximum": 3}) == [0, 2, 3]
    assert numbers(list(range(101)), [-4, 50, 800], clip={"lower": 0.1, "upper": 0.9}) == [10, 50, 90]
    assert numbers([1], [math.e - 1, 1 - math.e, 0, 1e300], log=True) == pytest.approx([1, -1, 0, math.log(1e300)])
    assert numbers([1, 2, 3], [2, 3], scale="standard") == pytest.approx([0, 1.224744871])
    assert numbers([0, 10, 20, 30, 40], [20, 60], scale="robust") == [0, 2]
    assert numbers([7, 7], [7, 9], scale="robust") == [0, 2], "what doesn't differ keeps its scale"
    assert math.isnan(numbers([1, 2], [nan], log=True)[0]), "a missing number stays missing"
    assert math.isnan(numbers([1, 2], [nan], clip={"minimum": 0})[0])
    assert numbers([nan, nan], [nan], impute={}) == [0]
    assert inf not in numbers([1e308, -1e308], [1e308], log=True)


def test_an_indicator_says_where_a_number_was_missing() -> None:
    made = column([1.0, math.nan], "FP64")
    _, (beside,) = follow(made.graph, number_of(made), step(impute={"indicator": True}))
    assert beside.names == ("c is missing",)
    assert answers(made, beside, [math.nan, 3.0]) == [[1], [0]]


@pytest.mark.parametrize(
    ("values", "datatype", "asked"),
    [
        (["a", "b", "a", None], "BYTES", ["b", "new", "", "a"]),
        ([3, -7, 3, 2**62], "INT64", [-7, 5, 2**62, 3]),
        ([3.0, -7.0, 3.0, math.nan], "FP32", [-7, 1.5, math.nan, 3]),
        ([True, False, True, True], "BOOL", [False, False, True, True]),
    ],
)
def test_categories_that_nobody_saw_are_none(values: Any, datatype: str, asked: Any) -> None:
    given_ = column(values, datatype)
    ready = encoded(given_, step(encode={"by": "one_hot"}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, asked)
    distinct = len({str(value) for value in values})
    assert len(ready.names) == distinct
    assert len(set(ready.names)) == distinct
    assert [sum(row) for row in told] == [0 if value in ("new", 5, 1.5) else 1 for value in asked]
    places = answers(given_, encoded(given_, step(encode={"by": "ordinal"}).encode), asked)  # type: ignore[arg-type]
    assert [row[0] for row in places] == [row.index(1) if 1 in row else -1 for row in told]


def test_a_bucket_is_the_same_for_equal_categories() -> None:
    given_ = column(["a", "b"], "BYTES")
    ready = encoded(given_, step(encode={"by": "hashing", "buckets": 16}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, ["new", "a", "new", "Zürich"])
    assert [sum(row) for row in told] == [1, 1, 1, 1]
    assert told[0] == told[2]


def test_a_training_row_is_not_encoded_by_its_own_answer() -> None:
    """An identifier says nothing of others: encoded by the target, it must not tell it."""
    truth = np.arange(200) % 2
    given_ = column([f"row {place}" for place in range(200)], "BYTES", truth)
    ready = encoded(given_, step(encode={"by": "target", "most": 1000, "smoothing": 0}).encode)  # type: ignore[arg-type]
    assert ready.training is not None
    assert len(set(ready.training[:, 0].tolist())) <= FOLDS, "each row has the mean of the other folds"
    assert answers(given_, ready, ["row 0", "row 1", "row 999"]) == [[0], [1], [0.5]]


def test_the_target_of_a_category_is_drawn_to_the_mean_of_all() -> None:
    given_ = column(["a"] * 8 + ["b"] * 2, "BYTES", [1] * 4 + [0] * 4 + [1, 1])
    ready = encoded(given_, step(encode={"by": "target", "smoothing": 2}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, ["a", "b", "c"])
    assert [row[0] for row in told] == pytest.approx([(4 + 2 * 0.6) / 10, (2 + 2 * 0.6) / 4, 0.6])


def test_terms_are_weighed_by_how_rare_they_are() -> None:
    texts = ["good good day", "bad day", "Good bad", "", None, "日本 day", "日本"]
    given_ = column(texts, "BYTES")
    ready = counted(given_, step(text={"longest": 2}).text)  # type: ignore[arg-type]
    assert ready.names == ("c: bad", "c: day", "c: good", "c: 日本")
    asked = ["GOOD, good! bad?", "", "unheard of", None, "日本"]
    idf = {term: math.log(8 / (1 + count)) + 1 for term, count in {"bad": 2, "day": 3, "good": 2, "日本": 2}.items()}
    raw = [idf["bad"], 0, 2 * idf["good"], 0]
    length = math.hypot(*raw)
    told = answers(given_, ready, asked)
    assert told[0] == pytest.approx([value / length for value in raw], rel=1e-6)
    assert told[1:] == [[0] * 4, [0] * 4, [0] * 4, [0, 0, 0, 1]]
    assert answers(given_, ready, ["", None]) == [[0] * 4] * 2, "a request of empty texts alone is one, too"


def test_runs_of_characters_are_terms() -> None:
    given_ = column(["abc", "xbc", "bc\nd"], "BYTES")
    ready = counted(given_, step(text={"of": "characters", "shortest": 2, "longest": 3}).text)  # type: ignore[arg-type]
    assert ready.names == ("c: bc",)
    assert answers(given_, ready, ["zbcz", "b c"]) == [[1], [0]]


def test_buckets_of_words_count_them() -> None:
    given_ = column(["a b"], "BYTES")
    ready = counted(given_, step(text={"by": "hashing", "terms": 64}).text)  # type: ignore[arg-type]
    told = answers(given_, ready, ["new words", "words, new", "", "new"])
    assert told[0] == told[1]
    assert Counter(map(bool, told[2])) == {False: 64}
    assert sum(value * value for value in told[0]) == pytest.approx(1)
    assert answers(given_, ready, ["", None]) == [[0] * 64] * 2


def test_no_word_in_two_rows_is_told() -> None:
    with pytest.raises(InputError, match="no word of c is in 2 training rows"):
        counted(column(["a", "b"], "BYTES"), step(text={}).text)  # type: ignore[arg-type]


def test_fractions_are_no_categories() -> None:
    with pytest.raises(InputError, match="c holds numbers with fractions"):
        encoded(column([1.5, 2.0], "FP32"), step(encode={"by": "ordinal"}).encode)  # type: ignore[arg-type]


def test_strange_rows_have_every_type() -> None:
    kinds = {values.dtype.kind for values in strange.columns(10, 0, unseen=True).values()}
    assert kinds == set("ifbOM")
