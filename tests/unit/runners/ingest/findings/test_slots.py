"""A slot that is about to be lost, by what the refresh tells of it."""

from typing import Any

import pytest

from runners.ingest.findings.slots import of_slot

NEAR = {"slot": "setpoint_a", "slot_status": "unreserved", "slot_is_near_its_end": True}


@pytest.mark.parametrize(
    ("told", "evidence", "words"),
    [
        (NEAR, {"status": "unreserved"}, "give the slot setpoint_a up (unreserved)"),
        (
            {**NEAR, "slot_left": 3 * 2**20, "slot_bound": 2**30},
            {"status": "unreserved", "left": 3 * 2**20, "bound": 2**30},
            "(unreserved): 3 MB of 1,024 are left",
        ),
        (
            {**NEAR, "slot_left": -9, "slot_bound": 2**30},
            {"status": "unreserved", "left": -9, "bound": 2**30},
            ": 0 MB",
        ),
    ],
)
def test_a_slot_at_risk_is_a_warning_with_figures(told: dict[str, Any], evidence: dict[str, Any], words: str) -> None:
    (found,) = of_slot(told)
    assert (found.kind, found.severity, found.evidence) == ("slot_at_risk", "warning", evidence)
    assert words in found.what
    assert "max_slot_wal_keep_size" in found.fix


def test_any_other_slot_and_none_are_no_finding() -> None:
    assert list(of_slot({})) == list(of_slot({"slot": "a", "slot_status": "reserved", "slot_left": 9})) == []
