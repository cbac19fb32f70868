"""What a real Gitea tells of the rules of a branch, and that they hold for the daemon, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.forge_findings import rule_findings
from reconciler.conformance.test_forge import FILE, NAME, begin, order
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.model.errors import Refused
from reconciler.model.reviews import BranchRules, Opinion
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
    assert set(found.values()) == {True}


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
