"""The status branch's README: all of an environment on one page, as a forge renders it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.condition import ready_of, shown_state
from reconciler.model.facts import FACTS, shapes
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.model.markdown import code, escaped, figure, table
from reconciler.model.resource import Desired
from reconciler.model.text import moment
from reconciler.status.data_section import data_section
from reconciler.status.labels_section import labels_section
from reconciler.status.leaderboard_pages import left_out
from reconciler.status.pools_page import page_path

Documents = Mapping[Address, Mapping[str, Any]]
_ADDRESS = re.compile(r"https?://[\w.:/\[\]-]+")
_MOST_DRAWN = 60
"""Resources above which the graph isn't drawn: forges don't render larger ones."""
_SIGNS = {"ready": "🟢", "alerting": "🟠", "reconciling": "🔵", "waiting": "⚪", "stalled": "🔴"}


def readme(desired: Desired, documents: Documents, written: str = "") -> str:
    """Write the README from the status documents.

    Args:
        desired: what the commit asks for.
        documents: the statuses.
        written: by which daemon, and when.
    """
    states = {address: shown_state(document) for address, document in documents.items()}
    parts = [
        _problems(desired),
        _alerts(documents),
        _reviews(documents),
        _endpoints(documents),
        _overview(documents, states),
        data_section(_of(documents, "datasets")),
        labels_section(_of(documents, "labels")),
        _leaderboards(documents),
        _reports(documents),
        _pools(documents),
        _graph(desired, states),
        f"---\n\nWritten {written or 'by `setpoint`'}; `setpoint status` tells whether its daemon lives. What is asked "
        "for is on the watched branch; this branch only tells how it stands: `status/` holds a file for each resource.",
    ]
    shown = [part for part in parts if part]
    head = f"# {desired.environment_name}\n\n{_summary(states)} The last pass saw commit `{desired.commit[:12]}`."
    return "\n\n".join(filter(None, (head, _contents(shown), *shown))) + "\n"


def _contents(parts: Iterable[str]) -> str:
    """Write links to the sections; nothing where there are only a few."""
    heads = [part.partition("\n")[0].removeprefix("## ") for part in parts if part.startswith("## ")]
    links = " · ".join(f"[{head}](#{head.lower().replace(' ', '-')})" for head in heads)
    return links if len(heads) > 3 else ""


def message_of(document: Mapping[str, Any]) -> str:
    """Return the sentence of a status document's `Ready` condition."""
    return str(ready_of(document).get("message", ""))


def _summary(states: Mapping[Address, str]) -> str:
    counts = [(word, sum(1 for state in states.values() if state == word)) for word in _SIGNS]
    return (
        ", ".join(f"{_SIGNS[word]} {count} {word}" for word, count in counts if count) + "."
        if states
        else "Nothing yet."
    )


def _problems(desired: Desired) -> str:
    problems = desired.all_problems()
    if not problems:
        return ""
    return "## Problems in the specs\n\n" + "\n".join(f"- {code(str(problem))}" for problem in problems)


def _alerts(documents: Documents) -> str:
    lines = []
    for address, document in _of(documents, "monitors"):
        facts = document.get("facts", {})
        for alert in facts.get("alerts") or ():
            link = f"reports/{facts.get('newest')}/report.md"
            place = f" ({escaped(str(alert['where']))})" if alert.get("where") else ""
            told = f"{_figure(alert.get('value'))}{place}, threshold {_figure(alert.get('threshold'))}"
            sign, about = "🟠" if alert.get("severity") == "warning" else "🔴", _about(alert)
            lines.append(f"- {sign} **{escaped(str(alert.get('what')))}**: {told}{about} — [{address}]({link})")
        lines += _causes(facts.get("causes") or ())
    return "## Alerts\n\n" + "\n".join(lines) if lines else ""


