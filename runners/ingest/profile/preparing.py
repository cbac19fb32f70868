"""Preparations that the profile shows to be needed, by column and in the words of an experiment's spec."""

from collections.abc import Mapping, Sequence
from typing import Any

from runners.ingest.profile.preparations import Roles, is_free_text

Profile = Mapping[str, Mapping[str, Any]]
_DROPPED = frozenset({"drop_empty", "drop_constant", "drop_identifiers"})
_NUMBERS = frozenset({"integer", "number"})


def propose_preparations(
    columns: Profile, roles: Roles, found: Sequence[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the steps that columns need, and that a graph can make.

    What the trainer does anyway, such as encoding categories, isn't among them; nor what people have to decide on, such
    as leakage.

    Args:
        columns: the profiles of the columns by name.
        roles: the columns that the spec gives a role to.
        found: the needed preparations by name, as `find_preparations` finds them.
    """
    asked: dict[str, set[str]] = {}
    for one in found:
        for name in one["columns"]:
            asked.setdefault(name, set()).add(str(one["name"]))
    told = {name: _steps(column, asked.get(name, set())) for name, column in roles.features(columns).items()}
    return {name: steps for name, steps in told.items() if steps and "${" not in name}


def _steps(column: Mapping[str, Any], asked: set[str]) -> list[dict[str, Any]]:
    if asked & _DROPPED:
        return [{"drop": True}]
    if column["type"] == "datetime":
        return [{"datetime": {}}]
    if "count_terms" in asked or (is_free_text(column) and "encode_by_target_or_hash" in asked):
        return [{"text": {}}]
    if "encode_by_target_or_hash" in asked:
        return [{"encode": {"by": "target"}}]
    if column["type"] not in _NUMBERS:
        return []
    steps: list[dict[str, Any]] = [{"impute": {"indicator": True}}] if "impute" in asked else []
    return steps + ([{"scale": "standard"}] if "scale" in asked else [])
