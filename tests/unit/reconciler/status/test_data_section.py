"""What the README tells of data."""

from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.status.data_section import MOST, MOST_DATASETS, data_section
from reconciler.status.shown import Files

LOANS = Address("datasets/loans")


def section(result: Any, stage: str = "accepted") -> str:
    told = {"facts": {"run": "datasets/loans/1", "stage": stage, "result": result}}
    return data_section([(LOANS, told)], Files(["reports/datasets/loans/1/profile.md"]))


def finding(severity: str, what: str = "odd") -> dict[str, str]:
    return {"severity": severity, "kind": "outliers", "what": what}


def test_the_worst_are_told_and_the_profile_is_linked() -> None:
    told = [finding("error"), finding("warning", "a <b> @all"), finding("info", "small")]
    text = section({"found": {"error": 1, "warning": 1, "info": 1}, "findings": told})
    assert text.startswith("## Data\n\n- [datasets/loans](reports/datasets/loans/1/profile.md): 1 error, 1 warning")
    assert "1 error, 2 warnings\n" in section({"found": {"error": 1, "warning": 2}, "findings": told})
    assert "  - 🔴 `outliers`: odd" in text
    assert "a &lt;b&gt; @\u2060all" in text
    assert "small" not in text
    assert section({"found": {"error": 9}, "findings": [finding("error")] * 9}).count("🔴") == MOST


def test_a_dataset_in_which_nothing_is_odd_says_so() -> None:
    assert section({"found": {}, "findings": []}).endswith("nothing was found that a person should mend")


@pytest.mark.parametrize(
    "result",
    [None, [], {}, {"found": 3}, {"found": {}, "findings": "x"}, {"found": {}, "findings": [1, {"severity": []}]}],
)
def test_what_is_no_finding_is_passed_over(result: Any) -> None:
    assert "🔴" not in section(result)


def test_a_version_that_is_not_accepted_has_no_page_to_link() -> None:
    assert section({"found": {"error": 1}, "findings": [finding("error")]}, "rejected") == ""


def test_without_a_profile_it_leads_to_the_datasets_page() -> None:
    told = {"facts": {"run": "datasets/loans/1", "stage": "accepted", "result": {"found": {}}}}
    assert "[datasets/loans](datasets/loans.md)" in data_section([(LOANS, told)])


def test_of_many_datasets_those_that_a_person_should_mend_come_first() -> None:
    def told(found: dict[str, int]) -> dict[str, Any]:
        return {"facts": {"run": "r", "stage": "accepted", "result": {"found": found}}}

    calm = [(Address(f"datasets/a{number:03}"), told({})) for number in range(MOST_DATASETS)]
    text = data_section([*calm, (LOANS, told({"error": 2}))])
    assert text.startswith("## Data\n\n- [datasets/loans](datasets/loans.md): 2 errors\n- [datasets/a000]")
    assert text.endswith("\n- and 1 more: [datasets](datasets/README.md)")
