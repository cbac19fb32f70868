"""What the pages of the status branch have in common: signs of states, bounded lists, links to pages and models."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.ids import Address, kind_of
from reconciler.model.markdown import code, link

Document = Mapping[str, Any]
Documents = Mapping[Address, Document]

SIGNS = {"ready": "🟢", "alerting": "🟠", "reconciling": "🔵", "waiting": "⚪", "stalled": "🔴"}
_CARD = "/model-card.md"
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


class Files:
    """The files of the status branch, to which links may lead.

    Args:
        paths: where they lie.
    """

    def __init__(self, paths: Collection[str] = ()) -> None:
        self.paths = frozenset(paths)
        found = sorted((path for path in self.paths if path.endswith(_CARD)), reverse=True)
        self._cards = {path.removesuffix(_CARD).rpartition("/")[2]: path for path in found}

    def __contains__(self, path: str) -> bool:
        """Tell whether a file is there."""
        return path in self.paths

    def card(self, trial: str) -> str:
        """Return where the card of a trial's model lies; empty where it isn't there."""
        own = f"reports/{trial}{_CARD}"
        return own if own in self.paths else self._cards.get(trial.rpartition("/")[2], "")


NO_FILES = Files()


def model(trial: str, root: str, files: Files) -> str:
    """Name a model, and lead to its card where that is on the branch, or else to its experiment's page."""
    page = page_path(Address("/".join(trial.split("/")[:2])))
    path = files.card(trial) or (page if page in files else "")
    return link(code(trial), root + path) if path else code(trial)
