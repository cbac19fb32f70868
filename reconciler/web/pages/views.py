"""What each page shows, as values made of snapshots; templates only write them down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice
from typing import Any
from urllib.parse import urlencode

from reconciler.model.ids import Address
from reconciler.model.moves import names_told
from reconciler.status.readme import may_wait_for_review, models_of
from reconciler.web.pages.snapshot import STATES, Row, Snapshot, once, urgency

PAGE = 200
"""Rows of a list on one page."""
MOST_NEEDS = 50
"""Things that need a person, of which so many are listed."""
MOST_FILES = 60
"""Files of a resource that are listed."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are listed: each part is a part of the URL; an empty one takes all."""

    environment: str = ""
    kind: str = ""
    state: str = ""
    words: str = ""
    page: int = 1

    def takes(self, key: str, row: Row) -> bool:
        """Tell whether a row of an environment is listed."""
        is_there = not self.words or self.words.casefold() in f"{row.address} {row.reason} {row.message}".casefold()
        wanted = ((self.environment, key), (self.kind, row.kind), (self.state, row.state))
        return is_there and all(value in ("", is_so) for value, is_so in wanted)

    def url(self, **changes: object) -> str:
        """Return the query of this filter with some parts changed."""
        parts = {"environment": self.environment, "kind": self.kind, "state": self.state, "q": self.words}
        told = {**parts, "page": self.page if self.page > 1 else "", **changes}
        return "?" + urlencode({key: value for key, value in told.items() if value not in ("", None)})


def filter_of(query: Mapping[str, str]) -> Filter:
    """Read a filter from a URL's query; what can't be one is left out."""
    page = query.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    state = query.get("state", "")
    return Filter(
        query.get("environment", "")[:200],
        query.get("kind", "")[:200],
        state if state in STATES else "",
        query.get("q", "").strip()[:200],
        max(1, number),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list: its rows with the environments' keys, how many there are in all, and on how many pages."""

    rows: Sequence[tuple[str, Row]]
    total: int
    pages: int


def listing(snapshots: Mapping[str, Snapshot], chosen: Filter) -> Listing:
    """Return the rows that a filter takes, what needs a person first."""
    parts = ([(key, row) for row in one.urgent if chosen.takes(key, row)] for key, one in snapshots.items())
    found = list(merge(*parts, key=lambda told: urgency(told[1])))
    begin = (chosen.page - 1) * PAGE
    return Listing(found[begin : begin + PAGE], len(found), max(1, -(-len(found) // PAGE)))


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person: which resource of which environment, what it is, and in which words."""

    key: str
    address: str
    what: str
    words: str
    since: str = ""


def needs(snapshots: Mapping[str, Snapshot]) -> Sequence[Need]:
    """Return what needs a person: broken specs, what has stalled, alerts, and proposals that wait for a review."""
    return [need for one in snapshots.values() for need in _needs(one)][:MOST_NEEDS]


@once
def _needs(one: Snapshot) -> Sequence[Need]:
    return tuple(islice(chain(_of_pass(one), _of_resources(one)), MOST_NEEDS))


def _of_pass(one: Snapshot) -> Iterator[Need]:
    for problem in one.recorded.last_pass.get("problems") or ():
        yield Need(one.key, "", "problem", str(problem))
    for flaw in one.recorded.flaws.values():
        yield Need(one.key, "", "unreadable", flaw)


def _of_resources(one: Snapshot) -> Iterator[Need]:
    for row in one.rows:
        facts = one.facts(row.address)
        if row.state == "stalled":
            yield Need(one.key, row.address, "stalled", row.message, row.since)
        for alert in facts.get("alerts") or () if row.kind == "monitors" else ():
            since = alert.get("since") if isinstance(alert, Mapping) else ""
            yield Need(one.key, row.address, "alert", alert_words(alert), str(since or ""))
        if facts.get("proposal") and may_wait_for_review(row.address, one.document(row.address) or {}):
            yield Need(one.key, row.address, "proposal", row.message, row.since)


def alert_words(alert: Any) -> str:
    """Say what an alert is about: what, where, its value and the threshold."""
    if not isinstance(alert, Mapping):
        return str(alert)
    where = f" ({alert['where']})" if alert.get("where") else ""
    return f"{alert.get('what')}{where}: {figure(alert.get('value'))}, threshold {figure(alert.get('threshold'))}"


def figure(value: object) -> str:
    """Write a number with four digits, and anything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an overview shows of an endpoint: its URL, the models that answer, and the traffic by revision."""

    key: str
    address: str
    url: str
    models: Sequence[str]
    traffic: Mapping[str, Any]


def endpoints(snapshots: Mapping[str, Snapshot]) -> Sequence[Endpoint]:
    """Return the endpoints of all environments."""
    return [endpoint for one in snapshots.values() for endpoint in _endpoints(one)]


@once
def _endpoints(one: Snapshot) -> Sequence[Endpoint]:
    return tuple(
        Endpoint(one.key, row.address, str(facts.get("url") or ""), models_of(facts), facts.get("traffic") or {})
        for row in one.rows
        if row.kind == "deployments" and (facts := one.facts(row.address))
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal that waits for a person: whose it is, its branch, what is said of it, and its evidence (Markdown)."""

    address: str
    name: str
    words: str
    since: str
    evidence: str


def proposals(one: Snapshot) -> Sequence[Proposal]:
    """Return the proposals of an environment that wait for a review."""
    waiting = ((need, one.facts(need.address)) for need in _of_resources(one) if need.what == "proposal")
    return [
        Proposal(need.address, str(facts["proposal"]), need.words, need.since, str(facts.get("evidence") or ""))
        for need, facts in waiting
    ]


def own_files(snapshot: Snapshot, address: str) -> Sequence[str]:
    """Return the files of the status branch that belong to a resource, pages first, then the newest."""
    folders = tuple(f"reports/{name}/" for name in names_told(Address(address), snapshot.facts(address)))
    kind, _, name = address.partition("/")
    more = (f"leaderboards/{name}/",) if kind == "experiments" else (f"pools/{name}.",) if kind == "pools" else ()
    found = [path for path in snapshot.tree.files if path.startswith((*folders, *more))]
    return sorted(found, key=lambda path: (not path.endswith((".html", ".md")), path))[:MOST_FILES]


def is_picture(path: str) -> bool:
    """Tell whether a file is shown as a picture."""
    return path.endswith((".svg", ".png"))
