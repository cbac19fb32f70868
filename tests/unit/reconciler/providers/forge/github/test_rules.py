"""What GitHub tells of a branch's rules, by rulesets and by the former protection, and what it keeps to itself."""

from typing import Any

import pytest

from reconciler.cli.forge_findings import rule_findings
from reconciler.forges.client import ForgeClient
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.reviews import BranchRules
from reconciler.providers.forge.github.app import Claim, InstallationToken
from reconciler.providers.forge.github.hub import GitHub
from reconciler.providers.forge.github.merges import AtOnce
from reconciler.providers.forge.github.provider import HEADERS
from reconciler.providers.forge.github.rules import branch_rules
from reconciler.providers.forge.github.signing import signer
from reconciler.wire import Server, Wire
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import APP, BOT, NEEDED, TOKEN, pem
from tests.contracts.github.server import NAME
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.github.conftest import client

PULL: dict[str, Any] = {
    "required_approving_review_count": 2,
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_review_thread_resolution": False,
}
CHECKS = {"required_status_checks": [{"context": "setpoint/dev"}], "strict_required_status_checks_policy": False}
GOOD = {7: {"pull_request": PULL, "required_status_checks": CHECKS, "non_fast_forward": None}}
FORMER: dict[str, Any] = {
    "enabled": True,
    "required_status_checks": {"enforcement_level": "everyone", "contexts": ["setpoint/dev"], "checks": []},
}


def read(server: GitHubServer) -> BranchRules:
    return branch_rules(client(server), f"/repos/{NAME}", "main")[0]


def hub(server: GitHubServer, *, is_app: bool = False) -> GitHub:
    known = client(server)
    claim = Claim(str(APP), signer(pem()))
    wire = Wire(Server("the forge", server.url), claim, 5.0, headers=HEADERS)
    app = InstallationToken(ForgeClient(wire, ""), NAME) if is_app else None
    return GitHub(known, NAME, AtOnce(known), lambda: BOT, app)


def test_rulesets_are_told_to_who_may_read(server: GitHubServer) -> None:
    server.repository.rulesets = GOOD
    contexts = frozenset({"setpoint/dev"})
    assert read(server) == BranchRules(True, 2, contexts, dismisses_stale=True, we_may_push=False)


def test_a_branch_without_rules_has_none(server: GitHubServer) -> None:
    assert read(server) == BranchRules(False, 0, dismisses_stale=False, we_may_push=True)


def test_rules_against_deleting_leave_it_open_to_pushes(server: GitHubServer) -> None:
    server.repository.rulesets = {7: {"deletion": None, "required_linear_history": None}}
    found = read(server)
    assert (found.is_protected, found.we_may_push) == (False, True)


def test_of_the_former_protection_its_checks_are_told_and_the_rest_is_unknown(server: GitHubServer) -> None:
    server.repository.protection = FORMER
    assert read(server) == BranchRules(True, None, frozenset({"setpoint/dev"}))
    server.repository.protection = {"enabled": True}
    assert read(server) == BranchRules(True, None, None)
    server.repository.rulesets = GOOD
    assert read(server) == BranchRules(True, 2, frozenset({"setpoint/dev"}), dismisses_stale=True, we_may_push=False)


@pytest.mark.parametrize(
    ("bypass", "we_may_push"),
    [("never", False), ("always", True), ("pull_requests_only", True), (None, None)],
)
def test_whether_we_may_go_past_a_ruleset_is_told_by_it(
    server: GitHubServer, bypass: str | None, we_may_push: bool | None
) -> None:
    server.repository.rulesets = {7: {**GOOD[7], "bypass": bypass}}
    assert read(server).we_may_push is we_may_push
    server.repository.rulesets[8] = {"pull_request": PULL}
    assert read(server).we_may_push is False


def test_a_ruleset_that_isn_t_shown_is_unknown(server: GitHubServer) -> None:
    server.repository.rulesets = GOOD
    no = Fault(403, b'{"message": "Resource not accessible by personal access token"}')
    for answer in (no, Fault(404)):
        known = client(server)
        asked = known.get

        def get(path: str, asked: Any = asked, answer: Fault = answer, **query: str) -> Any:
            server.faults = [answer] if "/rulesets/" in path else []
            return asked(path, **query)

        known.get = get  # type: ignore[method-assign]
        assert branch_rules(known, f"/repos/{NAME}", "main")[0].we_may_push is None


@pytest.mark.parametrize(("right", "administers"), [("write", False), ("admin", True), ("read", False)])
def test_a_user_s_right_is_told(server: GitHubServer, right: str, administers: bool) -> None:
    server.accounts.people[BOT] = right
    found = hub(server).rules("main")
    assert (found.we_administer, found.sees_checks, found.unneeded) == (administers, False, frozenset())


def test_rights_of_an_app_that_aren_t_used_are_told(server: GitHubServer) -> None:
    account = server.accounts.tokens[TOKEN]
    account.rights = {**account.rights, "checks": "read"}
    good = {**NEEDED, "checks": "read", "metadata": "read", "issues": "read"}
    server.accounts.granted = good
    assert hub(server, is_app=True).rules("main") == BranchRules(
        False, 0, dismisses_stale=False, we_may_push=True, we_administer=False, sees_checks=True
    )
    server.accounts.granted = {**good, "checks": "write"}
    assert hub(server, is_app=True).rules("main").unneeded == frozenset(), "what is wrong is shown beside its line"
    server.accounts.granted = {**good, "administration": "write", "workflows": "write"}
    found = hub(server, is_app=True).rules("main")
    assert (found.we_administer, found.unneeded) == (True, {"administration", "workflows"})


def test_a_branch_that_is_well_kept_has_nothing_to_mend(server: GitHubServer) -> None:
    account = server.accounts.tokens[TOKEN]
    account.rights = {**account.rights, "checks": "read"}
    server.repository.rulesets = GOOD
    found = list(rule_findings(hub(server).rules("main"), "main", "setpoint/dev"))
    assert [one for one in found if not one.ok] == []


def test_what_can_t_be_read_at_all_is_told(server: GitHubServer) -> None:
    with pytest.raises(Refused, match="404"):
        branch_rules(client(server), f"/repos/{NAME}", "nowhere")
    server.faults = [Fault(502)]
    with pytest.raises(Unavailable):
        read(server)
