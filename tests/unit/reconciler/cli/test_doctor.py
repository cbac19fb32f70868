"""`setpoint doctor`, as people type it."""

from reconciler.cli.doctor import EXTRAS, examine
from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say


def test_every_finding_that_is_missing_says_what_to_do() -> None:
    findings = list(examine())
    assert {f"extra {name}" for name in EXTRAS} < {finding.what for finding in findings}
    assert all(finding.fix for finding in findings if finding.needed and not finding.ok)


def test_this_machine_can_run_the_tests(say: Say) -> None:
    told = say("doctor", "--json")
    assert told.code == Exit.OK, told.out
