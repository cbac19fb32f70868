"""Preparation: gaps filled, texts encoded, numbers of 32 bits, as a server will get them."""

import numpy as np
import pandas as pd
import pytest

from runners.train.families import Chosen, choose_family
from runners.train.preparation import MOST_CATEGORIES, Narrow, categories_of, name_of, pipeline_for, table_of
from tests.unit.runners.train.rows import examples

ROWS = examples(
    {
        "age": [1.0, float("nan"), 3.0, 5.0],
        "kids": [0, 1, 2, 1],
        "is_new": [True, False, True, False],
        "town": ["b", "a", None, "a"],
        "y": ["n", "y", "n", "y"],
    }
)


def chosen(family: str) -> Chosen:
    return choose_family({"model": family}, "gbm", "binary", 0, 1)


def test_the_table_has_what_a_server_will_get() -> None:
    table = table_of(ROWS)
    assert [str(table[name].dtype) for name in ("age", "kids", "is_new")] == ["float32", "int64", "bool"]
    assert table["town"].tolist() == ["b", "a", "", "a"]


def test_trees_get_plain_numbers_and_a_number_for_each_category() -> None:
    prepared = pipeline_for(chosen("tree"), ROWS)[:-1].fit_transform(table_of(ROWS))
    assert prepared.tolist() == [[1, 0, 1, 2], [3, 1, 0, 1], [3, 2, 1, 0], [5, 1, 0, 1]]


def test_linear_models_get_scaled_numbers_and_a_column_for_each_category() -> None:
    prepared = np.asarray(pipeline_for(chosen("logistic"), ROWS)[:-1].fit_transform(table_of(ROWS)))
    assert prepared[:, :3].mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert prepared[:, 3:].tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("family", ["tree", "logistic"])
def test_an_unseen_category_is_none_of_the_seen(family: str) -> None:
    prepare = pipeline_for(chosen(family), ROWS)[:-1].fit(table_of(ROWS))
    table = table_of(ROWS).assign(town="elsewhere")
    last = np.asarray(prepare.transform(table))[:, 3:]
    assert set(last.ravel().tolist()) == ({-1} if family == "tree" else {0})


def test_categories_are_in_order_numbers_first() -> None:
    assert categories_of(np.array(["b", "10", "9", "", "a"], object)).tolist() == ["9", "10", "", "a", "b"]


def test_of_many_categories_the_most_frequent_are_kept() -> None:
    texts = np.array([f"t{i}" for i in range(300)] + ["often"] * 3, object)
    assert len(categories_of(texts)) == MOST_CATEGORIES
    assert "often" in categories_of(texts)


def test_pictures_need_no_preparation() -> None:
    from dataclasses import replace

    pictures = replace(ROWS, image={"height": 1, "width": 1, "channels": 1})
    assert list(pipeline_for(chosen("mlp"), pictures).named_steps) == ["model"]


def test_a_table_is_narrowed_column_by_column() -> None:
    table = pd.DataFrame(
        {"a b": 2**53 + np.arange(3), "town": np.array(["x", "", "y"], object), "f": [True, False, True]}
    )
    narrow = Narrow().fit(table)
    told = narrow.transform(table)
    assert list(told.columns) == [name_of(0), name_of(1), name_of(2)]
    assert told[name_of(0)].tolist() == [-1, 0, 1]
    assert told[name_of(1)].tolist() == ["x", "", "y"]
    assert told[name_of(2)].tolist() == [1, 0, 1]
    assert narrow.notes(table) == []


def test_the_column_is_named_of_which_values_are_the_same() -> None:
    table = pd.DataFrame({"paid": np.array([1e308, *np.arange(99.0)])})
    (note,) = Narrow().fit(table).notes(table)
    assert note.startswith("paid: of 100 different values")
