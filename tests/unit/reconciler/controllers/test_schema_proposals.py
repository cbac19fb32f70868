"""Proposals of a schema: new columns, and what it is too narrow for, beside the verdict of the version."""

from typing import Any

import pytest
import yaml

from reconciler.model.change import CloseProposal, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import RunName
from reconciler.yaml.edit import edit_yaml
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, decide

COLUMNS = {"age": {"type": "integer", "maximum": 80, "enum": [1]}, "c.d": {"type": "string", "enum": ["a"]}}
SPEC: dict[str, Any] = {"columns": COLUMNS, "new_columns": "propose"}
WIDER = {
    "columns": {"age": {"type": "number", "maximum": 120.5}, "c.d": {"enum": ["a", "<b>|"]}},
    "evidence": [
        {"column": "age", "field": "maximum", "from": 80, "to": 120.5, "rows": 3, "of": 50, "unit": "years"},
        {"column": "c.d", "field": "enum", "from": ["a"], "to": ["a", "<b>|"], "rows": 1, "of": 50, "values": ["<b>|"]},
    ],
}
NEW = {
    "columns": {"extra": {"type": "integer", "minimum": 0, "maximum": 4}},
    "evidence": [
        {"column": "extra", "of": 50, "count": 49, "missing_share": 0.02, "distinct": 4, "minimum": 0, "maximum": 3}
    ],
}


def judged(*proposals: Any, accepted: bool = False, spec: dict[str, Any] = SPEC, **facts: Any) -> Decision:
    asked = stage.resource(LOANS, **spec)
    run = RunName(stage.started(decide(asked, stage.actual())).run)
    broken = [] if accepted else [{"where": "age", "what": "3 of 50 values are above maximum 80"}]
    told = stage.result(accepted=accepted, facts=facts, violations=broken)
    there = stage.version(run) if accepted else stage.branch(run, sealed=True)
    return decide(asked, stage.actual(there, *proposals, results={run: told}))


def opened(found: Decision) -> OpenProposal:
    (change,) = stage.of(found, OpenProposal)
    return change


def test_what_is_too_narrow_is_proposed_beside_the_refusal() -> None:
    found = judged(widening=WIDER)
    change = opened(found)
    assert (found.phase, found.reason) == (Phase.STALLED, "DataRefused")
    assert change.edits == {
        "columns.age.type": "number",
        "columns.age.maximum": 120.5,
        r"columns.c\.d.enum": ["a", "<b>|"],
    }
    assert change.title == f"Widen the schema of {LOANS}"
    assert "| `age` | maximum | 80 years | 120.5 years | 3 of 50 |" in change.body
    assert "`<b>\\|`" in change.body


def test_its_edits_widen_the_file_and_leave_the_rest_of_it_as_it_was() -> None:
    age, other = "age: {type: integer, maximum: 80, enum: [1]}  # in years", "c.d: {type: string, enum: [a]}"
    text = f"# ours\ncolumns:\n  {age}\n  {other}\n"
    edited = edit_yaml(text, opened(judged(widening=WIDER)).edits)
    assert yaml.safe_load(edited)["columns"] == {
        "age": {"type": "number", "maximum": 120.5, "enum": [1]},
        "c.d": {"type": "string", "enum": ["a", "<b>|"]},
    }
    assert edited.startswith("# ours\n")
    assert "# in years" in edited


@pytest.mark.parametrize("accepted", [True, False])
def test_new_columns_are_proposed_whatever_the_verdict(accepted: bool) -> None:
    found = judged(accepted=accepted, new_columns=NEW)
    assert opened(found).edits == {"columns.extra": NEW["columns"]["extra"]}  # type: ignore[index]
    assert "| `extra` | `type: integer, minimum: 0, maximum: 4` | 49 of 50 | 0.02 | 4 | 0 to 3 |" in opened(found).body
    assert (found.phase is Phase.READY) == accepted


def test_both_make_one_proposal() -> None:
    assert len(opened(judged(widening=WIDER, new_columns=NEW)).edits) == 4


def test_a_proposal_is_made_once_and_waits() -> None:
    name = opened(judged(widening=WIDER)).name
    found = judged(stage.proposal(name), widening=WIDER)
    assert found.changes == ()
    assert found.facts["proposal"]


def test_another_evidence_replaces_it_and_none_closes_it() -> None:
    former = stage.proposal(opened(judged(widening=WIDER)).name)
    other = {"columns": {"age": {"maximum": 99}}, "evidence": []}
    found = judged(former, widening=other)
    assert (len(stage.of(found, OpenProposal)), [c.name for c in stage.of(found, CloseProposal)]) == (1, [former.name])
    for moot in (judged(former), judged(former, accepted=True)):
        assert [c.name for c in stage.of(moot, CloseProposal)] == [former.name]


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"columns": []},
        {"columns": {"nope": {"maximum": 9}}},
        {"columns": {"age": {"sensitive": False}}},
        {"columns": {"age": {"pattern": "x"}}},
        {"columns": {"age": {"maximum": "much"}}},
        {"columns": {"age": 7}},
        {"columns": {"age": {"maximum": 79}}},
        {"columns": {"age": {"minimum": 0}}},
        {"columns": {"age": {"enum": [2]}}},
        {"columns": {"age": {"type": "string"}}},
        {"columns": {"c.d": {"missing": 0.0}}},
    ],
)
def test_what_a_job_says_that_makes_no_wider_column_is_not_proposed(told: Any) -> None:
    assert stage.of(judged(widening=told), OpenProposal) == []


def test_an_accepted_version_widens_nothing_and_new_columns_are_asked_for() -> None:
    assert stage.of(judged(accepted=True, widening=WIDER), OpenProposal) == []
    assert stage.of(judged(accepted=True, spec={"columns": COLUMNS}, new_columns=NEW), OpenProposal) == []
    named_before = {"columns": {"age": {"type": "integer"}}}
    assert stage.of(judged(accepted=True, new_columns=named_before), OpenProposal) == []


@pytest.mark.parametrize("evidence", [None, "x", [7, {}], [{"column": None, "values": 3, "to": {}}]])
def test_odd_evidence_still_makes_a_page(evidence: Any) -> None:
    assert opened(judged(widening={**WIDER, "evidence": evidence}, new_columns={**NEW, "evidence": evidence})).body


def inferred(findings: Any) -> str:
    """Return the page that proposes a whole schema."""
    asked = stage.resource(LOANS)
    run = RunName(stage.started(decide(asked, stage.actual())).run)
    told = stage.result(facts={"proposed_columns": {"age": {"type": "string"}}, "findings": findings})
    return opened(decide(asked, stage.actual(stage.version(run), results={run: told}))).body


def test_a_first_schema_is_proposed_with_what_is_odd_about_its_rows() -> None:
    found = {"kind": "mixed_types", "severity": "warning", "what": "age is text, <b>", "fix": "correct it @all"}
    page = inferred([{"kind": "constant", "severity": "info", "what": "no matter"}, found])
    assert page.endswith("this schema:\n\n- `mixed_types`: age is text, &lt;b&gt; (correct it @\u2060all)")
    assert "no matter" not in page
    assert "odd" not in inferred([])
    assert inferred([found] * 30).count("mixed_types") == 10
    assert len(inferred([{**found, "what": "x" * 9_999}])) < 2_000


@pytest.mark.parametrize("findings", [None, "x", {}, [7, {}], [{"severity": "warning"}], [{"severity": [], "what": 3}]])
def test_odd_findings_still_make_a_page(findings: Any) -> None:
    assert inferred(findings)
