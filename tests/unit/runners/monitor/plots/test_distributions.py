"""Distributions of the columns that matter."""

from dataclasses import replace

from runners.monitor.plots.distributions import distributions
from tests.unit.runners.monitor.example import FOUND, LOOSE, TABLES, bare, document


def test_the_drifted_columns_are_drawn() -> None:
    figure = distributions(document(), TABLES)
    assert figure
    (plot,) = figure.plots
    assert plot.title == "kind|of"
    assert [name for _, name in plot.ticks] == ["<b>", "a", "b"]


def test_where_none_drifts_the_farthest_are_drawn() -> None:
    calm = document(LOOSE, FOUND)
    columns = tuple(column.model_copy(update={"drifted": False}) for column in calm.columns)
    figure = distributions(calm.model_copy(update={"columns": columns}), TABLES)
    assert figure
    assert [plot.title for plot in figure.plots] == ["kind|of", "age"]


def test_a_column_of_one_value_can_be_drawn() -> None:
    told = document()
    age = next(column for column in told.columns if column.name == "age").model_copy(update={"drifted": True})
    told = told.model_copy(update={"columns": (age,)})
    assert distributions(told, replace(TABLES, reference=TABLES.now))


def test_nothing_to_compare_draws_nothing() -> None:
    assert distributions(bare(), TABLES) is None
