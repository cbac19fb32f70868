"""The server: a client that others wrote reads what ours has written, and what is against the description is found."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gidgethub.apps import get_installation_access_token
from gidgethub.httpx import GitHubAPI

from reconciler.forges.access import Token
from reconciler.forges.client import ForgeClient
from reconciler.model.errors import SetpointError
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.ports.forge import ProposalOrder
from reconciler.wire import Server, Wire
from tests.conformance.github_forges import GitHubBench
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, INSTALLATION, TOKEN, pem
from tests.contracts.github.server import NAME

PROPOSAL = "promotions/employment/0123456789ab"


@contextlib.asynccontextmanager
async def stranger(server: GitHubServer, token: str = TOKEN) -> AsyncIterator[GitHubAPI]:
    """Return a client that others wrote."""
    async with httpx.AsyncClient() as connections:
        yield GitHubAPI(connections, "another-client", oauth_token=token or None, base_url=server.api)


def asked(server: GitHubServer, path: str, token: str = TOKEN) -> Any:
    """Read something by the client that others wrote."""

    async def call() -> Any:
        async with stranger(server, token) as github:
            return await github.getitem(path)

    return asyncio.run(call())


@pytest.mark.parametrize("edition", ["cloud", "server"])
def test_others_read_what_we_have_written(tmp_path: Path, edition: str) -> None:
    bench = GitHubBench(tmp_path, edition)
    with contextlib.closing(bench):
        base = bench.commit({"README.md": "# Models\n"})
        forge: Any = bench.open()
        forge.propose(ProposalOrder(PROPOSAL, base, "x.yaml", {"replicas": 2}, "Promote a trial", "It is *better*."))
        forge.comment(1, "a plan")
        head = forge.list()[PROPOSAL].commit
        forge.judge(head, CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes", "https://x.example"))
        pull = asked(bench.server, f"/repos/{NAME}/pulls/1")
        assert (pull["title"], pull["head"]["sha"], pull["state"]) == ("Promote a trial", head, "open")
        assert pull["body"].endswith("It is *better*.")
        [comment] = asked(bench.server, f"/repos/{NAME}/issues/1/comments")
        assert "a plan" in comment["body"]
        assert comment["user"]["login"] == ("setpoint[bot]" if edition == "cloud" else "setpoint-bot")
        combined = asked(bench.server, f"/repos/{NAME}/commits/{head}/status")
        assert (combined["state"], combined["statuses"][0]["context"]) == ("success", "setpoint/dev")
        bench.server.repository.check(head, "build", "success")
        bench.server.accounts.tokens[TOKEN].rights = {"checks": "read", **bench.server.accounts.tokens[TOKEN].rights}
        runs = asked(bench.server, f"/repos/{NAME}/commits/{head}/check-runs")["check_runs"]
        assert [(one["name"], one["status"], one["conclusion"]) for one in runs] == [("build", "completed", "success")]
        forge.merge(PROPOSAL)
        assert asked(bench.server, f"/repos/{NAME}/pulls/1")["merged"] is True


def test_others_are_an_app_by_the_same_key(tmp_path: Path) -> None:
    async def call(server: GitHubServer) -> dict[str, Any]:
        async with stranger(server, "") as github:
            return await get_installation_access_token(
                github, installation_id=str(INSTALLATION), app_id=str(APP), private_key=pem()
            )

    with serving(GitHubServer(tmp_path)) as server:
        made = asyncio.run(call(server))
        assert asked(server, f"/repos/{NAME}/pulls", made["token"]) == []


def test_others_page_through_lists(tmp_path: Path) -> None:
    async def call(server: GitHubServer) -> list[str]:
        async with stranger(server) as github:
            return [one["body"] async for one in github.getiter(f"/repos/{NAME}/issues/1/comments")]

    with serving(GitHubServer(tmp_path)) as server:
        server.repository.comments[1] = [{"number": n + 1, "author": "ada", "body": str(n)} for n in range(70)]
        assert asyncio.run(call(server)) == [str(n) for n in range(70)]


def test_what_hasn_t_changed_is_told_by_its_tag_to_who_asks_by_the_same_token(tmp_path: Path) -> None:
    with serving(GitHubServer(tmp_path)) as server:
        server.accounts.tokens["another"] = server.accounts.tokens[TOKEN]
        url = f"{server.api}/repos/{NAME}/pulls"
        first = httpx.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
        tagged = {"If-None-Match": first.headers["etag"]}
        statuses = [
            httpx.get(url, headers={"Authorization": f"Bearer {token}", **tagged}).status_code
            for token in (TOKEN, "another")
        ]
    assert statuses == [304, 200]
    assert first.headers["x-ratelimit-remaining"] == "4999"


OURS = {"X-GitHub-Api-Version": "2022-11-28", "Accept": "application/vnd.github+json"}
Ask = Callable[[ForgeClient], Any]


def play(folder: Path, ask: Ask, headers: dict[str, str]) -> None:
    """Ask a server for something, whatever it answers."""
    with serving(GitHubServer(folder)) as server:
        server.repository.statuses["odd"] = [{"context": 7, "state": "success", "id": 1}]
        client = ForgeClient(Wire(Server("the forge", server.url), Token(TOKEN), 5.0, headers=headers), "")
        with contextlib.suppress(SetpointError):
            ask(client)


def wrong(name: str, headers: dict[str, str], flaw: str, ask: Ask) -> Any:
    return pytest.param(ask, headers, flaw, id=name)


@pytest.mark.parametrize(
    ("ask", "headers", "flaw"),
    [
        wrong("call", OURS, "no such call", lambda client: client.get(f"/repos/{NAME}/branches")),
        wrong("parameter", OURS, "no parameter order", lambda client: client.get(f"/repos/{NAME}/pulls", order="asc")),
        wrong("value", OURS, "not one of", lambda client: client.get(f"/repos/{NAME}/pulls", state="merged")),
        wrong(
            "field",
            OURS,
            "target isn't described",
            lambda client: client.send("POST", f"/repos/{NAME}/pulls", {"head": "x", "base": "y", "target": "z"}),
        ),
        wrong("version", {}, "x-github-api-version", lambda client: client.get(f"/repos/{NAME}/pulls")),
        wrong("answer", OURS, "answer to GET", lambda client: client.get(f"/repos/{NAME}/commits/odd/status")),
    ],
)
def test_what_isn_t_described_fails_the_test(tmp_path: Path, ask: Ask, headers: dict[str, str], flaw: str) -> None:
    with pytest.raises(AssertionError, match=flaw):
        play(tmp_path, ask, headers)
