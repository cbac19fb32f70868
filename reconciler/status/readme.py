"""The status branch's README: an environment on one page, as a forge renders it, however many resources there are."""

import re
from collections.abc import Iterable, Mapping, Sized
from typing import Any

from reconciler.model.condition import ready_of, shown_state
from reconciler.model.facts import FACTS, shapes
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.model.markdown import code, escaped, link, table
from reconciler.model.resource import Desired
from reconciler.status.alerts_section import alerts
from reconciler.status.data_section import data_section
from reconciler.status.graph_section import graph_section
from reconciler.status.labels_section import labels_section
from reconciler.status.leaderboard_section import leaderboards_section
from reconciler.status.shown import (
    NO_FILES,
    SIGNS,
    URGENCY,
    Documents,
    Files,
    bounded,
    index_path,
    model,
    of_kind,
    page_path,
    summary,
)

_ADDRESS = re.compile(r"https?://[\w.:/\[\]-]+")
MOST, MOST_FINE = 50, 20
"""Entries of a section, and of one of which nothing needs a person; of more the list of their kind has all."""
_MOST_LISTED = 100
"""Resources above which they are counted by kind, and only those listed that aren't ready."""


def readme(desired: Desired, documents: Documents, written: str = "", files: Files = NO_FILES) -> str:
    """Write the README from the status documents.

    Args:
        desired: what the commit asks for.
        documents: the statuses.
        written: when, by which daemon, and how often at the least.
        files: what the branch holds, to which links may lead.
    """
    states = {address: shown_state(document) for address, document in documents.items()}
    parts = [
        _problems(desired),
        _alerts(documents, files),
        _reviews(documents),
        *_standing(_endpoints(documents, files), _overview(documents, states), len(documents)),
        data_section(of_kind(documents, "datasets"), files),
        labels_section(of_kind(documents, "labels")),
        leaderboards_section(of_kind(documents, "experiments"), files),
        _reports(documents),
        _pools(documents),
        graph_section(desired, states),
    ]
    shown = [part for part in parts if part]
    told = f"{summary(states.values())}." if states else "Nothing yet."
    head = f"# {desired.environment_name}\n\n{told} The last pass saw commit `{desired.commit[:12]}`."
    return "\n\n".join(filter(None, (head, written, _contents(shown), *shown, _FOOT))) + "\n"


_FOOT = (
    "---\n\nWhat is asked for is on the watched branch; this branch only tells how it stands. Each kind has a folder "
    "here with a page for each resource; `status/` says the same for machines. `setpoint status` asks the daemon's "
    "lease whether it lives."
)


def _standing(endpoints: str, overview: str, count: int) -> tuple[str, str]:
    """Put what answers first, but of many resources those that aren't ready."""
    return (endpoints, overview) if count <= _MOST_LISTED else (overview, endpoints)


def _contents(parts: Iterable[str]) -> str:
    """Write links to the sections; nothing where there are only a few."""
    heads = [part.partition("\n")[0].removeprefix("## ") for part in parts if part.startswith("## ")]
    links = " · ".join(f"[{head}](#{head.lower().replace(' ', '-')})" for head in heads)
    return links if len(heads) > 3 else ""


def message_of(document: Mapping[str, Any]) -> str:
    """Return the sentence of a status document's `Ready` condition."""
    return str(ready_of(document).get("message", ""))


def _section(head: str, lines: list[str], kind: str = "", most: int = MOST) -> str:
    return f"## {head}\n\n" + "\n".join(bounded(lines, most, kind)) if lines else ""


def _problems(desired: Desired) -> str:
    return _section("Problems in the specs", [f"- {code(str(problem))}" for problem in desired.all_problems()])


def _alerts(documents: Documents, files: Files) -> str:
    told = (alerts(address, document, "", files) for address, document in of_kind(documents, "monitors"))
    return _section("Alerts", ["\n".join(lines) for lines in told if lines], "monitors")


def _reviews(documents: Documents) -> str:
    lines = [
        f"- {code(str(document['facts']['proposal']))} from {link(f'`{address}`', page_path(address))}: "
        f"{escaped(message_of(document))}"
        for address, document in _waiting(documents)
        if document.get("facts", {}).get("proposal")
    ]
    return _section("Waiting for a review", lines)


