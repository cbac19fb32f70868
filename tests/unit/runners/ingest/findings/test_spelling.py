"""Categories that are written in several ways."""

import pytest

from runners.ingest.findings.spelling import variants
from tests.unit.runners.ingest.findings.looked import found_in, kinds


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        (["NY", "ny ", "LA"], [["NY", "ny "]]),
        (["a  b", "a b", "A\tB"], [["A\tB", "a  b", "a b"]]),
        (["\uff21", "a"], [["a", "\uff21"]]),
        (["straße", "STRASSE"], [["STRASSE", "straße"]]),
        (["a", "b", "ab"], []),
        (["x" * 101, "X" * 101], []),
    ],
)
def test_variants_differ_by_case_spaces_and_forms_only(values: list[str], groups: list[list[str]]) -> None:
    assert variants(values) == groups


def test_only_categories_are_looked_at() -> None:
    assert kinds(found_in({"x": ["NY", "ny", "LA"] * 9}, {"x": "string"})) >= {"spelling_variants"}
    names = [f"Name {place}" for place in range(30)] + [f"name {place}" for place in range(30)]
    assert "spelling_variants" not in kinds(found_in({"x": names}, {"x": "string"}))
    found = found_in({"x": ["NY"] * 20 + ["ny"] * 3 + ["LA"] * 9}, {"x": "string"})
    one = next(f for f in found if f.kind == "spelling_variants")
    assert dict(one.evidence) == {"categories": 2, "meant": 1, "rows": 3}
