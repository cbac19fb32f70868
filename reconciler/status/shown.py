"""What the pages of the status branch have in common: signs of states, bounded lists, links to pages and models."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.ids import Address, kind_of
from reconciler.model.markdown import code, link

Document = Mapping[str, Any]
Documents = Mapping[Address, Document]

SIGNS = {"ready": "🟢", "alerting": "🟠", "reconciling": "🔵", "waiting": "⚪", "stalled": "🔴"}
URGENCY = {state: place for place, state in enumerate(("stalled", "alerting", "reconciling", "waiting", "ready"))}
"""The order in which a person looks at states."""


def page_path(address: Address) -> str:
    """Return where a resource's page lies on the status branch."""
    return f"{address}.md"


def index_path(kind: str) -> str:
    """Return where the list of a kind's resources lies: forges show it below the folder's files."""
    return f"{kind}/README.md"


def of_kind(documents: Documents, kind: str) -> list[tuple[Address, Document]]:
    """Return the statuses of a kind by name."""
    return sorted((address, document) for address, document in documents.items() if kind_of(address) == kind)


def summary(states: Iterable[str]) -> str:
    """Count states: `🟢 2 ready, 🔴 1 stalled`; nothing where there are none."""
    told = list(states)
    counts = [(word, told.count(word)) for word in SIGNS]
    return ", ".join(f"{SIGNS[word]} {count} {word}" for word, count in counts if count)


def bounded(lines: Sequence[str], most: int, all_of: str = "") -> list[str]:
    """Return the first lines of a list, and one that says how many more there are, with a link to all of a kind."""
    if len(lines) <= most:
        return list(lines)
    return [
        *lines[:most],
        f"- and {len(lines) - most} more" + (f": {link(all_of, index_path(all_of))}" if all_of else ""),
    ]


def model(trial: str, root: str, files: Collection[str]) -> str:
    """Name a model, and lead to its card where that is on the branch, or else to its experiment's page."""
    address = Address("/".join(trial.split("/")[:2]))
    for path in (f"reports/{trial}/model-card.md", page_path(address)):
        if path in files:
            return link(code(trial), root + path)
    return code(trial)
