"""What steps are given."""

from tests.unit.runners.train.prepared.one_column import column


def test_a_column_has_the_values_of_its_training_rows() -> None:
    assert column(["a", None, "b"], "BYTES").values.tolist() == ["a", "", "b"]
