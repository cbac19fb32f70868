"""A commit that isn't signed as it has to be, as people meet it: by `apply`, `plan`, `status` and `doctor`."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import Key, ssh_key

ENVIRONMENT = "environments/dev/environment.yaml"
MORE = "capacity: {cpus: 2}\n"


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    settings = small_repository(tmp_path)
    monkeypatch.setenv("SETPOINT_HOME", str(settings.home))
    monkeypatch.setenv("SETPOINT_REPOSITORY", settings.repository)
    return Clone(Path(settings.repository))


def test_what_is_not_signed_is_told_by_every_verb_that_looks(person: Clone, ada: Key, say: Say) -> None:
    signers = {ENVIRONMENT: "verification: {commits: signed}\n", "environments/dev/allowed_signers": ada.public}
    last = ada.commit(person, signers)
    assert say("apply").code == Exit.OK
    new = person.commit({"specs/pools/shared.yaml": MORE})
    note = f"commit {new[:12]} is not applied: it isn't signed, and signed commits are demanded"
    applied = say("apply", "--json").json
    assert applied["commit"] == last
    assert applied["notes"][0].startswith(note)
    assert say("plan", "--json").json["notes"][0].startswith(note)
    assert note in " ".join(say("status").out.split())
    assert f"newest commit: {note}" in " ".join(say("doctor", "-C", str(person.folder)).out.split())
    signed = ada.sign(person, "commit", "--quiet", "--amend", "--no-edit")
    assert say("apply", "--json").json["commit"] == signed
    assert say("status", "--json").json["pass"]["notes"] == []


@pytest.mark.parametrize("by", ["option", "variable"])
def test_pinned_signers_hold_from_the_first_commit_on(
    person: Clone, ada: Key, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    pinned = tmp_path / "pinned"
    pinned.write_text(ada.public)
    options = ("--verify-with", str(pinned)) if by == "option" else ()
    if by == "variable":
        monkeypatch.setenv("SETPOINT_VERIFY_WITH", str(pinned))
    for verb in ("apply", "plan"):
        told = say(verb, *options)
        assert told.code == Exit.REFUSED, told
        assert "is not applied: it isn't signed" in told.err
    head = ada.commit(person, {"specs/pools/shared.yaml": MORE})
    assert say("apply", "--json", *options).json["commit"] == head


def test_pinned_signers_that_cannot_be_read_are_no_signers(person: Clone, say: Say, tmp_path: Path) -> None:
    pinned = tmp_path / "pinned"
    pinned.write_text("ada\n")
    told = say("apply", "--verify-with", str(pinned))
    assert told.code == Exit.REFUSED
    assert f"{pinned}:1: there is no public key" in " ".join(told.err.split())


def test_validate_tells_what_is_wrong_with_signers(person: Clone, say: Say) -> None:
    person.write({ENVIRONMENT: "verification: {commits: signed}\n"})
    told = say("validate", str(person.folder))
    assert told.code == Exit.REFUSED
    assert "there are no signers" in told.out
    person.write({"environments/dev/allowed_signers": "ada\n"})
    assert "environments/dev/allowed_signers:1:1: there is no public key" in say("validate", str(person.folder)).out
    subprocess.run(["ln", "-sf", "/etc/passwd", person.folder / "environments/dev/allowed_signers"], check=True)
    assert "it is a symlink" in say("validate", str(person.folder)).out
