"""Attesting: a statement lies beside each model before its run is sealed, signed where there is a key."""

import json
from pathlib import Path

import pytest

from reconciler.loop.apply import Applier
from reconciler.loop.attesting import Attesting
from reconciler.model.change import AcceptRun, Origin
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Refused
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.ports.engines import Engines
from reconciler.provenance.envelope import read_envelope
from reconciler.provenance.statement import FILE
from reconciler.provenance.vouching import vouch
from reconciler.providers.memory import World
from reconciler.providers.memory.data import DataRoom
from reconciler.signatures import SigningKey
from tests.unit.reconciler import stage
from tests.unit.reconciler.provenance import made
from tests.unit.reconciler.signers import ssh_key


def left(world: World, files: dict[str, bytes]) -> Engines:
    """Let the run's job leave files."""
    engines = stage.engines(world)
    engines.data.open(made.RUN)
    world.room(DataRoom).write(made.RUN, {"result.json": json.dumps(made.RESULT).encode(), **files})
    return engines


def accept(engines: Engines, attesting: Attesting, origin: Origin | None) -> str:
    """Let a pass accept the run; return the error, if there is one."""
    why = "its job succeeded"
    change = AcceptRun(address=made.order().address, run=made.RUN, why=why, metadata={"run": made.RUN}, origin=origin)
    decision = Decision(
        address=change.address, phase=Phase.RECONCILING, reason=Reason.TRAINING, message="", changes=(change,)
    )
    plan = Plan(commit=made.COMMIT, environment="dev", decisions={change.address: decision})
    (outcome,) = Applier(engines, str, lambda: True, attest=attesting).apply(plan)
    return outcome.error


def test_a_models_statement_is_sealed_with_it_and_vouches_for_it(tmp_path: Path) -> None:
    key = ssh_key(tmp_path, "daemon")
    lock = json.dumps({"packages": {"numpy": "2.1.0"}}).encode()
    engines = left(World(), {"environment.json": lock, FILE: b"forged by the job"})
    assert accept(engines, Attesting(engines.reader, SigningKey(key.path), "1.0"), made.origin()) == ""
    found = vouch(engines.reader.read(made.RUN, FILE), made.MODEL, key.public.encode(), made.NOW)
    assert found.signer == "daemon@example.org"
    names = [item["name"] for item in found.told["predicate"]["buildDefinition"]["resolvedDependencies"]]
    assert names == ["specs", "code", "dataset", "image", "numpy"]
    assert list(engines.data.list().versions) == [made.RUN]


def test_without_a_key_it_is_there_and_nobody_vouches() -> None:
    engines = left(World(), {"environment.json": b"no JSON"})
    attesting = Attesting(engines.reader, None, "1.0")
    assert accept(engines, attesting, made.origin()) == ""
    envelope = read_envelope(engines.reader.read(made.RUN, FILE))
    assert envelope.signatures == ()
    assert attesting(made.origin(), made.COMMIT)[FILE] == envelope.line(), "the same for the same"


def test_a_run_without_a_model_has_none() -> None:
    engines = left(World(), {})
    assert accept(engines, Attesting(engines.reader, None, "1.0"), None) == ""
    with pytest.raises(FileNotFoundError):
        engines.reader.read(made.RUN, FILE)


def test_a_key_that_can_not_be_used_seals_nothing(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    engines = left(World(), {})
    attesting = Attesting(engines.reader, SigningKey(tmp_path / "key"), "1.0")
    assert "can't be used" in accept(engines, attesting, made.origin())
    assert not engines.data.list().branches[made.RUN].sealed
    with pytest.raises(Refused):
        attesting(made.origin(), made.COMMIT)
