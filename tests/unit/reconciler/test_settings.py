"""Settings: read once, frozen."""

from pathlib import Path

import pytest

from reconciler.model.errors import Refused
from reconciler.settings import Settings, default_home, git_app, reveal


def test_the_home_is_where_the_environment_says() -> None:
    assert default_home("/srv/ml", {"SETPOINT_HOME": "/var/lib/setpoint"}) == Path("/var/lib/setpoint")
    assert default_home("/srv/ml", {"SETPOINT_HOME": "state"}).is_absolute()


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("/srv/ml", "ml-"),
        ("/srv/ml/", "ml-"),
        ("https://forge.example/team/ml.git", "ml-"),
        ("ssh://forge.example/ml.git/", "ml-"),
        ("/", "repository-"),
    ],
)
def test_else_it_is_a_folder_of_the_users_state_named_after_the_repository(repository: str, name: str) -> None:
    home = default_home(repository, {"XDG_STATE_HOME": "/state"})
    assert home.parent == Path("/state/setpoint")
    assert home.name.startswith(name)


def test_without_a_word_it_is_below_the_users_home() -> None:
    assert default_home("/srv/ml", {}).is_relative_to(Path.home() / ".local" / "state" / "setpoint")


def test_two_repositories_of_one_name_have_two_homes_and_one_has_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert default_home("/a/ml", {}) != default_home("/b/ml", {})
    monkeypatch.chdir(tmp_path)
    assert default_home("ml", {}) == default_home(str(tmp_path / "ml"), {})


def test_settings_do_not_change() -> None:
    settings = Settings("/srv/ml", "dev")
    assert settings.branch == "main"
    with pytest.raises(AttributeError):
        settings.branch = "other"  # type: ignore[misc]


def test_options_name_secrets_that_are_found_where_the_daemon_runs() -> None:
    assert reveal("plain", {}) == "plain"
    assert reveal("x-${secret:A}${secret:B}", {"SETPOINT_SECRET_A": "1", "SETPOINT_SECRET_B": "\\1"}) == "x-1\\1"
    with pytest.raises(Refused, match=r"NOWHERE is not set .set SETPOINT_SECRET_NOWHERE where the daemon runs"):
        reveal("${secret:NOWHERE}", {})


def test_the_app_by_which_git_reaches_the_repository_has_its_key_in_a_file_or_a_secret() -> None:
    assert git_app({}) == git_app({"SETPOINT_GITHUB_APP_KEY_FILE": "/run/key"}) == {}
    assert git_app({"SETPOINT_GITHUB_APP": "7"}) == {"app": "7", "private_key": "${secret:GITHUB_APP_KEY}"}
    told = {"SETPOINT_GITHUB_APP": "7", "SETPOINT_GITHUB_APP_KEY_FILE": "/run/key"}
    assert git_app(told) == {"app": "7", "private_key_file": "/run/key"}
