"""A dataset's schema as its spec says it, and where the data of its newest version breaks it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.ids import Address
from reconciler.model.kinds.datasets import Dataset
from reconciler.web.pages.documents import mapping, mappings, text
from reconciler.web.pages.snapshot import Snapshot

MOST = 500
"""Columns that are listed."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema: each column with what is demanded of it, what breaks that, and the proposal that waits for a review."""

    columns: Sequence[tuple[str, str]]
    violations: Sequence[tuple[str, str, str]]
    proposal: str
    file: str


def schema(one: Snapshot, address: Address) -> Schema:
    """Return the schema of a dataset."""
    found = one.desired.resources.get(address) if one.desired else None
    columns = []
    if found is not None and isinstance(found.spec, Dataset):
        told = mapping(found.spec.model_dump(mode="json", exclude_unset=True), "columns")
        columns = [(str(name), text(told[name]) or "any value") for name in list(told)[:MOST]]
    facts = one.facts(address)
    broken = [
        (text(v.get("where")), text(v.get("what")), text(v.get("fix"))) for v in mappings(facts, "violations")[:MOST]
    ]
    return Schema(columns, broken, text(facts.get("proposal")), found.file if found else "")
