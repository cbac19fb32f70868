"""A dataset's schema, what breaks it, and what is proposed."""

from reconciler.model.ids import Address
from reconciler.web.pages.schemas import schema
from tests.unit.reconciler.web.pages.conftest import HOSTILE, Stage, document, made

DATASET = Address("datasets/loans")


def test_what_a_spec_demands_and_where_the_data_breaks_it(stage: Stage) -> None:
    one = stage.following.environments["dev"].look()
    told = schema(one, DATASET)
    assert (told.columns, told.file) == ([], "specs/datasets/loans.yaml")
    assert told.violations == [(HOSTILE, HOSTILE, "")]
    assert told.proposal == ""


def test_a_dataset_whose_spec_cant_be_composed_tells_its_facts() -> None:
    told = schema(made({DATASET: document(proposal="proposals/dev/datasets/loans/1")}), DATASET)
    assert (told.proposal, told.file, told.columns) == ("proposals/dev/datasets/loans/1", "", [])
