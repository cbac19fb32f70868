"""Names."""

import pytest
from pydantic import TypeAdapter, ValidationError

from runners.contract.one_or_many import Names
from runners.contract.split import DatasetSplit

NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(Names)


def test_one_name_is_a_list_of_it() -> None:
    assert NAMES.validate_python("a") == NAMES.validate_python(["a"]) == ("a",)
    assert NAMES.validate_python([]) == ()
    with pytest.raises(ValidationError):
        NAMES.validate_python([["a"]])


def test_rows_are_grouped_by_one_column_as_by_a_list_of_it() -> None:
    """Both are the same split, so trials have one name."""
    one, many = (DatasetSplit.model_validate({"group": told}) for told in ("customer", ["customer"]))
    assert one == many
    assert one.model_dump(mode="json") == many.model_dump(mode="json")
