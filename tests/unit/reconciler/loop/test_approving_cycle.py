"""A whole pass on plain Git: what people approved by signed commits is merged, and what isn't approved waits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle
from reconciler.model.change import MergeProposal
from reconciler.model.decision import Controller, Decision, Phase, View
from reconciler.model.ids import Address
from reconciler.model.observed import Actual
from reconciler.model.resource import Resource
from reconciler.model.reviews import Team
from reconciler.providers.memory import MemoryStatus, World
from tests.unit.reconciler import stage
from tests.unit.reconciler.loop.test_approving import EDITS, FILE, NAME, Ground
from tests.unit.reconciler.signers import Key, ssh_key
from tests.unit.reconciler.stage import COMMIT

GO = Address("promotions/employment")


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    yield ground
    ground.repository.close()


def passed(ground: Ground, signers: str, *by: str, teams: Mapping[str, object] | None = None) -> Actual:
    """Make a pass that merges whatever was approved at all; return what it saw."""

    def decide(resource: Resource, view: View) -> Decision:
        found = view.actual.proposals[NAME]
        merge = MergeProposal(address=GO, name=NAME, head=found.commit, file=FILE, edits=EDITS, reviews=found.reviews)
        changes = (merge,) if found.reviews else ()
        return Decision(address=GO, phase=Phase.READY, reason="Staged", message="", changes=changes)

    wanted = stage.desired(stage.resource(GO, approvals={"by": list(by)}), teams=dict(teams or {}))
    wanted = replace(wanted, approvers=ground.signers(lines=signers))
    world = World()
    engines = replace(stage.engines(world), forge=ground.forge)
    commit = ground.person.git("ls-remote", "origin", "refs/heads/main").split()[0]
    cycle = Cycle(
        lambda _: wanted,
        engines,
        MemoryStatus(world),
        controllers={"promotions": Controller(frozenset({"forge"}), decide, lambda *_: pytest.fail("nothing goes"))},
        applier=Applier(engines, str, lambda: True),
        tell=lambda address, failure: pytest.fail(f"{address}: {failure}"),
    )
    wanted = replace(wanted, commit=type(COMMIT)(commit))
    done = cycle.run(wanted.commit)
    assert [outcome.error for outcome in done.outcomes] == [""] * len(done.outcomes)
    return done.actual


def test_what_an_allowed_signer_approved_is_merged_in_the_same_pass(ground: Ground, tmp_path: Path) -> None:
    ada: Key = ssh_key(tmp_path)
    before = ground.person.git("ls-remote", "origin", "refs/heads/main")
    ground.approve(ada)
    assert passed(ground, "").proposals[NAME].remarks, "nobody may sign"
    assert ground.person.git("ls-remote", "origin", "refs/heads/main") == before
    seen = passed(ground, ada.public).proposals[NAME]
    assert [review.author for review in seen.reviews] == ["ada@example.org"]
    assert ground.person.git("ls-remote", "origin", "refs/heads/main") != before


def test_teams_of_the_environment_are_known_to_the_pass_and_those_of_plain_git_are_not(ground: Ground) -> None:
    teams = {"ml": ["ada@example.org"]}
    assert passed(ground, "", "team/ml", teams=teams).teams == {"ml": Team(frozenset(teams["ml"]), is_stated=True)}
    (unknown,) = passed(ground, "", "team/ml").teams.values()
    assert "plain Git has no teams" in unknown.unread