def _endpoints(documents: Documents, files: Files) -> str:
    rows = []
    for address, document in of_kind(documents, "deployments"):
        facts = document.get("facts", {})
        traffic = ", ".join(f"{code(str(name))} {share} %" for name, share in (facts.get("traffic") or {}).items())
        url = url_link(str(facts["url"])) if facts.get("url") else ""
        if models := models_of(facts):
            names = ", ".join(model(one, "", files) for one in models)
            rows.append((link(f"`{address}`", page_path(address)), names, traffic or "none yet", url))
    shown = table(("deployment", "model", "traffic", "url"), rows[:MOST_FINE])
    return "\n\n".join(["## Endpoints", shown, *_more(rows, "deployments")]) if rows else ""


def _more(rows: Sized, kind: str) -> list[str]:
    """Say how many rows a table leaves out, and where they are."""
    more = len(rows) - MOST_FINE
    return [f"And {more} more: {link(kind, index_path(kind))}"] if more > 0 else []


def models_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the models that answer, and the one that is pinned where none does."""
    revisions, traffic = facts.get("revisions") or {}, facts.get("traffic") or {}
    answering = [str((revisions.get(name) or {}).get("trial", "")) for name, share in traffic.items() if share]
    return sorted(set(filter(None, answering))) or [str(one) for one in [facts.get("trial")] if one]


def url_link(url: str) -> str:
    """Write an address as a link, or as code where it holds what no address of an endpoint needs."""
    return f"<{url}>" if _ADDRESS.fullmatch(url) else code(url)


def _overview(documents: Documents, states: Mapping[Address, str]) -> str:
    if not documents:
        return ""
    by_kind = [address for kind in KINDS for address, _ in of_kind(documents, kind)]
    if len(documents) <= _MOST_LISTED:
        stalled_first = sorted(by_kind, key=lambda address: states[address] != "stalled")
        return "## Resources\n\n" + resource_table(stalled_first, documents, states)
    found = {kind: [states[address] for address in by_kind if kind_of(address) == kind] for kind in KINDS}
    rows = [
        (link(f"`{kind}`", index_path(kind)), str(len(told)), summary(told)) for kind, told in found.items() if told
    ]
    parts = ["## Resources", table(("kind", "resources", ""), rows)]
    if urgent := sorted((a for a in by_kind if states[a] != "ready"), key=lambda a: URGENCY[states[a]]):
        parts += ["### Not ready", resource_table(urgent[:MOST], documents, states)]
    if len(urgent) > MOST:
        parts.append(f"And {len(urgent) - MOST} more, which the kinds' lists have.")
    return "\n\n".join(parts)


def resource_table(
    addresses: Iterable[Address], documents: Documents, states: Mapping[Address, str], root: str = ""
) -> str:
    """Write a row for each resource: its page, how it stands, and why."""
    rows = [
        (
            f"{SIGNS[states[address]]}\u00a0{link(f'`{address}`', root + page_path(address))}",  # on one line
            states[address],
            escaped(message_of(documents[address])),
        )
        for address in addresses
    ]
    return table(("resource", "state", ""), rows)


def _reports(documents: Documents) -> str:
    monitors = [(a, document.get("facts", {}).get("reports") or ()) for a, document in of_kind(documents, "monitors")]
    shown = 5 if len(monitors) <= MOST_FINE // 5 else 1
    lines = [f"- {link(str(run), f'reports/{run}/report.md')}" for _, runs in monitors for run in runs[:shown]]
    return _section("Reports", lines, "monitors", MOST_FINE)


def _pools(documents: Documents) -> str:
    lines = []
    for address, document in of_kind(documents, "pools"):
        teams = document.get("facts", {}).get("teams") or {}
        jobs = {state: sum(told.get(state, 0) for told in teams.values()) for state in ("waiting", "running")}
        told = ", ".join(f"{count} {state}" for state, count in jobs.items() if count)
        lines.append(f"- [{address}]({page_path(address)}): {told or 'no job waits or runs'}")
    return _section("Pools", lines, "pools", MOST_FINE)


def _waiting(documents: Documents) -> list[tuple[Address, Mapping[str, Any]]]:
    """Return what has a proposal that waits for a person."""
    kinds = [kind for kind in FACTS if "proposal" in shapes(kind)]
    found = [one for kind in kinds for one in of_kind(documents, kind)]
    return [(a, told) for a, told in found if may_wait_for_review(a, told)]


def may_wait_for_review(address: str, document: Mapping[str, Any]) -> bool:
    """Tell whether a proposal that is told of waits for a person; a promotion's may wait for something else."""
    return kind_of(Address(address)) != "promotions" or ready_of(document).get("reason") == "WaitsForReview"
