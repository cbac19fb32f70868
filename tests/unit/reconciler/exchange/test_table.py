"""What is exchanged: shares as people count, fields of foreign documents, columns that can't be."""

import pytest

from reconciler.exchange.table import Found, Loss, complement, field_of, whole
from reconciler.model.errors import Refused


@pytest.mark.parametrize(("share", "left"), [(0.05, 0.95), (0.1, 0.9), (1.0, 0.0), (0.0, 1.0), (0.3, 0.7)])
def test_what_a_share_leaves_is_what_people_expect(share: float, left: float) -> None:
    assert complement(share) == left


def test_a_column_that_no_spec_may_have_is_refused_by_its_name() -> None:
    with pytest.raises(Refused, match=r"column a: .*no integer"):
        Found().add("a", {"type": "integer", "enum": ["x"]})
    with pytest.raises(Refused, match="no text"):
        Found().add(1, {"type": "integer"})


def test_a_column_that_is_there_twice_is_refused() -> None:
    found = Found()
    found.add("a", {"type": "integer"})
    with pytest.raises(Refused, match="twice"):
        found.add("a", {"type": "integer"})


def test_an_expression_that_isn_t_re2_s_is_lost() -> None:
    found = Found()
    found.add("a", {"type": "string", "pattern": "(?=x)"})
    assert found.columns["a"].pattern is None
    assert "lookaround" in str(found.losses[0])


def test_no_column_is_no_schema() -> None:
    with pytest.raises(Refused, match="no column"):
        Found().done()


def test_a_truth_is_no_number() -> None:
    with pytest.raises(Refused, match="bool"):
        field_of({"a": True}, "a", (int, float), "x")
    assert field_of({"a": None}, "a", int, "x") is None


def test_what_others_wrote_stays_on_its_line() -> None:
    assert str(Loss("a\nb", "x\x1b", "why")) == "x\\x1b of a\\nb: why"


def test_whole_numbers_with_a_point_are_whole() -> None:
    assert whole([1.0, 1.5, "1.0", True]) == [1, 1.5, "1.0", True]
