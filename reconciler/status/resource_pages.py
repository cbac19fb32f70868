"""The pages of resources on the status branch, and the list of each kind: which are to be written, and which go.

A page is written when what it shows has changed: the status, what the resource left, or, with a new commit, its
neighbours. Pools have pages of their own.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from reconciler.containment import Success, contain
from reconciler.git.objects import object_id
from reconciler.model.condition import shown_state
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.model.moves import names_told
from reconciler.model.resource import Desired
from reconciler.status.read import Recorded
from reconciler.status.readme import resource_table
from reconciler.status.resource_page import Place, index_page, resource_page
from reconciler.status.shown import URGENCY, Documents, Files, index_path, of_kind, page_path

MOST_LISTED = 1000
"""Resources of a kind that its list has; those that aren't ready come first."""


def resource_pages(
    desired: Desired,
    documents: Documents,
    new: Collection[Address],
    recorded: Recorded,
    to_be: Collection[str],
) -> dict[str, bytes | None]:
    """Return the pages that are to be written, and None for those that go.

    Args:
        desired: what the commit asks for.
        documents: all statuses.
        new: the resources of which something else is to be shown.
        recorded: what the status branch tells.
        to_be: the files that it will have.
    """
    files = recorded.files
    due = [a for a in documents if kind_of(a) != "pools" and (a in new or page_path(a) not in files)]
    gone = [a for a in recorded.statuses if a not in documents]
    places, made = _places(desired, due), _made(to_be, {a: documents[a] for a in due})
    known = Files([*to_be, *map(page_path, documents)])
    written: dict[str, bytes | None] = {
        page_path(a): _text(a, partial(resource_page, a, documents[a], places[a], known, made[a])) for a in due
    }
    kinds = {kind_of(a) for a in (*due, *gone, *new)}
    for kind in sorted(kinds & set(KINDS)):
        written[index_path(kind)] = _index(kind, desired.environment_name, documents)
    changed = {path: text for path, text in written.items() if _differs(text, files.get(path))}
    return changed | {page_path(a): None for a in gone if page_path(a) in files and kind_of(a) != "pools"}


def _differs(text: bytes | None, blob: str | None) -> bool:
    """Tell whether a file says something else; blobs of SHA-256 are as long as their digests."""
    if text is None or blob is None:
        return text is not None or blob is not None
    return object_id("blob", text, "sha256" if len(blob) == 64 else "sha1") != blob


def _text(address: Address, write: Callable[[], str]) -> bytes:
    """Write a page; whatever odd facts a runner has left, the others are written."""
    told = contain(write)
    return (told.value if isinstance(told, Success) else f"# {address}\n\n{told.message}\n").encode()


def _places(desired: Desired, wanted: Iterable[Address]) -> dict[Address, Place]:
    below: defaultdict[Address, list[Address]] = defaultdict(list)
    for address, resource in desired.resources.items():
        for one in resource.references():
            below[one].append(address)
    places = {}
    for address in wanted:
        told = desired.resources.get(address)
        above = tuple(sorted(set(told.references()))) if told else ()
        file = told.file if told else ""
        places[address] = Place(desired.environment_name, file, above, tuple(sorted(below[address])))
    return places


def _made(files: Collection[str], wanted: Documents) -> Mapping[Address, list[str]]:
    """Return the files that runs of some resources left, by the names that these have now."""
    now = {name: address for address, told in wanted.items() for name in names_told(address, told.get("facts"))}
    made: defaultdict[Address, list[str]] = defaultdict(list)
    for path in files:
        if path.startswith("reports/"):
            parts = path.split("/", 4)
            if len(parts) == 5 and (address := now.get(Address(f"{parts[1]}/{parts[2]}"))):
                made[address].append(path)
    return made


def _index(kind: str, environment: str, documents: Documents) -> bytes | None:
    """Write the list of a kind's resources; None where there are none any more."""
    told = dict(of_kind(documents, kind))
    if not told:
        return None
    states = {address: shown_state(document) for address, document in told.items()}
    listed = sorted(told, key=lambda address: (URGENCY[states[address]], address))
    rows = resource_table(listed[:MOST_LISTED], documents, states, "../")
    more = (
        f"\n\nAnd {len(listed) - MOST_LISTED} more: their pages lie beside this one."
        if len(listed) > MOST_LISTED
        else ""
    )
    return index_page(kind, environment, rows + more).encode()
