"""What `doctor --forge` says of a branch's rules, each with what to do."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.forge_findings import rule_findings
from reconciler.model.reviews import BranchRules
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, SLUG, pem
from tests.contracts.github.server import NAME
from tests.unit.reconciler.cli.conftest import Say

GOOD = BranchRules(
    True,
    1,
    frozenset({"ci", "setpoint/prod"}),
    dismisses_stale=True,
    we_may_push=False,
    we_administer=False,
    sees_checks=True,
)


def wrong(rules: BranchRules) -> list[str]:
    return [one.what for one in rule_findings(rules, "main", "setpoint/prod") if not one.ok]


def test_good_rules_have_nothing_to_mend() -> None:
    assert wrong(GOOD) == []
    assert wrong(replace(GOOD, contexts=frozenset({"setpoint/*"}))) == []


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"is_protected": False}, "protection of main"),
        ({"approvals": 0}, "approvals"),
        ({"contexts": frozenset({"setpoint/dev"})}, "required statuses"),
        ({"dismisses_stale": False}, "stale approvals"),
        ({"unneeded": frozenset({"workflows"})}, "our other rights"),
        ({"sees_checks": False}, "checks of others that we see"),
        ({"we_may_push": True}, "our right to push"),
        ({"we_administer": True}, "our right to administer"),
    ],
)
def test_each_lack_is_told_with_what_to_do(parts: dict[str, Any], what: str) -> None:
    assert wrong(replace(GOOD, **parts)) == [what]
    assert all(one.fix for one in rule_findings(GOOD, "main", "setpoint/prod"))


def test_what_isn_t_told_to_us_isn_t_said_to_be_well() -> None:
    rules = BranchRules(True, None, None)
    found = list(rule_findings(rules, "main", "setpoint/prod"))
    unknown = [one for one in found if one.found.startswith("unknown")]
    assert [one.ok for one in unknown] == [False] * 5
    assert not any(one.needed for one in unknown)
    assert [one for one in found if one.needed and not one.ok] == []


def test_plain_branches_are_said_to_be_that(repository: object, say: Say) -> None:
    told = say("doctor", "--forge", "-C", str(repository), "-e", "dev")
    assert told.code in (Exit.OK, Exit.FAILED)
    assert "forge: plain branches" in told.out


def test_by_the_key_of_an_app_alone_git_and_the_forge_are_asked(
    repository: Path, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETPOINT_GITHUB_APP", str(APP))
    monkeypatch.setenv("SETPOINT_SECRET_GITHUB_APP_KEY", pem())
    file = repository / "environments" / "dev" / "environment.yaml"
    with serving(GitHubServer(tmp_path / "forge", "server")) as server:
        forge = f"forge: {{provider: github, app: {APP}, private_key: '${{secret:GITHUB_APP_KEY}}', edition: server}}"
        file.write_text(file.read_text().replace("forge: {provider: git}", forge))
        for line in (["commit", "-qam", "On GitHub"], ["push", "-q", server.repository.url, "main"]):
            subprocess.run(["git", "-C", str(repository), *line], check=True)
        told = say("doctor", "--forge", "-C", f"{server.url}/{NAME}.git", "-e", "dev")
        assert told.code == Exit.FAILED
        assert f"forge: knows us as {SLUG}[bot]" in told.out
        assert "protection of main: anybody who may write pushes to it" in told.out
        assert "our other rights: issues: too wide" in told.out
        assert "checks of others that we see: commit statuses and check runs" in told.out
        assert not [token for token in server.accounts.made if token in told.out + told.err]
