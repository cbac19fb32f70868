"""The README's section on data: what is odd in each dataset's version, with links to their profiles."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped

MOST = 3
"""Findings that are told of a dataset."""
_SIGNS = {"error": "🔴", "warning": "🟠"}
"""The findings that are told here; others stand in the profile."""


def data_section(datasets: Iterable[tuple[Address, Mapping[str, Any]]]) -> str:
    """Write what is odd in datasets by their status documents; nothing where none tells of findings.

    A runner may have left anything in place of findings: what is none is passed over.
    """
    lines = []
    for address, document in datasets:
        facts = document.get("facts", {})
        result = facts.get("result")
        if (
            facts.get("stage") == "accepted"
            and isinstance(result, Mapping)
            and isinstance(result.get("found"), Mapping)
        ):
            lines.append(f"- [{address}](reports/{facts.get('run')}/profile.md): {_counts(result['found'])}")
            lines += _worst(result.get("findings"))
    return "## Data\n\n" + "\n".join(lines) if lines else ""


def _counts(found: Mapping[str, Any]) -> str:
    told = [_count(severity, found[severity]) for severity in found if severity in _SIGNS]
    return ", ".join(told) or "nothing was found that a person should mend"


def _count(severity: str, count: Any) -> str:
    return f"{escaped(str(count))} {severity}{'' if count == 1 else 's'}"


def _worst(findings: Any) -> list[str]:
    told = [one for one in findings if isinstance(one, Mapping)] if isinstance(findings, list) else []
    shown = [one for one in told if str(one.get("severity")) in _SIGNS]
    return [
        f"  - {_SIGNS[one['severity']]} {code(str(one.get('kind')))}: {escaped(str(one.get('what')))}"
        for one in shown[:MOST]
    ]
