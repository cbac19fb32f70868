"""The wiring: providers are found by name, and a missing one says what to do."""

import gc
import weakref
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.cli.scope import environments
from reconciler.git.init import begin
from reconciler.model.environment import Environment, ProviderChoice
from reconciler.model.errors import Refused, Unavailable
from reconciler.plugins import PORTS, Plugins, installed
from reconciler.settings import Settings
from reconciler.wiring import engines, folder, git_access, lease_span, offered, open_source, provider, wire
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, pem
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.plugins.packages import PROVIDERS, package, plugins_with


@pytest.mark.parametrize(("port", "name"), [(port, name) for port in PORTS for name in installed().providers(port)])
def test_every_provider_that_is_named_can_be_imported(port: str, name: str) -> None:
    assert callable(provider(port, ProviderChoice(provider=name), installed()))


def test_an_unknown_provider_names_those_that_there_are() -> None:
    with pytest.raises(Refused, match="there is no data provider dolt") as told:
        provider("data", ProviderChoice(provider="dolt"), installed())
    assert "git, lakefs" in told.value.hint


def test_a_path_of_an_embedded_engine_starts_at_the_home() -> None:
    home = Path("/home")
    assert folder(ProviderChoice(provider="git"), home / "data", home) == home / "data"
    chosen = ProviderChoice.model_validate({"provider": "git", "path": "other"})
    assert folder(chosen, home / "data", home) == Path("/home/other")


@pytest.mark.parametrize("path", ["../x", "/etc", ".", "a/../..", "link/x"])
def test_a_path_leads_nowhere_but_below_the_home(path: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "link").symlink_to(tmp_path)
    chosen = ProviderChoice.model_validate({"provider": "git", "path": path})
    with pytest.raises(Refused, match="is no folder below"):
        folder(chosen, home / "data", home)


@pytest.mark.parametrize("path", ["pool", "pool/x", "serving/prod", "code", "mirror", "data/x"])
def test_a_path_lies_in_no_folder_of_another_part(path: str, tmp_path: Path) -> None:
    chosen = ProviderChoice.model_validate({"provider": "git", "path": path})
    with pytest.raises(Refused, match="which belongs to others"):
        folder(chosen, tmp_path / "data", tmp_path)
    default = ProviderChoice.model_validate({"provider": "git", "path": "data"})
    assert folder(default, tmp_path / "data", tmp_path) == tmp_path / "data"


def test_two_environments_have_no_folder_of_endpoints_in_common(tmp_path: Path) -> None:
    settings = small_repository(tmp_path)
    told = Environment.model_validate({"serving": {"provider": "local", "path": "endpoints"}})
    source = open_source(settings)
    for _ in range(2):
        engines(told, settings, source)
    with pytest.raises(Refused, match="is that of the environment dev"):
        engines(told, replace(settings, environment="prod"), source)
    source.close()


def test_a_home_of_another_repository_is_refused_before_any_engine_is_made(tmp_path: Path) -> None:
    settings = small_repository(tmp_path)
    source = open_source(settings)
    settings.home.mkdir(exist_ok=True)
    (settings.home / "repository.txt").write_text("/somewhere/else\n")
    with pytest.raises(Refused, match="is that of the repository"):
        engines(Environment(), settings, source)
    source.close()


def test_jobs_inherit_no_secret_that_a_provider_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_LAKEFS", "hunter2")
    monkeypatch.setenv("SETPOINT_SECRET_WAREHOUSE", "sqlite://")
    told = {"data": {"provider": "lakefs", "secret_access_key": "${secret:LAKEFS}"}}
    environ = offered(Environment.model_validate(told))
    assert "hunter2" not in environ.values()
    assert environ["SETPOINT_SECRET_WAREHOUSE"] == "sqlite://"


def test_the_key_of_git_s_own_app_is_no_secret_of_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", "a team's own")
    monkeypatch.delenv("SETPOINT_GITHUB_APP", raising=False)
    environment = Environment.model_validate({"data": {"provider": "git"}})
    assert "SETPOINT_SECRET_GITHUB_APP_KEY" in offered(environment)
    monkeypatch.setenv("SETPOINT_GITHUB_APP", "7")
    assert "SETPOINT_SECRET_GITHUB_APP_KEY" not in offered(environment)


