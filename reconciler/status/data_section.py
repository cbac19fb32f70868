"""The README's section on data: what is odd in each dataset's version, with links to their profiles."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped, link
from reconciler.status.shown import NO_FILES, Files, bounded, page_path

MOST = 3
"""Findings that are told of a dataset."""
MOST_DATASETS = 20
"""Datasets that the README tells of; where there are more, those of which a person should mend something come first."""
_SIGNS = {"error": "🔴", "warning": "🟠"}
"""The findings that are told here; others stand in the profile."""


def data_section(datasets: Iterable[tuple[Address, Mapping[str, Any]]], files: Files = NO_FILES) -> str:
    """Write what is odd in datasets by their status documents; nothing where none tells of findings.

    A runner may have left anything in place of findings: what is none is passed over. `files` are the branch's.
    """
    told = [(address, found) for address, document in datasets if (found := findings(document))]
    if len(told) > MOST_DATASETS:
        told.sort(key=lambda one: not any(severity in one[1]["found"] for severity in _SIGNS))
    lines = ["\n".join([_line(address, found, files), *worst(found.get("findings"))]) for address, found in told]
    return "## Data\n\n" + "\n".join(bounded(lines, MOST_DATASETS, "datasets")) if lines else ""


def findings(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a dataset's accepted version tells of findings; None where it tells of none."""
    facts = document.get("facts", {})
    result = facts.get("result")
    is_told = isinstance(result, Mapping) and isinstance(result.get("found"), Mapping)
    return {**result, "run": facts.get("run")} if is_told and facts.get("stage") == "accepted" else None


def _line(address: Address, found: Mapping[str, Any], files: Files) -> str:
    profile = f"reports/{found['run']}/profile.md"
    return f"- {link(address, profile if profile in files else page_path(address))}: {counts(found['found'])}"


def counts(found: Mapping[str, Any]) -> str:
    """Say how much of it a person should mend."""
    told = [_count(severity, found[severity]) for severity in found if severity in _SIGNS]
    return ", ".join(told) or "nothing was found that a person should mend"


def _count(severity: str, count: Any) -> str:
    return f"{escaped(str(count))} {severity}{'' if count == 1 else 's'}"


def worst(findings: Any) -> list[str]:
    """Return a line for each of the first findings that a person should mend."""
    told = [one for one in findings if isinstance(one, Mapping)] if isinstance(findings, list) else []
    shown = [one for one in told if str(one.get("severity")) in _SIGNS]
    return [
        f"  - {_SIGNS[one['severity']]} {code(str(one.get('kind')))}: {escaped(str(one.get('what')))}"
        for one in shown[:MOST]
    ]
