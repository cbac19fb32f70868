"""What GitLab tells of a branch's rules, in editions with and without rules of approvals, and to which role."""

from typing import Any

import pytest

from reconciler.cli.forge_findings import rule_findings
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.reviews import BranchRules
from reconciler.providers.forge.gitlab.rules import branch_rules
from tests.contracts.gitlab import GitLabServer
from tests.contracts.gitlab.repository import DEVELOPER, MAINTAINER, Rules
from tests.contracts.gitlab.server import BOT
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.gitlab.conftest import client, hub


def rule(required: int, *branches: str, **more: Any) -> dict[str, Any]:
    return {"approvals_required": required, "protected_branches": [{"name": name} for name in branches], **more}


def test_a_free_edition_says_nothing_of_approvals(server: GitLabServer) -> None:
    server.repository.rules = Rules(push_level=0, pipelines=True)
    expected = BranchRules(True, None, frozenset({"*"}), we_may_push=False, we_administer=False)
    assert hub(server).rules("main") == expected
    found = {one.what: (one.ok, one.needed) for one in rule_findings(expected, "main", "setpoint/dev")}
    assert {what for what, (is_ok, _) in found.items() if not is_ok} == {"approvals", "stale approvals"}
    assert (False, True) not in found.values()


def test_a_paid_one_tells_all(server: GitLabServer) -> None:
    rules = [rule(1), rule(2, "ma*"), rule(5, "release"), rule(3, "release", applies_to_all_protected_branches=True)]
    server.repository.rules = Rules(push_level=0, approvals=rules, resets=True, pipelines=True)
    found = hub(server).rules("main")
    assert (found.approvals, found.dismisses_stale) == (3, True)
    assert [one for one in rule_findings(found, "main", "setpoint/dev") if not one.ok] == []
    server.repository.rules.approvals = []
    assert hub(server).rules("main").approvals == 0


def test_a_project_that_asks_for_nothing_is_told_as_that(server: GitLabServer) -> None:
    server.repository.rules = Rules(approvals=[])
    expected = BranchRules(False, 0, dismisses_stale=False, we_may_push=True, we_administer=False)
    assert hub(server).rules("main") == expected


@pytest.mark.parametrize(
    ("level", "may_push", "administers"), [(DEVELOPER, False, False), (MAINTAINER, True, True), (50, True, True)]
)
def test_what_our_role_may_do_is_told(server: GitLabServer, level: int, may_push: bool, administers: bool) -> None:
    server.repository.rules = Rules(push_level=MAINTAINER)
    server.calls.levels[BOT] = level
    found = hub(server).rules("main")
    assert (found.we_may_push, found.we_administer) == (may_push, administers)


def test_what_isn_t_told_is_unknown(server: GitLabServer) -> None:
    server.faults = [Fault(200, b"{}"), Fault(200, b'{"protected": true}'), Fault(403), Fault(403)]
    assert hub(server).rules("main") == BranchRules(True, None, None)


def test_odd_values_are_unknown(server: GitLabServer) -> None:
    project = b'{"permissions": {"project_access": {"access_level": "40"}}, "only_allow_merge_if_pipeline_succeeds": 1}'
    branch = b'{"protected": "yes", "can_push": "no"}'
    server.faults = [Fault(200, project), Fault(200, branch), Fault(200, b'[{"approvals_required": "2"}]')]
    server.faults += [Fault(200, b"[]"), Fault(200, b'{"reset_approvals_on_push": 1}')]
    assert hub(server).rules("main") == BranchRules(False, 0, None)


def test_what_can_t_be_read_at_all_is_told(server: GitLabServer) -> None:
    with pytest.raises(Refused, match="404"):
        hub(server).rules("nowhere")
    server.faults = [Fault(502)]
    with pytest.raises(Unavailable):
        branch_rules(client(server), "/projects/4001", "main")
