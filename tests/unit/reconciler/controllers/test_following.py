"""Following a route: settled, soaking, or judged; models and data by one code."""

import pytest

from reconciler.controllers.following import follow, settled
from reconciler.controllers.promotion_case import Candidate, Case, case_of
from reconciler.controllers.served import Served
from reconciler.model.decision import Decision, Phase, Scores
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import RunName
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import Actual
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_pinned import pinned, version
from tests.unit.reconciler.stage import GO, LOANS


def case(seen: Actual | None = None, **facts: object) -> Case:
    gates = [{"metric": "rows", "minimum": 10}]
    promotion = stage.resource(
        GO, experiment=None, deployment=None, dataset=LOANS, route=["eu", "dev"], gates=gates, soak={"served": "1h"}
    )
    assert isinstance(promotion.spec, Promotion)
    seen = seen or stage.actual(facts={GO: facts})
    return case_of(promotion, promotion.spec, pinned(LOANS), stage.view(stage.desired(promotion), seen))


def candidate(digit: str = "2", content: str = "rows-2", rows: float = 20) -> Candidate:
    run = version(LOANS, digit)
    return Candidate(run=run, digest=content, scores=Scores({"rows": rows}), data=run)


@pytest.mark.parametrize(
    ("chosen", "facts", "reason"),
    [
        (candidate(), {}, None),
        (candidate("1", "rows-1"), {}, "Promoted"),
        (candidate("7", "rows-1"), {}, "Promoted"),
        (candidate(), {"promoted": [version(LOANS, "2")]}, "RolledBack"),
        (candidate(), {"promoted": [version(LOANS, "9")], "contents": {version(LOANS, "9"): "rows-2"}}, "RolledBack"),
        (candidate(rows=5), {}, "GatesFailed"),
    ],
)
def test_what_is_settled_is_compared_with_nothing(chosen: Candidate, facts: PromotionFacts, reason: str | None) -> None:
    found = settled(case(**facts), chosen, "is in force in eu")
    assert (found.reason if found else None) == reason


def test_nothing_is_judged_before_the_stage_before_tells_of_it() -> None:
    def take(_case: Case, _served: Served) -> Decision:
        raise AssertionError("nothing is there to take")

    found = follow(case(), take, lambda *_: pytest.fail("nothing is there to judge"))
    assert (found.phase, found.reason) == (Phase.WAITING, "WaitsForEnvironment")
    assert RunName(str(found.facts.get("candidate"))) == "None"
