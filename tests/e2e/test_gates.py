"""A candidate passes its gates end to end: a replica of it is measured, a service of one's own is asked for real."""

import json
import time
from http.server import BaseHTTPRequestHandler

import pytest

from reconciler.loop.asking import Asking
from reconciler.model.decision import Decision
from reconciler.providers.memory import MemorySource, World
from tests.e2e.test_life import PROMOTION, Life, sample
from tests.unit.reconciler.loop.test_asking import answering, service

SPEC = "specs/promotions/employment.yaml"


def decided(life: Life, asking: Asking) -> Decision:
    """Let a daemon live until it has heard of all that it has asked."""
    for _ in range(20):
        found = life.live().plan.decisions[PROMOTION]
        deadline = time.monotonic() + 20
        while any(one["question"] not in asking.answers() for one in found.facts.get("asked", ())):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        if found.reason != "WaitsForChecks":
            return found
    return found


@pytest.mark.slow
def test_nothing_is_merged_before_a_service_passes_the_very_head(world: World, source: MemorySource) -> None:
    verdicts = iter(["wait", "wait", "pass"])

    def reply(handler: BaseHTTPRequestHandler) -> None:
        answering({"verdict": next(verdicts, "pass"), "reason": "as it thinks"})(handler)

    asking = Asking(world.clock.now, lambda _: "key")
    with service(reply) as known:
        hook = f"webhooks: [{{name: risk, url: '{known.url}', secret: '${{secret:RISK}}', every: 10s}}]\n"
        source.commit({SPEC: sample()[SPEC] + hook + "replica: {size: 1Gi, answers: {}}\n"}, message="Ask risk")
        life = Life(world, source, "dev", asking=asking)
        found = decided(life, asking)
        heads = {json.loads(body)["data"]["proposal"]["head"] for _, body in known.asked}
    assert found.reason == "Promoted"
    assert (len(known.asked), len(heads)) == (3, 1)
    assert not life.defects


@pytest.mark.slow
def test_a_candidate_that_a_service_fails_stays_unmerged(world: World, source: MemorySource) -> None:
    asking = Asking(world.clock.now, lambda _: "key")
    with service(answering({"verdict": "fail", "reason": "<b>no</b>\n# never"})) as known:
        hook = f"webhooks: [{{name: risk, url: '{known.url}', secret: '${{secret:RISK}}'}}]\n"
        source.commit({SPEC: sample()[SPEC] + hook}, message="Ask risk")
        life = Life(world, source, "dev", asking=asking)
        found = decided(life, asking)
        assert len(known.asked) == 1
    assert (found.reason, "webhook risk: <b>no</b>\\n# never" in found.message) == ("CheckFailed", True)
    readme = life.status.read().read("README.md").decode()
    assert "never" in readme
    assert "<b>" not in readme


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def source(world: World) -> MemorySource:
    found = MemorySource(world)
    found.commit(sample(), message="Begin")
    return found
