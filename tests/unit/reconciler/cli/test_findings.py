"""Problems of specs in the words of other tools."""

from reconciler.cli.findings import github, sarif
from reconciler.model.errors import Problem, Severity

PROBLEMS = (
    Problem("specs/a,b.yaml", 3, 7, "params.depth", "100 % wrong\nreally", "give 1"),
    Problem("specs/c d.yaml", 0, 0, "", "odd", severity=Severity.WARNING),
)


def test_annotations_of_a_workflow() -> None:
    assert list(github(PROBLEMS)) == [
        "::error file=specs/a%2Cb.yaml,line=3,col=7::params.depth: 100 %25 wrong%0Areally (give 1)",
        "::warning file=specs/c d.yaml::odd",
    ]


def test_sarif_has_a_result_for_each() -> None:
    log = sarif(PROBLEMS)
    first, second = log["runs"][0]["results"]
    assert log["version"] == "2.1.0"
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}
    assert first["message"]["text"].endswith("(give 1)")
    assert second["level"] == "warning"
    assert second["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "specs/c%20d.yaml"}}
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in log["runs"][0]["results"]} <= rules
