"""A model goes from one environment to the next: two daemons of one repository, each with its own engines."""

from collections.abc import Mapping

import pytest

from reconciler.model.decision import Phase
from reconciler.model.ids import Address
from reconciler.providers.memory import MemorySource, World
from tests.e2e.test_life import DEPLOYMENT, PROMOTION, Life, sample

EXPERIMENT = Address("experiments/employment")
FILE = "environments/prod/deployments/employment.yaml"
ROUTE = "environments/prod/promotions/employment.yaml"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def source(world: World) -> MemorySource:
    found = MemorySource(world)
    spec = sample()["specs/promotions/employment.yaml"] + "route: [dev, prod]\nsoak: {served: 1h}\n"
    others = {
        f"environments/{name}/promotions/employment.yaml": "route: []\nsoak: null\n" for name in ("cluster", "ray")
    }
    found.commit({**sample(), **others, "specs/promotions/employment.yaml": spec}, message="Begin")
    return found


def facts(life: Life) -> Mapping[str, object]:
    return life.once().plan.decisions[DEPLOYMENT].facts


def test_a_model_serves_in_dev_proves_itself_there_and_goes_to_prod_by_a_merge(
    world: World, source: MemorySource
) -> None:
    dev, prod = Life(world, source, "dev"), Life(world, source, "prod")
    told = prod.live().plan.decisions[PROMOTION]
    assert (told.reason, told.message) == ("WaitsForEnvironment", f"dev has no status of {DEPLOYMENT} yet")
    assert not prod.converging.moved()

    dev.live()
    assert prod.converging.moved(), "what serves in dev now concerns prod"
    told = prod.live().plan.decisions[PROMOTION]
    assert told.reason == "Soaking"
    assert told.wake is not None

    world.clock.advance((told.wake - world.clock.now()).total_seconds())
    told = prod.live().plan.decisions[PROMOTION]
    assert told.reason == "WaitsForReview"
    assert "## Route\n\ndev → prod\n\n- `dev` serves it since" in str(told.facts["evidence"])

    prod.forge.merge(str(told.facts["proposal"]))
    decisions = prod.live().plan.decisions
    assert (decisions[DEPLOYMENT].reason, decisions[PROMOTION].reason) == ("Serving", "Promoted")
    assert facts(prod)["trial"] == facts(dev)["trial"]
    assert not dev.defects + prod.defects


def best(prod: Life) -> str:
    """Return the pin of the best trial of an environment's own leaderboard."""
    (row, *_) = prod.live().plan.decisions[EXPERIMENT].facts["leaderboard"]
    return f"model: {{trial: {row['run']}, digest: '{row['model']['digest']}'}}\n"


def test_what_a_person_pins_past_the_route_is_not_begun_with(world: World, source: MemorySource) -> None:
    dev, prod = Life(world, source, "dev"), Life(world, source, "prod")
    source.commit({FILE: best(prod)}, message="Pin a model by hand")
    told = prod.live().plan.decisions[DEPLOYMENT]
    assert (told.phase, told.reason, told.output) == (Phase.STALLED, "SkippedEnvironment", None)

    dev.live()
    assert prod.live().plan.decisions[DEPLOYMENT].reason == "Serving", "it has served in dev now"


def test_in_an_emergency_a_reviewed_commit_takes_the_route_away(world: World, source: MemorySource) -> None:
    prod = Life(world, source, "prod")
    source.commit({FILE: best(prod), ROUTE: "route: []\n"}, message="Serve it at once")
    assert prod.live().plan.decisions[DEPLOYMENT].reason == "Serving"
