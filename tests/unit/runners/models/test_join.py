"""One signature of several models."""

from dataclasses import replace

import pytest

from runners.models import Column, ModelRefused, Signature
from runners.models.join import columns_of, joined, mixed
from runners.tables import Reading
from runners.tables.reading import ColumnReading
from tests.unit.runners.models.graphed import constant

ONE = constant(0.1).signature


def whole(*signatures: Signature) -> Signature:
    return joined(signatures[0], [columns_of(str(n), one) for n, one in enumerate(signatures)], signatures)


def test_a_column_that_several_take_is_taken_once_as_what_holds_all_its_values() -> None:
    kinds = [("FP32", "FP64"), ("INT64", "FP32"), ("INT64", "BOOL"), ("FP32", "FP32")]
    taken = [
        whole(*(replace(ONE, inputs=(Column("age", kind),)) for kind in pair)).inputs[0].datatype for pair in kinds
    ]
    assert taken == ["FP64", "FP64", "INT64", "FP32"]
    with pytest.raises(ModelRefused, match=r"0 takes `age` as FP32 \[-1, 1\], and 1 as BYTES"):
        whole(ONE, replace(ONE, inputs=(Column("age", "BYTES"),)))


def test_the_identifier_is_taken_where_all_have_the_same_and_none_reads_it() -> None:
    assert whole(replace(ONE, identifier="id"), replace(ONE, identifier="id")).identifier == "id"
    assert whole(replace(ONE, identifier="id"), replace(ONE, identifier="no")).identifier is None
    assert whole(replace(ONE, identifier="age")).identifier is None


def test_columns_are_read_as_those_who_take_them_read_them() -> None:
    readings = [Reading({"age": ColumnReading("integer", (n,))}) for n in (1, 2)]
    found = whole(*(replace(ONE, schema=one) for one in readings)).schema
    assert found is not None
    assert found.columns["age"].categories == (1,)


def test_pictures_of_several_preparations_are_refused() -> None:
    assert whole(replace(ONE, image={"width": 1}), ONE).image == {"width": 1}
    with pytest.raises(ModelRefused, match="prepare pictures in several ways"):
        whole(replace(ONE, image={"width": 1}), replace(ONE, image={"width": 2}))


def test_labels_thresholds_are_mixed_as_the_probabilities_are() -> None:
    joint = replace(ONE, task="multilabel", classes=("a", "b"), positive=None, thresholds=(0.2, 0.4))
    other = replace(joint, classes=("b", "a"), thresholds=(0.8, 0.6))
    named = [("x", joint), ("y", other)]
    assert mixed("root", named, [0.5, 0.5], is_vote=False).thresholds == pytest.approx((0.4, 0.6))
    assert mixed("root", named, [0.5, 0.5], is_vote=True).thresholds == (0.5, 0.5)
    with pytest.raises(ModelRefused, match="thresholds of its models differ"):
        mixed("root", named, None, is_vote=False)
