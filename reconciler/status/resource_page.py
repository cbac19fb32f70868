"""A resource's page on the status branch: how it stands, what it made with links to all of that, and its neighbours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.condition import ready_of, shown_state
from reconciler.model.ids import Address, kind_of
from reconciler.model.markdown import code, escaped, link, table
from reconciler.model.text import moment
from reconciler.status.alerts_section import alerts
from reconciler.status.data_section import counts, findings, worst
from reconciler.status.labels_section import agreement
from reconciler.status.leaderboard_section import leaderboard
from reconciler.status.readme import message_of, url_link
from reconciler.status.shown import SIGNS, Document, Files, bounded, model, page_path

ROOT = "../"
"""How a page leads to the branch's root."""
MOST_RUNS, MOST_FILES, MOST_NEIGHBOURS = 20, 40, 50
_TOLD_ELSEWHERE = ("Ready", "Reconciling", "Stalled", "Alerting")
"""Conditions that the first line tells, or a section of its own."""
_FIRST = (".md", ".html")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource stands: in which environment and file, what it is made from and what is made from it."""

    environment: str
    file: str = ""
    made_from: tuple[Address, ...] = ()
    made_of_it: tuple[Address, ...] = ()


def resource_page(address: Address, document: Document, place: Place, files: Files, made: Iterable[str]) -> str:
    """Write a resource's page.

    Args:
        address: the resource's.
        document: its status.
        place: where it stands.
        files: what the branch holds, to which links may lead.
        made: those of them that its runs left.
    """
    parts = [
        f"# {SIGNS[shown_state(document)]} {address}",
        _state(document),
        _links(address, place),
        _conditions(document),
        *_own(address, document, files),
        _made(made),
        _neighbours("Made from", place.made_from, files),
        _neighbours("Made of it", place.made_of_it, files),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _state(document: Document) -> str:
    ready = ready_of(document)
    since = f" since {escaped(moment(str(ready['since'])))}" if ready.get("since") else ""
    message = escaped(message_of(document))
    return f"**{shown_state(document)}**{since}" + (f": {message}" if message else "")


def _links(address: Address, place: Place) -> str:
    kind = kind_of(address)
    asked = f" · asked for in {code(place.file)} of the watched branch" if place.file else ""
    status = link(f"`status/{address}.yaml`", f"{ROOT}status/{address}.yaml")
    return f"{link(place.environment, f'{ROOT}README.md')} · {link(f'all {kind}', 'README.md')} · {status}{asked}"


def _conditions(document: Document) -> str:
    lines = [
        f"- **{escaped(str(one.get('type')))}** since {escaped(moment(str(one.get('since'))))}: "
        f"{escaped(str(one.get('message', '')))}"
        for one in document.get("conditions") or ()
        if one.get("type") not in _TOLD_ELSEWHERE
    ]
    return "\n".join(lines)


def _own(address: Address, document: Document, files: Files) -> list[str]:
    """Return the sections that a resource's kind has."""
    facts = document.get("facts", {})
    found = findings(document) if kind_of(address) == "datasets" else None
    told = {
        "Findings": "\n".join([f"- {counts(found['found'])}", *worst(found.get("findings"))]) if found else "",
        "Agreement": agreement(document, ROOT) if kind_of(address) == "labels" else "",
        "Leaderboard": leaderboard(facts, ROOT, files) + _further(facts),
        "Endpoint": _endpoint(facts, files) if kind_of(address) == "deployments" else "",
        "Proposal": code(str(facts["proposal"])) if facts.get("proposal") else "",
        "Alerts": "\n".join(alerts(address, document, ROOT, files)) if kind_of(address) == "monitors" else "",
    }
    return [f"## {head}\n\n{text}" for head, text in told.items() if text]


def _further(facts: Mapping[str, Any]) -> str:
    """Lead to the trials that a leaderboard of many leaves to further pages."""
    shown = [link(path.rpartition("/")[2], ROOT + path) for path in facts.get("leaderboard_pages") or ()]
    return f"\n\nFurther trials: {', '.join(shown)}" if shown else ""


def _endpoint(facts: Mapping[str, Any], files: Files) -> str:
    revisions, traffic = facts.get("revisions") or {}, facts.get("traffic") or {}
    rows = [
        (code(str(name)), model(str((told or {}).get("trial", "")), ROOT, files), f"{traffic.get(name, 0)} %")
        for name, told in revisions.items()
    ]
    pinned = f"Pinned: {model(str(facts['trial']), ROOT, files)}" if facts.get("trial") else ""
    url = url_link(str(facts["url"])) if facts.get("url") else ""
    shown = table(("revision", "model", "traffic"), rows) if rows else ""
    return "\n\n".join(filter(None, (url, pinned, shown)))


def _made(made: Iterable[str]) -> str:
    """Link everything that runs of a resource left on the branch, run by run."""
    runs: dict[str, list[str]] = {}
    for path in made:
        runs.setdefault(path.split("/", 4)[3], []).append(path)
    lines = [f"- {code(run)}: {_files(paths)}" for run, paths in sorted(runs.items())]
    return "## Files\n\n" + "\n".join(bounded(lines, MOST_RUNS)) if lines else ""


def _files(paths: list[str]) -> str:
    first = sorted(paths, key=lambda path: (not path.endswith(_FIRST), path))
    shown = [link(escaped(path.split("/", 4)[4]), ROOT + path) for path in first[:MOST_FILES]]
    return ", ".join(shown) + (f" and {len(paths) - MOST_FILES} more" if len(paths) > MOST_FILES else "")


def _neighbours(head: str, addresses: tuple[Address, ...], files: Files) -> str:
    lines = [
        f"- {link(f'`{one}`', ROOT + page_path(one)) if page_path(one) in files else code(one)}" for one in addresses
    ]
    more = bounded(lines, MOST_NEIGHBOURS)
    return f"## {head}\n\n" + "\n".join(more) if lines else ""


def index_page(kind: str, environment: str, rows: str) -> str:
    """Write the list of a kind's resources."""
    return f"# {kind} of {link(environment, f'{ROOT}README.md')}\n\n{rows}\n"
