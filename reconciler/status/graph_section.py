"""The README's graph: what is made from what, as Mermaid, which forges draw; of many resources their kinds alone."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from reconciler.model.ids import Address, kind_of
from reconciler.model.resource import Desired
from reconciler.status.shown import SIGNS, summary

MOST_DRAWN = 60
"""Resources above which kinds are drawn: a larger drawing is none that anybody reads."""


def graph_section(desired: Desired, states: Mapping[Address, str]) -> str:
    """Draw the references between resources, or between kinds where there are many; nothing of a single one."""
    count = sum(1 for resource in desired.resources.values() if resource.kind != "pools")
    if count < 2:
        return ""
    if count <= MOST_DRAWN:
        return _drawn("", _each(desired, states))
    return _drawn(
        f"Of {count} resources the kinds are drawn, and how many refer to them: a resource's page leads to its "
        "neighbours.\n\n",
        _grouped(desired, states),
    )


def _drawn(words: str, lines: list[str]) -> str:
    return f"## Graph\n\n{words}```mermaid\n" + "\n".join(["flowchart LR", *lines]) + "\n```"


def _each(desired: Desired, states: Mapping[Address, str]) -> list[str]:
    lines = []
    for address, resource in desired.resources.items():
        if resource.kind != "pools":
            lines.append(f'  {_node(address)}["{SIGNS[states.get(address, "waiting")]} {address}"]')
            lines += [
                f"  {_node(ref)} --> {_node(address)}" for ref in resource.references() if kind_of(ref) != "pools"
            ]
    return lines


def _grouped(desired: Desired, states: Mapping[Address, str]) -> list[str]:
    """Return a node for each kind, and a line for each two of which resources refer to one another."""
    told: dict[str, list[str]] = defaultdict(list)
    references: Counter[tuple[str, str]] = Counter()
    for address, resource in desired.resources.items():
        if resource.kind != "pools":
            told[resource.kind].append(states.get(address, "waiting"))
            references.update((kind_of(ref), resource.kind) for ref in resource.references())
    nodes = [f'  {kind}["{kind}<br/>{summary(found)}"]' for kind, found in told.items()]
    lines = [
        f"  {one} -->|{count}| {other}"
        for (one, other), count in sorted(references.items())
        if "pools" not in (one, other) and one in told
    ]
    return nodes + lines


def _node(address: Address) -> str:
    return address.replace("/", "_").replace("-", "_")
