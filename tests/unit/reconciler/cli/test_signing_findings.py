"""Whether the key of this machine may sign models, by real keys."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli.finding import Finding
from reconciler.cli.signing_findings import signing_findings
from reconciler.settings import Settings
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import Key, ssh_key


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, ada: Key) -> Settings:
    """Return an environment that serves only models that Ada has signed."""
    made = small_repository(tmp_path)
    demand = {"environments/dev/environment.yaml": "verification: {models: signed}\n"}
    Clone(Path(made.repository)).commit({**demand, "environments/dev/allowed_signers": ada.public})
    return made


def told(settings: Settings, key: Path | None) -> Finding:
    (found,) = signing_findings(replace(settings, signing_key=key))
    return found


def test_where_any_model_is_served_nothing_is_said(tmp_path: Path) -> None:
    assert list(signing_findings(small_repository(tmp_path))) == []


def test_a_key_that_may_sign_is_well(settings: Settings, ada: Key) -> None:
    found = told(settings, ada.path)
    assert (found.what, found.found, found.ok) == ("signing of models", f"by {ada.path}", True)


def test_without_a_key_nothing_that_is_trained_is_served(settings: Settings) -> None:
    found = told(settings, None)
    assert (found.ok, found.needed) == (False, False), "the daemon may run elsewhere"
    assert "no key is told here" in found.found
    assert "SETPOINT_SIGNING_KEY" in found.fix


def test_a_key_of_somebody_else_is_told(settings: Settings, tmp_path: Path) -> None:
    found = told(settings, ssh_key(tmp_path, "mallory").path)
    assert (found.ok, found.needed) == (False, True)
    assert "isn't among those who may sign" in found.found


def test_a_key_that_can_t_be_used_is_told(settings: Settings, tmp_path: Path) -> None:
    found = told(settings, tmp_path / "nowhere")
    assert not found.ok
    assert "can't be used" in found.found
