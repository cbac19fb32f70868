"""The command line: controls."""

import tempfile
from pathlib import Path

import pytest

from reconciler.cli.controls import asked_for, write_approval, write_control
from reconciler.cli.status_reader import open_status, read_status
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, name_of
from reconciler.settings import Settings
from reconciler.status.branch import StatusBranch
from reconciler.status.read import control_path, parse
from reconciler.yaml.dump import dump

DIGITS = Address("datasets/digits")


@pytest.fixture
def asked(settings: Settings, status: None) -> None:
    note = "the commit removes 9 of 10 resources: approve with `setpoint apply --approve 0123456789ab`"
    open_status(settings).write({"pass.yaml": dump({"environment": "dev", "notes": [note]})}, "dev: asks")


@pytest.mark.usefixtures("asked")
def test_an_approval_is_read_back(settings: Settings) -> None:
    assert asked_for(settings) == {"0123456789ab"}
    write_approval(settings, "0123456789ab")
    assert read_status(settings).controls.approved == {"0123456789ab"}


@pytest.mark.usefixtures("asked")
def test_what_nobody_asks_to_approve_is_refused_with_what_is_asked(settings: Settings) -> None:
    with pytest.raises(Refused, match="no approval of TYPO") as told:
        write_approval(settings, "TYPO")
    assert told.value.hint == "it asks for: 0123456789ab"
    assert not read_status(settings).controls.approved


def test_before_the_first_pass_there_is_nothing_to_control(settings: Settings) -> None:
    with pytest.raises(Refused, match="has no resource"):
        write_control(settings, DIGITS, {"suspended": True}, "suspend")


@pytest.mark.usefixtures("status")
def test_two_operators_at_once_lose_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The other one is on another machine: on this one it would wait for its turn."""
    (tmp_path / "elsewhere").mkdir()
    swap, rivals = StatusBranch._swap, [{"requested": "2026-01-01T00:00:00+00:00"}]

    def overtaken(self: StatusBranch, *arguments: object) -> None:
        if rivals:
            other = rivals.pop()
            with monkeypatch.context() as there:
                there.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
                open_status(settings).write({control_path(DIGITS): dump(other)}, "dev: somebody else")
        swap(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StatusBranch, "_swap", overtaken)
    told = write_control(settings, DIGITS, {"suspended": True}, "suspend")
    assert told == {"requested": "2026-01-01T00:00:00+00:00", "suspended": True}
    control = read_status(settings).controls.resources[DIGITS]
    assert control.suspended
    assert control.requested is not None


@pytest.mark.usefixtures("status")
def test_a_control_tells_its_format_and_the_one_of_a_newer_version_is_left_as_it_is(settings: Settings) -> None:
    status, path = open_status(settings), control_path(DIGITS)
    assert write_control(settings, DIGITS, {"suspended": True}, "suspend") == {"suspended": True}
    assert parse(status.read().read(path)) == {"format": 1, "suspended": True}
    assert write_control(settings, DIGITS, {"suspended": None}, "resume") == {}
    assert path not in status.read().files
    newer = dump({"format": 2, "halts": [{"from": "now"}]})
    status.write({path: newer}, "dev: a newer version")
    with pytest.raises(Refused, match=f"{path}: it is of format 2, and only format 1 is known here") as refusal:
        write_control(settings, DIGITS, {"suspended": None}, "resume")
    assert refusal.value.hint == "upgrade Setpoint here"
    assert status.read().read(path) == newer


@pytest.mark.usefixtures("status")
def test_what_was_asked_by_a_former_name_is_put_under_its_own(settings: Settings) -> None:
    pictures = Address("datasets/pictures")
    facts = {"moved_from": [name_of(DIGITS)]}
    edits = {f"status/{pictures}.yaml": dump({"facts": facts}), control_path(DIGITS): dump({"suspended": True})}
    open_status(settings).write(edits, "dev: renamed")
    told = write_control(settings, pictures, {"reason": "migration"}, "suspend")
    assert told == {"suspended": True, "reason": "migration"}
    assert read_status(settings).controls.resources.keys() == {pictures}
    open_status(settings).write({control_path(DIGITS): dump({"suspended": True})}, "dev: as before")
    assert write_control(settings, pictures, {"suspended": None, "reason": None}, "resume") == {}
    assert not read_status(settings).controls.resources
