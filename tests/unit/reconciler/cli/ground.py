"""A small repository of one pool, for verbs that wire up everything."""

import subprocess
from pathlib import Path

import pytest

from reconciler.git.init import begin
from reconciler.settings import Settings
from tests.unit.reconciler.git.people import Clone


def small_repository(folder: Path) -> Settings:
    """Make the repository below a folder; return what the verbs are told."""
    place = folder / "repository"
    (place / "specs/pools").mkdir(parents=True)
    (place / "environments/dev").mkdir(parents=True)
    (place / "specs/pools/shared.yaml").write_text("capacity: {cpus: 1}\n")
    (place / "environments/dev/environment.yaml").write_text("description: a test\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(place)], check=True)
    for key in ("user.name", "user.email"):
        subprocess.run(["git", "-C", str(place), "config", key, "test"], check=True)
    begin(place, "Begin", ["specs", "environments"])
    return Settings(str(place), "dev", "main", folder / "home")


def person_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """Make a small repository that the verbs act on by themselves; return whom it belongs to."""
    settings = small_repository(folder)
    monkeypatch.setenv("SETPOINT_HOME", str(settings.home))
    monkeypatch.setenv("SETPOINT_REPOSITORY", settings.repository)
    return Clone(Path(settings.repository))
