"""`setpoint doctor`, as people type it."""

from pathlib import Path

import pytest

from reconciler.cli.doctor import EXTRAS, _names, examine, plugged
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import open_status
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.plugins.packages import PROVIDERS, package, plugins_with


def test_every_finding_that_is_missing_says_what_to_do() -> None:
    findings = list(examine())
    assert {f"extra {name}" for name in EXTRAS} < {finding.what for finding in findings}
    assert all(finding.fix for finding in findings if finding.needed and not finding.ok)


def test_this_machine_can_run_the_tests(say: Say) -> None:
    told = say("doctor", "--json")
    assert told.code == Exit.OK, told.out


def test_a_home_that_is_not_there_yet_is_no_lack_of_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_HOME", str(tmp_path / "not/yet"))
    (found,) = (one for one in examine() if one.what.startswith("disk"))
    assert (found.what, found.ok) == (f"disk at {tmp_path / 'not/yet'}", True)


def test_packages_of_others_are_named_with_what_they_offer_and_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    code = "from reconciler.plugins import Provider\nSTORE = Provider('nowhere:Store')\n"
    good = package(tmp_path, "doctor_good", {PROVIDERS: {"data.shelf": "doctor_good:STORE"}}, code)
    bad = package(tmp_path, "doctor_bad", {PROVIDERS: {"data.hole": "doctor_bad:STORE"}})
    bad_one, good_one = plugged(plugins_with(*bad, *good))
    assert (good_one.what, good_one.found, good_one.ok) == ("package doctor_good", "offers data.shelf", True)
    assert (bad_one.what, bad_one.ok, bad_one.needed) == ("package doctor_bad", False, False)
    assert "mend or uninstall doctor_bad" in bad_one.fix


def test_a_commit_that_is_not_in_force_is_a_finding(
    settings: Settings, status: None, say: Say, repository: Path
) -> None:
    document = {
        "environment": "dev",
        "commit": "c" * 40,
        "notes": ["commit 1234 is not applied: it isn't signed", "else"],
    }
    open_status(settings).write({"pass.yaml": dump(document)}, "dev: as a daemon left it")
    found = [
        one
        for one in say("doctor", "--json", "-C", str(repository), "-e", "dev").json
        if one["what"] == "newest commit"
    ]
    assert [(one["found"], one["ok"]) for one in found] == [("commit 1234 is not applied: it isn't signed", False)]


@pytest.mark.parametrize(
    ("found", "is_well"),
    [
        ({"reconciler": ["setpoint"], "runners": ["setpoint", "setpoint"]}, True),
        ({}, True),  # a checkout that isn't installed
        ({"reconciler": ["setpoint"], "runners": ["setpoint", "other-runners"]}, False),
    ],
)
def test_packages_that_others_write_into_are_told(found: dict[str, list[str]], is_well: bool) -> None:
    told = _names(lambda: found)
    assert told.ok == is_well
    assert ("other-runners" in told.found) == (not is_well)
