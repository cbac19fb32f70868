"""Tokens of an App: as narrow as can be, renewed in time, and never asked for twice."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import pytest

from reconciler.forges.client import ForgeClient
from reconciler.forges.documents import text
from reconciler.model.errors import Refused, SetpointError, Unavailable
from reconciler.providers.forge.github.app import JUST_MADE, SHORTEST, TEAMS, Claim, InstallationToken
from reconciler.providers.forge.github.provider import HEADERS, PAGING
from reconciler.providers.forge.github.signing import Sign, signer
from reconciler.wire import Identity, Server, Wire
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import APP, CLIENT_ID, INSTALLATION, NEEDED, pem
from tests.contracts.github.server import NAME
from tests.contracts.serving import Fault

START = 1_700_000_000.0
PULLS = f"/repos/{NAME}/pulls"


class Time:
    """The server's clock, and ours, which may be wrong by some seconds."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.passed = 0.0
        self.ahead = ahead

    def now(self) -> float:
        return self.passed

    def wall(self) -> float:
        return START + self.passed

    def ours(self) -> float:
        return START + self.passed + self.ahead


@lru_cache(maxsize=2)
def sign(key: str) -> Sign:
    """Return what signs with a key, which is checked for a while before it is taken."""
    return signer(pem(key))


class App:
    """An App on a server, and a client by its token."""

    def __init__(
        self,
        server: GitHubServer,
        time: Time,
        *,
        app: str = str(APP),
        key: str = "ours",
        installation: int = 0,
        **rights: Any,
    ) -> None:
        server.accounts.wall = time.wall
        claim = Claim(app, sign(key), time.ours)
        known = self._client(server, claim)
        self.token = InstallationToken(known, NAME, installation, now=time.now, wall=time.ours, **rights)
        self.client = self._client(server, self.token)

    @staticmethod
    def _client(server: GitHubServer, identity: Identity) -> ForgeClient:
        return ForgeClient(Wire(Server("the forge", server.url), identity, 5.0, headers=HEADERS), "", paging=PAGING)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize("app", [str(APP), CLIENT_ID])
def test_one_token_is_good_for_many_requests(bare: GitHubServer, time: Time, app: str) -> None:
    client = App(bare, time, app=app).client
    assert [client.get(PULLS) for _ in range(3)] == [[]] * 3
    assert len(bare.accounts.made) == 1


def test_threads_ask_for_one_token(bare: GitHubServer, time: Time) -> None:
    client = App(bare, time).client
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: client.get(PULLS), range(16))) == [[]] * 16
    assert len(bare.accounts.made) == 1


def test_it_is_made_anew_before_it_ends(bare: GitHubServer, time: Time) -> None:
    client = App(bare, time).client
    client.get(PULLS)
    time.passed = 54 * 60
    client.get(PULLS)
    assert len(bare.accounts.made) == 1
    time.passed = 56 * 60
    client.get(PULLS)
    assert len(bare.accounts.made) == 2


def test_one_that_is_turned_down_is_made_anew(bare: GitHubServer, time: Time) -> None:
    client = App(bare, time).client
    client.get(PULLS)
    time.passed = JUST_MADE + 1
    bare.accounts.tokens.clear()
    assert client.get(PULLS) == []
    assert len(bare.accounts.made) == 2


def test_one_that_is_turned_down_at_once_is_told(bare: GitHubServer, time: Time) -> None:
    client = App(bare, time).client
    client.get(PULLS)
    bare.accounts.tokens.clear()
    with pytest.raises(Refused, match="stranger"):
        client.get(PULLS)
    assert len(bare.accounts.made) == 1


def test_it_is_for_one_repository_and_for_what_is_used(bare: GitHubServer, time: Time) -> None:
    App(bare, time).client.get(PULLS)
    asked = [json.loads(one.body) for one in bare.requests if one.path.endswith("/access_tokens")]
    wanted = [{**NEEDED, "checks": level} for level in ("write", "read")]
    assert asked == [{"repositories": ["models"], "permissions": rights} for rights in wanted], (
        "as far as it was granted"
    )


def test_an_app_that_may_not_read_checks_does_without(bare: GitHubServer, time: Time) -> None:
    del bare.accounts.granted["checks"]
    assert App(bare, time).client.get(PULLS) == []
    (token,) = bare.accounts.made
    assert bare.accounts.tokens[token].rights == {**NEEDED, "metadata": "read"}


def test_an_installation_that_is_told_isn_t_asked_for(bare: GitHubServer, time: Time) -> None:
    bare.accounts.granted["checks"] = "write"
    App(bare, time, installation=INSTALLATION).client.get(PULLS)
    assert [one.path for one in bare.requests] == [f"/app/installations/{INSTALLATION}/access_tokens", PULLS]


@pytest.mark.parametrize("right", sorted(NEEDED))
def test_what_wasn_t_granted_is_told(bare: GitHubServer, time: Time, right: str) -> None:
    bare.accounts.granted[right] = "read"
    with pytest.raises(Refused, match=f"{right}: write.*not granted"):
        App(bare, time).client.get(PULLS)


