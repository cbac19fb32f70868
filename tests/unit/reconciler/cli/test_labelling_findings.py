"""What `doctor --labelling` says of a tool and its projects, each with what to do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.finding import Finding
from reconciler.cli.labelling_findings import campaign_findings, tool_findings
from reconciler.model.ids import Address
from reconciler.model.kinds.labels import Labels
from reconciler.model.label_projects import Asked, LabelProject
from reconciler.model.label_tools import LabelTool
from tests.unit.reconciler.cli.conftest import Say

MAILS = Address("labels/mails")
TOOL = LabelTool(
    "Label Studio at x", "1.23.0", "1.18", "op@x.org", "a token", people=frozenset({"ada@x.org", "ben@x.org"})
)


def spec(**campaign: Any) -> Labels:
    told = {"show": "text", "answers": {"wanted": 2}, **campaign}
    return Labels.model_validate({"dataset": "datasets/mails", "choices": ["a", "b"], "campaign": told})


def project(**more: Any) -> LabelProject:
    asked = spec().campaign
    assert asked is not None
    told = {"config": asked.asked("label", ("a", "b")), "tasks": {"0" * 12 + "-1": Asked()}, **more}
    return LabelProject("1", "https://x/1", **told)


def wrong(found: list[Finding]) -> list[str]:
    assert all(one.fix for one in found if not one.ok)
    return [f"{one.what}: {one.found}" for one in found if not one.ok]


def of(held: LabelProject | None, tool: LabelTool = TOOL, **campaign: Any) -> list[str]:
    return wrong(list(campaign_findings({MAILS: spec(**campaign)}, {MAILS: held} if held else {}, tool)))


def test_what_is_well_has_nothing_to_mend() -> None:
    assert wrong(list(tool_findings(TOOL))) == []
    assert of(project()) == []
    assert of(project(), annotators=["Ada@x.org", "ben@x.org"]) == []
    assert wrong(list(tool_findings(LabelTool("the folder /x")))) == []


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"version": "1.17.9"}, "its version: 1.17.9"),
        ({"version": ""}, "its version: it tells no version"),
        ({"identity": ""}, "our token: a token, of nobody that it names"),
        ({"is_lasting": False}, "our token: a token, of op@x.org"),
    ],
)
def test_a_tool_that_isn_t_well_is_told(parts: dict[str, Any], what: str) -> None:
    assert wrong(list(tool_findings(replace(TOOL, **parts)))) == [what]


@pytest.mark.parametrize(
    ("more", "campaign", "tool", "what"),
    [
        ({"config": "<View/>"}, {}, {}, "its question isn't the spec's"),
        ({"guide": "other"}, {}, {}, "its guide isn't the spec's"),
        ({"twins": ("https://x/2",)}, {}, {}, "other projects bear its mark: https://x/2"),
        ({"tasks": {"0" * 12 + "-1": Asked(copies=3)}}, {}, {}, "2 tasks are there twice"),
        ({}, {}, {"blank": {MAILS: 1}}, "1 of 1 show nothing"),
        ({}, {"annotators": ["ada@x.org", "ben@x.org", "cleo@x.org"]}, {}, "have no account: cleo@x.org"),
        ({}, {}, {"people": frozenset({"ada@x.org"})}, "2 answers are wanted of each, and 1 people may answer"),
    ],
)
def test_a_project_that_isn_t_as_it_should_be_is_told(
    more: dict[str, Any], campaign: dict[str, Any], tool: dict[str, Any], what: str
) -> None:
    (found,) = of(project(**more), replace(TOOL, **tool), **campaign)
    assert what in found


def test_a_project_that_isn_t_there_yet_and_labels_of_exports() -> None:
    assert of(None) == ["labels/mails: has no project yet"]
    exports = Labels.model_validate({"dataset": "datasets/x", "exports": {"url": "file:///x", "question": "q"}})
    assert list(campaign_findings({MAILS: exports}, {}, TOOL)) == []


def test_an_environment_with_a_folder_says_where_it_is(say: Say, repository: Path) -> None:
    assert "labelling tool: the folder" in say("doctor", "--labelling", "-C", str(repository), "-e", "dev").out