def _causes(causes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what alerts come of, and what to do."""
    harmful = [one for one in causes if one.get("action") != "nothing"]
    told = (
        (place, escaped(str(one.get("what"))), escaped(str(one.get("fix")))) for place, one in enumerate(harmful, 1)
    )
    return [f"  {place}. {what}. {fix}" for place, what, fix in told]


def _about(alert: Mapping[str, Any]) -> str:
    """Say since when an alert stands, and which model it is about."""
    since = f", since {escaped(moment(str(alert['since'])))}" if alert.get("since") else ""
    return since + (f", about {code(str(alert['trial']))}" if alert.get("trial") else "")


def _reviews(documents: Documents) -> str:
    lines = [
        f"- {code(str(document['facts']['proposal']))} from `{address}`: {escaped(message_of(document))}"
        for address, document in _waiting(documents)
        if document.get("facts", {}).get("proposal")
    ]
    return "## Waiting for a review\n\n" + "\n".join(lines) if lines else ""


def _endpoints(documents: Documents) -> str:
    rows = []
    for address, document in _of(documents, "deployments"):
        facts = document.get("facts", {})
        traffic = ", ".join(f"{code(str(name))} {share} %" for name, share in (facts.get("traffic") or {}).items())
        url = _link(str(facts["url"])) if facts.get("url") else ""
        if models := models_of(facts):
            rows.append((f"`{address}`", ", ".join(map(code, models)), traffic or "none yet", url))
    return "## Endpoints\n\n" + table(("deployment", "model", "traffic", "url"), rows) if rows else ""


def models_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the models that answer, and the one that is pinned where none does."""
    revisions, traffic = facts.get("revisions") or {}, facts.get("traffic") or {}
    answering = [str((revisions.get(name) or {}).get("trial", "")) for name, share in traffic.items() if share]
    return sorted(set(filter(None, answering))) or [str(one) for one in [facts.get("trial")] if one]


def _link(url: str) -> str:
    """Write an address as a link, or as code where it holds what no address of an endpoint needs."""
    return f"<{url}>" if _ADDRESS.fullmatch(url) else code(url)


def _overview(documents: Documents, states: Mapping[Address, str]) -> str:
    rows = [
        (f"{_SIGNS[states[a]]} [`{a}`](status/{a}.yaml)", states[a], escaped(message_of(document)))
        for kind in KINDS
        for a, document in _of(documents, kind)
    ]
    return "## Resources\n\n" + table(("resource", "state", ""), rows) if rows else ""


def _leaderboards(documents: Documents) -> str:
    parts = []
    for address, document in _of(documents, "experiments"):
        facts = document.get("facts", {})
        board = facts.get("leaderboard") or []
        heads = _heads((facts.get("metric") or {}).get("name"))
        rows = [_row(line) for line in board[:10]]
        if rows:
            parts.append(
                f"### {address}\n\n" + table(("", "trial", "parameters", *map(escaped, heads)), rows) + _pictures(facts)
            )
    return "## Leaderboards\n\n" + "\n\n".join(parts) if parts else ""


def _pictures(facts: Mapping[str, Any]) -> str:
    shown = [f"![{path.rsplit('/', 1)[-1]}]({path})" for path in facts.get("pictures") or ()]
    if not shown:
        return ""
    return f"\n\n<details><summary>pictures of the best trial</summary>\n\n{' '.join(shown)}\n\n</details>"


def _heads(metric: str | None) -> tuple[str, str]:
    return f"{metric or 'ranking'} (validation)", "95 % interval"


def _row(line: Mapping[str, Any]) -> tuple[str, ...]:
    """Write a trial with the figure that ranks it; those of the test are for the one that is chosen."""
    params = ", ".join(f"{key}={value}" for key, value in (line.get("params") or {}).items())
    ranking = line.get("ranking") or {}
    ends = [ranking.get(end) for end in ("low", "high")]
    rank, figures = str(line.get("rank", "")), [_figure(ranking.get("value"))]
    if stage := left_out(line):
        rank, figures = "", [escaped(": ".join(filter(None, (stage, str(line.get("message") or "")))))]
    figures.append("" if None in ends else " to ".join(map(_figure, ends)))
    return (rank, code(str(line.get("run")).rsplit("/", 1)[-1]), escaped(params), *figures)


def _figure(value: Any) -> str:
    """Write a figure; a runner may have left a text in its place."""
    return escaped(figure(value))


def _reports(documents: Documents) -> str:
    lines = [
        f"- [{run}](reports/{run}/report.md)"
        for _, document in _of(documents, "monitors")
        for run in (document.get("facts", {}).get("reports") or ())[:5]
    ]
    return "## Reports\n\n" + "\n".join(lines) if lines else ""


def _pools(documents: Documents) -> str:
    lines = []
    for address, document in _of(documents, "pools"):
        teams = document.get("facts", {}).get("teams") or {}
        jobs = {state: sum(told.get(state, 0) for told in teams.values()) for state in ("waiting", "running")}
        told = ", ".join(f"{count} {state}" for state, count in jobs.items() if count)
        lines.append(f"- [{address}]({page_path(address)}): {told or 'no job waits or runs'}")
    return "## Pools\n\n" + "\n".join(lines) if lines else ""


def _graph(desired: Desired, states: Mapping[Address, str]) -> str:
    """Draw the references as a Mermaid graph, which forges render."""
    count = len(desired.resources)
    if count > _MOST_DRAWN:
        return f"## Graph\n\nNot drawn: there are {count} resources, and forges draw {_MOST_DRAWN} of them well."
    if count < 2:
        return ""
    lines = ["flowchart LR"]
    for address, resource in desired.resources.items():
        if resource.kind != "pools":
            lines.append(f'  {_node(address)}["{_SIGNS[states.get(address, "waiting")]} {address}"]')
            lines += [
                f"  {_node(ref)} --> {_node(address)}" for ref in resource.references() if kind_of(ref) != "pools"
            ]
    return "## Graph\n\n```mermaid\n" + "\n".join(lines) + "\n```"


def _node(address: Address) -> str:
    return address.replace("/", "_").replace("-", "_")


def _of(documents: Documents, kind: str) -> list[tuple[Address, Mapping[str, Any]]]:
    return sorted((a, document) for a, document in documents.items() if kind_of(a) == kind)


def _waiting(documents: Documents) -> list[tuple[Address, Mapping[str, Any]]]:
    """Return what has a proposal that waits for a person."""
    kinds = [kind for kind in FACTS if "proposal" in shapes(kind)]
    found = [one for kind in kinds for one in _of(documents, kind)]
    return [(a, told) for a, told in found if may_wait_for_review(a, told)]


def may_wait_for_review(address: str, document: Mapping[str, Any]) -> bool:
    """Tell whether a proposal that is told of waits for a person; a promotion's may wait for something else."""
    return kind_of(Address(address)) != "promotions" or ready_of(document).get("reason") == "WaitsForReview"
