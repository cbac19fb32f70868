"""What the README tells of data."""

from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.status.data_section import MOST, data_section

LOANS = Address("datasets/loans")


def section(result: Any, stage: str = "accepted") -> str:
    return data_section([(LOANS, {"facts": {"run": "datasets/loans/1", "stage": stage, "result": result}})])


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
