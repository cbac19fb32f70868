"""All specs of a commit, by what is asked of them."""

from reconciler.compose.all_specs import Specs, declared_by, is_album, missing
from reconciler.model.kinds.datasets import Dataset
from tests.unit.reconciler.compose.agreeing import repository
from tests.unit.reconciler.compose.samples import desired

ALBUM = Dataset.model_validate({"source": {"files": {"url": "x", "format": "images"}}, "columns": {}})


def specs() -> Specs:
    return Specs(desired(repository()).resources, {})


def test_an_experiment_is_found_by_its_address_and_nothing_else_is_one() -> None:
    assert specs().experiment("experiments/score") is not None
    assert specs().experiment("datasets/loans") is None
    assert specs().experiment("experiments/none") is None


def test_columns_are_known_where_a_dataset_says_them_all() -> None:
    loans = next(spec for spec in specs().all.values() if isinstance(spec, Dataset))
    assert set(declared_by(loans) or ()) >= {"age", "income"}
    assert declared_by(loans.model_copy(update={"columns": None})) is None
    assert declared_by(loans.model_copy(update={"new_columns": "allow"})) is None
    assert (is_album(loans), is_album(ALBUM), declared_by(ALBUM)) == (False, True, None)


def test_what_is_missing_is_told_with_the_nearest_and_of_very_many_without() -> None:
    held = specs()
    told = [(("features", place), "agee") for place in range(150)]
    found = list(missing(held, told, ("age",), "datasets/loans"))
    assert [flaw.message for flaw in found] == ["datasets/loans has no column `agee`"] * 150
    assert found[0].hint
    assert not found[-1].hint
    assert not list(missing(held, told, None, "datasets/loans"))