@pytest.mark.parametrize("installation", [0, INSTALLATION, 5])
def test_an_app_that_isn_t_installed_is_told(bare: GitHubServer, time: Time, installation: int) -> None:
    bare.accounts.is_installed = installation == 5
    with pytest.raises(Refused, match=f"isn't installed on {NAME}"):
        App(bare, time, installation=installation).client.get(PULLS)


@pytest.mark.parametrize("wrong", [{"key": "another"}, {"app": "5"}])
def test_a_key_of_another_app_is_told(bare: GitHubServer, time: Time, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused, match="stranger"):
        App(bare, time, **wrong).client.get(PULLS)


@pytest.mark.parametrize("ahead", [-500.0, -30.0, 0.0, 30.0, 55.0])
def test_a_clock_that_is_a_little_wrong_does_no_harm(bare: GitHubServer, ahead: float) -> None:
    assert App(bare, Time(ahead)).client.get(PULLS) == []


@pytest.mark.parametrize("ahead", [-1000.0, 100.0])
def test_a_clock_that_is_wrong_is_told(bare: GitHubServer, ahead: float) -> None:
    with pytest.raises(Refused, match="stranger"):
        App(bare, Time(ahead)).client.get(PULLS)


def test_it_comments_under_its_own_name(bare: GitHubServer, time: Time) -> None:
    assert App(bare, time).token.name() == "setpoint[bot]"


def test_an_app_without_a_name_has_none(bare: GitHubServer, time: Time) -> None:
    bare.faults = [Fault(200, b'{"slug": ["x"]}')]
    assert App(bare, time).token.name() == ""


ODD: list[Any] = [{}, [], None, "x", {"token": 7}, {"token": ""}, {"token": "a b"}, {"token": "a\r\nb: c"}]
ODD += [{"token": "x" * 2001}, {"token": "é"}, {"token": "a\x00"}]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_what_is_no_token_is_told(bare: GitHubServer, time: Time, odd: Any) -> None:
    bare.faults = [Fault(200, json.dumps(odd).encode(), only="POST")]
    with pytest.raises(Unavailable, match="no token"):
        App(bare, time).client.get(PULLS)


@pytest.mark.parametrize(
    "ends", [None, "", "soon", "1970-01-01T00:00:00Z", "2023-11-14T22:13:20", "9999-12-31T23:59:59Z"]
)
def test_a_token_with_an_odd_end_is_used_for_a_minute_at_least(bare: GitHubServer, time: Time, ends: Any) -> None:
    answer = {"token": next(iter(bare.accounts.tokens)), "expires_at": ends}
    bare.faults = [Fault(201, json.dumps(answer).encode(), only="POST")]
    client = App(bare, time).client
    client.get(PULLS)
    time.passed = SHORTEST - 1
    client.get(PULLS)
    assert not bare.accounts.made
    time.passed = 3601
    client.get(PULLS)
    assert len(bare.accounts.made) == 1


@pytest.mark.parametrize("odd", [{}, {"id": "7"}, {"id": True}, {"id": -1}, {"id": 10**30}, []], ids=repr)
def test_what_is_no_installation_is_told(bare: GitHubServer, time: Time, odd: Any) -> None:
    bare.faults = [Fault(200, json.dumps(odd).encode(), only="GET")]
    with pytest.raises(Unavailable):
        App(bare, time).client.get(PULLS)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_refusal_in_between_is_told(bare: GitHubServer, time: Time, status: int) -> None:
    bare.faults = [Fault(status, b'{"message": "This installation has been suspended"}')]
    with pytest.raises(SetpointError):
        App(bare, time).client.get(PULLS)


def test_a_token_is_never_shown(bare: GitHubServer, time: Time) -> None:
    app = App(bare, time)
    app.client.get(PULLS)
    assert bare.accounts.made[0] not in repr(app.token) + repr(vars(app.client))


def _calls(client: ForgeClient) -> dict[str, Callable[[], Any]]:
    root, commit = f"/repos/{NAME}", "0" * 40
    return {
        "contents": lambda: client.send("PUT", f"{root}/pulls/1/merge", {}),
        "pull_requests": lambda: text(client.get(f"{root}/pulls"), "x"),
        "statuses": lambda: client.get(f"{root}/commits/{commit}/status"),
    }


@pytest.mark.parametrize("right", sorted(NEEDED))
def test_each_right_is_needed(bare: GitHubServer, time: Time, right: str) -> None:
    app = App(bare, time)
    app.client.get(PULLS)
    account = bare.accounts.tokens[bare.accounts.made[0]]
    account.rights = {name: level for name, level in account.rights.items() if name != right}
    with pytest.raises(Refused, match="not accessible"):
        _calls(app.client)[right]()


def test_teams_are_asked_for_by_a_token_of_their_own_and_nothing_else_is(bare: GitHubServer, time: Time) -> None:
    bare.accounts.teams["acme/ml"] = ["ada"]
    app = App(bare, time, wanted=(TEAMS,))
    with pytest.raises(Refused, match="grant the App members: read"):
        app.client.get("/orgs/acme/teams/ml/members")
    bare.accounts.granted["members"] = "read"
    (member,) = app.client.get("/orgs/acme/teams/ml/members")
    assert member["login"] == "ada"
    (token,) = bare.accounts.made
    assert bare.accounts.tokens[token].rights == {"members": "read", "metadata": "read"}
