"""What is said of a preview on its pull request: where it stands, where it answers, and how it does beside production.

What jobs have left is text of others, and shown as such.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from reconciler.model.condition import ready_of
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.markdown import code, escaped, figure, table
from reconciler.model.reviews import Verdict
from reconciler.model.text import counted

MOST_ROWS = 30
"""Resources, and metrics of one model, that are shown."""

Documents = Mapping[Address, Mapping[str, Any]]
"""Statuses by address, as a status branch has them."""


class Scored(NamedTuple):
    """A model's metrics, with the rows that they were measured on: the version of the data, and how many rows of it."""

    trial: RunName
    metrics: Mapping[str, float]
    data: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a preview.

    Attributes:
        name: the preview's, `pr-7`.
        pair: the commit of the watched branch and the head that it was made of.
        statuses: what its daemon recorded; none before its first pass.
        against: the environment that it is held against, empty where there is none, and what that recorded.
        problem: why it isn't as the pull request asks for; empty where it is.
    """

    name: str
    pair: tuple[CommitId, CommitId]
    statuses: Documents
    against: tuple[str, Documents] = ("", {})
    problem: str = ""

    @property
    def verdict(self) -> Verdict:
        """Return what the commit status says."""
        states = {doc.get("state") for doc in self.statuses.values()}
        if self.problem or "stalled" in states:
            return Verdict.FAILURE
        return Verdict.SUCCESS if states == {"ready"} else Verdict.PENDING

    @property
    def summary(self) -> str:
        """Return its line."""
        if self.problem:
            return f"{self.name}: {self.problem}"
        states = [str(doc.get("state")) for doc in self.statuses.values()]
        ready = f"{states.count('ready')} of {counted(len(states), 'resource')} ready" if states else "begins"
        stalled = f", {states.count('stalled')} stalled" if "stalled" in states else ""
        return f"{self.name}: {ready}{stalled}"


_SIGNS = {"ready": "🟢", "stalled": "🔴"}


def page(standing: Standing, scored: Callable[[RunName], Scored | None]) -> str:
    """Write a preview's section of the comment.

    Args:
        standing: what is known of it.
        scored: reads what a trial was measured to be; None where nothing is known of it.
    """
    base, head = standing.pair
    said = f"### Preview: {escaped(standing.summary)}\n\n{code(head[:12])} merged to {code(base[:12])}"
    said += ". What it changes below `environments/` and `specs/pools/` is not tried: those are the branch's own."
    return "\n\n".join(filter(None, [said, _resources(standing), _against(standing, scored)]))


def ending(name: str) -> str:
    """Say that a preview is about to be gone."""
    return f"### Preview: {name} ends\n\nWhat it has made is being taken away."


def ended(name: str) -> str:
    """Say that a preview is gone."""
    return f"### Preview: {name} has ended\n\nNothing of it is left."


def without(number: int, why: str) -> str:
    """Say why a pull request that bears the label has no preview."""
    return f"### Preview: there is no pr-{number}\n\n{escaped(why)}"


def _resources(standing: Standing) -> str:
    rows = [_row(address, doc) for address, doc in sorted(standing.statuses.items())]
    more = f"\n\nand {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    return table(("", "what", "state", "where, or why"), rows[:MOST_ROWS]) + more if rows else ""


def _row(address: Address, doc: Mapping[str, Any]) -> Sequence[str]:
    state = str(doc.get("state", ""))
    facts = doc.get("facts") or {}
    url = str(facts.get("url") or "") if facts.get("traffic") else ""
    where = code(url) if url else escaped(str(ready_of(doc).get("message") or "")[:300])
    return _SIGNS.get(state, "🟡"), code(address), escaped(state), where


def _against(standing: Standing, scored: Callable[[RunName], Scored | None]) -> str:
    name, live = standing.against
    parts = [
        part
        for address, doc in sorted(standing.statuses.items())
        if address.startswith("deployments/") and (part := _compared(standing, address, doc, live, scored))
    ]
    return f"#### Beside what is live in {code(name)}\n\n" + "\n\n".join(parts) if name and parts else ""


def _compared(
    standing: Standing,
    address: Address,
    doc: Mapping[str, Any],
    live: Documents,
    scored: Callable[[RunName], Scored | None],
) -> str:
    trials = candidate(address, doc, standing.statuses), served(live.get(address) or {})
    mine, theirs = (scored(trial) if trial else None for trial in trials)
    if mine is None:
        return ""
    if theirs is None:
        return f"{code(address)}: nothing is live there that its metrics are known of.\n\n{_alone(mine)}"
    if mine.trial == theirs.trial:
        return f"{code(address)}: the same model, {code(mine.trial)}."
    rows = [(escaped(metric), figure(mine.metrics.get(metric)), figure(theirs.metrics.get(metric)))
            for metric in sorted({*mine.metrics, *theirs.metrics})[:MOST_ROWS]]  # fmt: skip
    return f"{code(address)}\n\n{table(('metric', 'here', 'live'), rows)}\n\n{_measured(mine, theirs)}"


def _alone(mine: Scored) -> str:
    rows = [(escaped(metric), figure(value)) for metric, value in sorted(mine.metrics.items())[:MOST_ROWS]]
    return f"{table(('metric', 'here'), rows)}\n\nMeasured on {_rows(mine)}."


def _measured(mine: Scored, theirs: Scored) -> str:
    told = f"Here: {code(mine.trial)}, on {_rows(mine)}. Live: {code(theirs.trial)}, on {_rows(theirs)}."
    if mine.data and (mine.data, mine.rows) == (theirs.data, theirs.rows):
        return f"{told} Both are the test rows of one version of the data."
    return f"{told} **These are not the same rows**: a difference may be theirs."


def _rows(scored: Scored) -> str:
    count = "the test rows" if scored.rows is None else counted(scored.rows, "test row")
    return f"{count} of {code(scored.data)}" if scored.data else f"{count} of unknown data"


def candidate(address: Address, doc: Mapping[str, Any], statuses: Documents) -> RunName | None:
    """Return the trial that a preview has for a deployment: what a promotion chose, else what is pinned."""
    chosen = [
        (other.get("facts") or {}).get("candidate")
        for name, other in sorted(statuses.items())
        if name.startswith("promotions/") and (other.get("facts") or {}).get("deployment") == address
    ]
    found = next(filter(None, chosen), None) or (doc.get("facts") or {}).get("trial")
    return RunName(found) if isinstance(found, str) and found else None


def served(doc: Mapping[str, Any]) -> RunName | None:
    """Return the trial whose model had all the traffic last at a deployment."""
    told = list(_trials((doc.get("facts") or {}).get("served")))
    return RunName(told[-1]) if told else None


def _trials(served: Any) -> Iterator[str]:
    for one in served if isinstance(served, list) else ():
        if isinstance(one, dict) and isinstance(one.get("trial"), str):
            yield one["trial"]


def scores(trial: RunName, result: Mapping[str, Any]) -> Scored:
    """Read what a trial was measured to be on its test rows, from what its run has left."""
    metrics = {name: value for name, value in (result.get("metrics") or {}).items() if isinstance(value, int | float)}
    rows = ((result.get("facts") or {}).get("rows") or {}).get("test")
    data = (result.get("provenance") or {}).get("input_dataset")
    known = rows if isinstance(rows, int) else None
    return Scored(trial, metrics, data if isinstance(data, str) else "", known)
