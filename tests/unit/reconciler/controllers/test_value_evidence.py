"""What a reviewer reads beside a proposal of values."""

from reconciler.controllers.promotion_case import Candidate, case_of
from reconciler.controllers.value_evidence import MOST, value_evidence
from reconciler.model.decision import Scores
from reconciler.model.ids import RunName
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.spec_values import PromotedValues, ValuesBefore, values_of
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO, LOANS, MARKS


def text(before: dict[str, object], now: dict[str, object], *fields: str) -> str:
    """Return the evidence of a change of a dataset's spec that labels are made from."""
    told = {"experiment": None, "deployment": None, "spec": LOANS, "fields": list(fields), "route": ["dev", "prod"]}
    promotion, subject = stage.resource(GO, **told), stage.resource(LOANS, **before)
    wanted = stage.desired(promotion, subject, stage.resource(MARKS))
    assert isinstance(promotion.spec, Promotion)
    case = case_of(promotion, promotion.spec, subject, stage.view(wanted, stage.actual()))
    here, there = (values_of(stage.resource(LOANS, **spec).spec, fields) for spec in (before, now))
    promoted = PromotedValues(here, {"dev": ValuesBefore(there)}, dict.fromkeys(fields))
    candidate = Candidate(run=RunName("datasets/loans@0123456789ab"), digest="0", scores=Scores({}), data="")
    return value_evidence(case, promoted, candidate, ())


def test_it_tells_each_value_that_moves_what_is_made_from_it_and_the_way_back() -> None:
    body = text(
        {"minimum_rows": 5, "keep_for": "1d"}, {"minimum_rows": 7, "keep_for": "2d"}, "minimum_rows", "keep_for"
    )
    assert body.startswith("Makes `minimum_rows`, `keep_for` of `datasets/loans` say in dev what they say in dev: ")
    assert "| `minimum_rows` | `5` | `7` |" in body
    assert '| `keep_for` | `"1d"` | `"2d"` |' in body
    assert "labels/marks" in body
    assert "`setpoint promote datasets/loans@0123456789ab promotions/go`" in body


def test_what_comes_and_what_goes_is_told_and_what_stays_is_not() -> None:
    before = {"columns": {"id": {"type": "integer"}, "old": {"type": "string"}}}
    body = text(before, {"columns": {"id": {"type": "integer"}, "new": {"type": "number"}}}, "columns")
    assert '| `columns.old.type` | `"string"` |  |' in body
    assert '| `columns.new.type` |  | `"number"` |' in body
    assert "columns.id" not in body


def test_what_others_wrote_is_escaped_and_bounded() -> None:
    odd = {f"c{number}": {"type": "integer"} for number in range(MOST)}
    body = text(
        {"columns": {"id": {"type": "integer"}}}, {"columns": {"a`|<b>\n": {"type": "integer"}, **odd}}, "columns"
    )
    assert "<b>\n" not in body
    assert "more." in body
    assert len([line for line in body.splitlines() if line.startswith("| `columns")]) <= MOST