def test_the_app_s_key_suffices_for_git_and_the_forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the daemon is told is a URL, an App and its key; a URL by SSH has nothing of it."""
    with serving(GitHubServer(tmp_path, "server")) as server:
        head = server.repository.commit("main", {"environments/dev/environment.yaml": "forge: {provider: git}\n"})
        place = f"{server.url}/ada/models.git"
        with pytest.raises(Unavailable):
            open_source(Settings(place, "dev", "main", tmp_path / "stranger")).head()
        monkeypatch.setenv("SETPOINT_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("SETPOINT_GITHUB_APP", str(APP))
        monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", pem())
        assert open_source(Settings(place, "dev", "main", tmp_path / "home")).head() == head
        assert environments(place, "main") == ("dev",)
    assert git_access("git@github.com:ada/models.git") is None
    assert git_access(str(tmp_path)) is None


def test_options_that_don_t_fit_are_told(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository/a.txt").write_text("1")
    begin(tmp_path / "repository", "Begin", ["a.txt"])
    settings = Settings(str(tmp_path / "repository"), "dev", "main", tmp_path / "home")
    odd = Environment.model_validate({"data": {"provider": "git", "endpoint": "http://lakefs"}})
    with pytest.raises(Refused, match=r"the data provider git can't be made: .*'endpoint'"):
        engines(odd, settings, open_source(settings))


FORGE = """\
from reconciler.plugins import EmbeddedOptions, Provider

class Own(EmbeddedOptions):
    lines: int = 3

class Forge:
    def __init__(self, folder, environment, *, lines=3):
        self.told = (folder, environment, lines)

FORGE = Provider("forge_of_others:Forge", "forge_of_others:Own", ("folder", "environment"))
NEEDY = Provider("forge_of_others:Forge", given=("folder", "database"))
HEAVY = Provider("forge_of_others_sdk:Forge", install="forge-of-others[sdk]")
"""


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    monkeypatch.syspath_prepend(tmp_path)
    names = {f"forge.{name}": f"forge_of_others:{name.upper()}" for name in ("forge", "needy", "heavy")}
    return plugins_with(*package(tmp_path, "forge_of_others", {PROVIDERS: names}, FORGE))


def test_a_provider_of_others_is_given_what_it_asks_for(tmp_path: Path, others: Plugins) -> None:
    settings = small_repository(tmp_path)
    source = open_source(settings)
    told = Environment.model_validate({"forge": {"provider": "forge", "lines": 5, "path": "own"}})
    built = engines(told, settings, source, others).forge
    assert getattr(built, "told", None) == (settings.home / "own", "dev", 5)
    needy = Environment.model_validate({"forge": {"provider": "needy"}})
    with pytest.raises(Refused, match="the forge provider needy can't be made: it asks for database"):
        engines(needy, settings, source, others)
    source.close()


def test_what_a_provider_of_others_needs_is_told(others: Plugins) -> None:
    with pytest.raises(Refused, match="needs a package that is not installed: forge_of_others_sdk") as told:
        provider("forge", ProviderChoice(provider="heavy"), others)
    assert told.value.hint == "pip install 'forge-of-others[sdk]'"


def test_nothing_is_changed_once_whoever_wired_it_says_stop_though_the_lease_is_held(tmp_path: Path) -> None:
    settings = small_repository(tmp_path)
    wired = wire(settings, lambda: False)
    assert wired.lease.holder() == "nobody yet"
    assert wired.lease.acquire()
    head = wired.converging.head()
    assert head is not None
    told = [(outcome.change.verb, outcome.error) for outcome in wired.converging.run(head).outcomes]
    wired.lease.release()
    wired.source.close()
    assert [verb for verb, error in told if "the lease is lost" in error] == ["configure"] == [verb for verb, _ in told]
    assert not (settings.home / "pool" / "pools").exists()


def test_what_is_wired_goes_with_its_processes_as_soon_as_nobody_needs_it(tmp_path: Path) -> None:
    settings = small_repository(tmp_path)
    gc.collect()
    gc.disable()
    try:
        wired = wire(settings)
        repository = weakref.ref(wired.source.repository)
        del wired
        assert repository() is None, "a part refers to itself, and keeps Git's process until a collection"
    finally:
        gc.enable()


def test_a_claim_is_short_where_renewing_it_costs_nothing_and_long_where_a_forge_counts(tmp_path: Path) -> None:
    settings = small_repository(tmp_path)
    near = open_source(settings)
    far = open_source(replace(settings, repository=Path(settings.repository).as_uri()))
    assert (lease_span(near), lease_span(far)) == (timedelta(seconds=15), timedelta(seconds=60))
    for source in (near, far):
        source.close()
