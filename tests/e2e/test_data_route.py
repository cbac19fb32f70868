"""Data along a route, the whole loop in memory: a version is in force in dev, is proposed in prod, and taken back."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.model.decision import DataVersion
from reconciler.model.ids import Address
from reconciler.providers.memory import World
from reconciler.providers.memory.workers import Outcome
from tests.e2e import test_life, two_stages
from tests.e2e.test_life import ROOT, Life, calm

LOANS, MARKS, GO, DAY = Address("datasets/loans"), Address("labels/marks"), Address("promotions/rows"), 86_400
SPECS = {
    "specs/pools/shared.yaml": "capacity: {cpus: 8, memory: 16Gi}\n",
    "specs/datasets/loans.yaml": (
        "source: {sql: {url: 'sqlite:///loans.db', query: SELECT * FROM loans}}\nrefresh: '0 3 * * *'\n"
        "columns: {id: {type: integer}, paid: {type: boolean}}\n"
    ),
    "specs/labels/marks.yaml": "dataset: datasets/loans\nexports: {url: 'file:///marks', question: mark}\n",
    "specs/promotions/rows.yaml": (
        "dataset: datasets/loans\nroute: [dev, prod]\nsoak: {served: 1h}\ngates: [{metric: rows, minimum: 1}]\n"
    ),
    "environments/dev/environment.yaml": "{}\n",
    "environments/prod/environment.yaml": "{}\n",
}


class Route(two_stages.Route):
    """Both environments of a route."""

    def __init__(self, specs: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__({**SPECS, **specs})

    def version(self, name: str, address: Address = LOANS) -> DataVersion:
        output = self.told(name, address).output
        assert isinstance(output, DataVersion)
        return output

    def merge(self) -> None:
        """Merge what is proposed in prod."""
        (proposal,) = self.lives["prod"].forge.list().values()
        self.lives["prod"].forge.merge(proposal.name)

    def promote(self) -> DataVersion:
        """Let what is in force in dev come to prod."""
        version = self.version("dev")
        self.world.clock.advance(3700)
        assert self.told("prod", GO).reason == "WaitsForReview"
        self.merge()
        assert self.version("prod") == version
        return version


@pytest.fixture
def route() -> Route:
    return Route()


def test_in_the_first_stage_data_follows_its_source_and_in_a_later_one_nothing_is_pulled(route: Route) -> None:
    assert route.told("dev", GO).reason == "FollowsSource"
    found = route.told("prod", LOANS)
    assert (found.reason, found.output) == ("NoVersion", None)
    assert route.told("prod", MARKS).reason == "WaitsForUpstream"


def test_a_version_soaks_is_proposed_with_its_evidence_and_pinned(route: Route) -> None:
    version = route.version("dev")
    found = route.told("prod", GO)
    assert found.reason == "Soaking"
    assert "it is in force in dev since 2026-" in found.message
    route.world.clock.advance(3700)
    found = route.told("prod", GO)
    assert found.reason == "WaitsForReview"
    body = str(found.facts["evidence"])
    assert "## Route\n\ndev → prod\n\n- `dev` has it in force since" in body
    assert f"run: `{version.run}`" in body
    assert "`git revert` of the merge, takes the pin away" in body
    route.merge()
    assert route.version("prod") == version
    assert route.told("prod", LOANS).reason == "Pinned"
    assert route.told("prod", GO).reason == "Promoted"
    assert route.told("prod", MARKS).reason == "Accepted"


def test_a_pinned_dataset_is_refreshed_by_nothing_and_what_is_newer_is_proposed_beside_it(route: Route) -> None:
    first = route.promote()
    route.world.clock.advance(DAY)
    second = route.version("dev")
    assert second.content != first.content
    assert route.version("prod") == first
    route.world.clock.advance(3700)
    found = route.told("prod", GO)
    assert found.reason == "WaitsForReview"
    assert f"in place of `{first.run}`" in str(found.facts["evidence"])


def test_what_was_taken_back_is_not_proposed_again_under_any_name(route: Route) -> None:
    first = route.promote()
    route.world.clock.advance(DAY)
    second = route.promote()
    pin = f"pin: {{version: {first.run}, content: '{first.content}'}}\n"
    route.source.commit({"environments/prod/datasets/loans.yaml": pin}, message="Revert")
    assert route.version("prod") == first
    found = route.told("prod", GO)
    assert found.reason == "RolledBack", found.message
    assert second.run in found.message


def test_a_pin_that_was_taken_away_leaves_nothing_in_force(route: Route) -> None:
    route.promote()
    route.source.commit({"environments/prod/datasets/loans.yaml": None}, message="Revert")
    found = route.told("prod", LOANS)
    assert (found.reason, found.output) == ("NoVersion", None)
    assert route.told("prod", GO).reason == "RolledBack"
    assert "content" not in facts(route, LOANS)


def test_the_example_of_the_page_promotes_data(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/promotion.md").read_text()
    (example,) = re.findall(r"```yaml title=\"specs/promotions/loans.yaml\"\n(.*?)```", page, re.DOTALL)
    route = Route({"specs/promotions/rows.yaml": example})
    monkeypatch.setattr(test_life, "calm", lambda order, read: dated(route.world, calm(order, read)))
    route.lives = {name: Life(route.world, route.source, name) for name in route.lives}
    run = route.version("dev").run
    found = route.told("prod", GO)
    assert (found.reason, found.facts["candidate"]) == ("Soaking", run)
    assert "and has to for 1d" in found.message
    route.world.clock.advance(DAY)
    found = route.told("prod", GO)
    assert (found.reason, found.facts["candidate"]) == ("WaitsForReview", run), found.message
    route.world.clock.advance(7 * DAY)
    found = route.told("prod", GO)
    assert (found.reason, "at most 7d old is asked for" in found.message) == ("GatesFailed", True)


def dated(world: World, done: Outcome) -> Outcome:
    """Say when a run has ended, as runners do."""
    result = json.loads(done.files["result.json"])
    result["provenance"]["finished_at"] = world.clock.now().isoformat()
    return replace(done, files={**done.files, "result.json": json.dumps(result).encode()})


def facts(route: Route, address: Address) -> Any:
    return route.told("prod", address).facts
