"""What a reviewer reads beside a version of data, whatever its run told."""

from dataclasses import replace
from typing import Any

from reconciler.controllers.data_evidence import MOST, data_evidence
from reconciler.controllers.promotion_case import Candidate, case_of
from reconciler.model.decision import Scores
from reconciler.model.kinds.promotions import Promotion
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_pinned import pinned, version
from tests.unit.reconciler.stage import GO, LOANS

NEW, OLD = version(LOANS, "2"), version(LOANS, "1")


def write(new: dict[str, Any], old: dict[str, Any] | None = None, *others: Any, **results: Any) -> str:
    promotion = stage.resource(GO, experiment=None, deployment=None, dataset=LOANS, route=["dev", "prod"])
    assert isinstance(promotion.spec, Promotion)
    subject = pinned(LOANS) if old is not None else stage.resource(LOANS)
    told = {NEW: new, **({OLD: old} if old is not None else {}), **results}
    wanted = replace(stage.desired(promotion, subject), environment_name="prod")
    case = case_of(promotion, promotion.spec, subject, stage.view(wanted, stage.actual(*others, results=told)))
    return data_evidence(case, Candidate(run=NEW, digest="rows-2", scores=Scores({}), data=NEW), ())


def test_columns_that_are_the_same_are_told_so_and_of_those_that_nobody_told_nothing_is() -> None:
    same = stage.result(facts={"types": {"id": "integer"}})
    assert "## Columns\n\nThe same, of the same types." in write(same, same)
    assert "## Columns" not in write(same, stage.result())
    assert "## Columns" not in write(same)


def test_many_columns_and_figures_are_bounded_with_how_many_more_there_are() -> None:
    many = {f"column{number:03d}": "integer" for number in range(MOST + 7)}
    text = write(stage.result(facts={"types": many}), stage.result(facts={"types": {}}))
    assert text.count("| new |") == MOST
    assert "And 7 more." in text
    assert write(stage.result(metrics=dict.fromkeys(many, 1.0))).count("| 1 |") == MOST


def test_the_versions_that_it_was_made_from_are_told_with_their_content() -> None:
    above = "datasets/raw/222222222222"
    new = stage.result(provenance={"input_raw": above, "input_gone": "datasets/gone/1", "finished_at": "some day"})
    text = write(new, None, stage.version(above), **{above: stage.result(content="raw-1")})
    assert f"- made from raw: `{above}`, content `raw-1`" in text
    assert "- made from gone: `datasets/gone/1`\n" in text
    assert "made:" not in text


def test_without_a_former_pin_a_revert_is_the_way_back() -> None:
    assert "`git revert` of the merge, takes the pin away" in write(stage.result())
    assert f"or `git revert` of the merge, pins `{OLD}` again" in write(stage.result(), stage.result())


def test_what_is_no_figure_or_would_be_markup_is_left_out_or_escaped() -> None:
    text = write(stage.result(metrics={"rows": "many", "<script>": 1.0}, provenance=[1]))
    assert "<script>" not in text
    assert "many" not in text
