"""What forges, a real Gitea above all, tell of the rules of a branch, and that they hold for the daemon, too."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.forge_findings import rule_findings
from reconciler.conformance.test_forge import FILE, NAME, begin, order
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.errors import Refused
from reconciler.model.reviews import BranchRules, Opinion
from tests.conformance.forges import BENCHES
from tests.conformance.gitea_forges import GiteaBench
from tests.servers.gitea import Gitea, Protection


@pytest.fixture
def bench(gitea: Gitea, tmp_path: Path) -> Iterator[GiteaBench]:
    bench = GiteaBench(tmp_path, gitea)
    begin(bench)
    yield bench
    bench.close()


@pytest.fixture
def forge(bench: GiteaBench) -> PullRequestForge:
    forge = bench.open()
    assert isinstance(forge, PullRequestForge)
    return forge


def test_the_rules_of_the_branch_are_told_to_whoever_may_write(bench: GiteaBench, forge: PullRequestForge) -> None:
    assert forge.me() == bench.daemon.name
    assert forge.rules() == BranchRules(is_protected=False, we_may_push=True, we_administer=False)
    protection = Protection(approvals=2, checks=["setpoint/*"], pushers=[bench.person.name])
    bench.server.protect_branch(bench.name, "main", protection)
    rules = BranchRules(True, 2, frozenset({"setpoint/*"}), we_may_push=False, we_administer=False)
    assert forge.rules() == rules
    found = {one.what: one.ok for one in rule_findings(rules, "main", "setpoint/dev")}
    assert [what for what, is_ok in found.items() if not is_ok] == ["stale approvals"]


def test_a_merge_that_the_rules_forbid_is_refused_with_the_forge_s_words(
    bench: GiteaBench, forge: PullRequestForge
) -> None:
    bench.server.protect_branch(bench.name, "main", Protection(approvals=1, pushers=[bench.person.name]))
    forge.propose(order(bench))
    (pull,) = forge.pulls()
    with pytest.raises(Refused, match="won't post"):
        forge.merge(NAME)
    bench.review(pull.number, Opinion.APPROVED)
    forge.merge(NAME)
    assert "111111111111" in bench.file(FILE)


@pytest.mark.parametrize("name", ["github", "github-enterprise", "gitlab"])
def test_every_forge_tells_that_a_branch_isn_t_protected(name: str, tmp_path: Path) -> None:
    bench: Any = BENCHES[name](tmp_path, None)
    with contextlib.closing(bench):
        begin(bench)
        rules = bench.open().rules()
        assert (rules.is_protected, rules.we_may_push, rules.we_administer) == (False, True, False)
        found = {one.what: one.ok for one in rule_findings(rules, "main", "setpoint/dev")}
        assert not found["protection of main"]
        assert not found["our right to push"]
        assert found["our right to administer"]
