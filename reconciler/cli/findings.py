"""Problems of specs in the words of other tools: a forge's annotations, and SARIF."""

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.model.errors import Problem, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def github(problems: Iterable[Problem]) -> Iterator[str]:
    """Write problems as workflow commands, which GitHub, Gitea and Forgejo show beside the lines of a pull request.

    Source: GitHub's documentation, "Workflow commands for GitHub Actions", `::error file=…,line=…,col=…::…`.
    """
    for problem in problems:
        place = f"file={_property(problem.file)}"
        place += f",line={problem.line},col={problem.column}" if problem.line else ""
        yield f"::{_LEVELS[problem.severity]} {place}::{_data(_words(problem))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(problems: Iterable[Problem]) -> dict[str, Any]:
    """Write problems as a log of the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS)."""
    driver = {
        "name": "setpoint",
        "rules": [{"id": "spec", "shortDescription": {"text": "A spec can't be taken as it is"}}],
    }
    results = [
        {
            "ruleId": "spec",
            "level": _LEVELS[problem.severity],
            "message": {"text": _words(problem)},
            "locations": [{"physicalLocation": _location(problem)}],
        }
        for problem in problems
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _location(problem: Problem) -> dict[str, Any]:
    from urllib.parse import quote

    place: dict[str, Any] = {"artifactLocation": {"uri": quote(problem.file)}}
    region = {"region": {"startLine": problem.line, "startColumn": max(problem.column, 1)}} if problem.line else {}
    return place | region


def _words(problem: Problem) -> str:
    where = f"{problem.path}: " if problem.path else ""
    return f"{where}{problem.message}" + (f" ({problem.hint})" if problem.hint else "")
