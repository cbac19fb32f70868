"""A spec's values along a route, the whole loop in memory: in force in dev, proposed in prod, and taken back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.model.observed import ProposalState
from tests.e2e import two_stages

LOANS, GO = Address("datasets/loans"), Address("promotions/rules")
PATCH = "environments/{}/datasets/loans.yaml"
SPECS = {
    "specs/pools/shared.yaml": "capacity: {cpus: 8, memory: 16Gi}\n",
    "specs/datasets/loans.yaml": (
        "source: {sql: {url: 'sqlite:///loans.db', query: SELECT 1}}\n"
        "columns: {id: {type: integer}}\nminimum_rows: 10\nresources: {memory: 1Gi}\n"
    ),
    "specs/promotions/rules.yaml": (
        "spec: datasets/loans\nfields: [minimum_rows, resources]\nroute: [dev, prod]\nsoak: {served: 1h}\n"
        "gates: [{metric: minimum_rows, maximum: 500}]\n"
    ),
    "environments/dev/environment.yaml": "{}\n",
    "environments/prod/environment.yaml": "{}\n",
    PATCH.format("prod"): "# Ours.\nrefresh: '0 3 * * *'  # at night\n",
}


class Route(two_stages.Route):
    """Both environments of a route."""

    def __init__(self, specs: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__({**SPECS, **specs})

    def say(self, environment: str, text: str | None) -> None:
        self.source.commit({PATCH.format(environment): text}, message="Say something")

    def patch(self, environment: str) -> str:
        head = self.source.head()
        assert head is not None
        tree = self.source.tree(head)
        return tree.read(tree.files[PATCH.format(environment)]).decode()

    def open(self) -> list[str]:
        listed = self.lives["prod"].forge.list().values()
        return [one.name for one in listed if one.state is ProposalState.OPEN]

    def promote(self) -> None:
        """Let what is in force in dev come to prod."""
        self.live("dev")
        self.world.clock.advance(3700)
        found = self.told("prod", GO)
        assert found.reason == "WaitsForReview", found.message
        (name,) = self.open()
        self.lives["prod"].forge.merge(name)
        assert self.told("prod", GO).reason == "Promoted"


@pytest.fixture
def route() -> Route:
    found = Route()
    for name in found.lives:
        found.live(name)
    return found


FIFTY = "minimum_rows: 50\nresources: {memory: 2Gi, cpus: 500m}\n"


def test_values_soak_are_proposed_as_they_were_written_and_come_into_force(route: Route) -> None:
    assert route.told("dev", GO).reason == "FollowsSource"
    assert route.told("prod", GO).reason == "Promoted"
    route.say("dev", FIFTY)
    found = route.told("prod", GO)
    assert (found.reason, "it hasn't come to that yet" in found.message) == ("WaitsForEnvironment", True)
    route.live("dev")
    found = route.told("prod", GO)
    assert found.reason == "Soaking"
    assert "they are in force in dev since 2026-" in found.message
    assert "have to be for 1h" in found.message
    route.world.clock.advance(3700)
    found = route.told("prod", GO)
    assert found.reason == "WaitsForReview"
    body = str(found.facts["evidence"])
    assert "| `minimum_rows` | `10` | `50` |" in body
    assert "| `resources.cpus` | `1` | `0.5` |" in body
    route.lives["prod"].forge.merge(*route.open())
    assert route.patch("prod") == (
        "# Ours.\nrefresh: '0 3 * * *'  # at night\nminimum_rows: 50\nresources:\n  memory: 2Gi\n  cpus: 500m\n"
    )
    found = route.told("prod", GO)
    assert (found.reason, len(found.facts["in_force"])) == ("Promoted", 2)


def test_what_was_taken_back_is_not_proposed_again_and_what_gave_way_to_dev_is(route: Route) -> None:
    route.say("dev", FIFTY)
    route.promote()
    route.say("dev", "minimum_rows: 5\n")
    route.promote()
    route.say("dev", FIFTY)
    route.promote()
    before = route.patch("prod")
    route.say("prod", before.replace("minimum_rows: 50", "minimum_rows: 5").partition("resources")[0])
    assert route.told("prod", LOANS).phase == "ready"
    found = route.told("prod", GO)
    assert found.reason == "RolledBack", found.message
    route.world.clock.advance(9000)
    assert (route.told("prod", GO).reason, route.open()) == ("RolledBack", [])
    route.say("prod", before)
    assert route.told("prod", GO).reason == "Promoted"
    assert "taken_back" not in route.told("prod", GO).facts


def test_values_that_skip_an_environment_hold_their_resource_and_what_was_there_may_come_back(route: Route) -> None:
    handed_on = route.told("prod", LOANS).output
    route.say("prod", "minimum_rows: 77\n")
    found = route.told("prod", LOANS)
    assert (found.phase, found.reason) == ("stalled", "SkippedEnvironment")
    assert "(minimum_rows, resources) haven't been in force: by the route of promotions/rules" in found.message
    assert found.output == handed_on
    assert "content" not in route.told("prod", GO).facts
    route.say("prod", None)
    assert route.told("prod", LOANS).phase == "ready"
    route.say("prod", "minimum_rows: 77\n")
    route.source.commit({"environments/prod/promotions/rules.yaml": "route: []\nsoak: null\n"}, message="Emergency")
    assert route.told("prod", LOANS).phase == "ready"


def test_a_gate_bounds_a_number(route: Route) -> None:
    route.say("dev", "minimum_rows: 501\n")
    route.live("dev")
    route.world.clock.advance(3700)
    found = route.told("prod", GO)
    assert (found.reason, "minimum_rows is 501.0000, at most 500" in found.message) == ("GatesFailed", True)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (
            {
                "specs/parts/wide.yaml": "columns: {age: {type: number}}\n",
                PATCH.format("prod"): "defaults: [/parts/wide@_here_]\n",
            },
            "environments/prod/datasets/loans.yaml: columns: a patch that says the same would still make it say",
        ),
        (
            {"environments/prod/experiments/score.yaml": "exclude: [age]\n"},
            "environments/prod/experiments/score.yaml:1:11: exclude[0]: datasets/loans has no column `age`",
        ),
    ],
)
def test_what_could_not_be_composed_is_told_and_not_proposed(files: dict[str, Any], why: str) -> None:
    route = Route(
        {
            "specs/promotions/rules.yaml": "spec: datasets/loans\nfields: [columns]\nroute: [dev, prod]\n",
            "specs/experiments/score.yaml": (
                "dataset: datasets/loans\ntarget: id\nrunner: tabular\nmetric: {name: roc_auc}\nsuspend: true\n"
            ),
            PATCH.format("prod"): "columns: {age: {type: number}}\n",
            **files,
        }
    )
    for name in route.lives:
        route.live(name)
    found = route.told("prod", GO)
    assert (found.phase, route.open()) == ("stalled", []), found.message
    assert why in found.message
