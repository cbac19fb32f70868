"""The graph of an environment as a picture: a column for each kind, from data to monitors, drawn as SVG.

The kinds are the layers, so that no library has to find any. Within a column a node stands by the mean height of what
it is made from (the barycentre heuristic of Sugiyama, Tagawa and Toda, 1981), which crosses few lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model.ids import Address, kind_of
from reconciler.web.pages.snapshot import Snapshot

COLUMNS = ("datasets", "labels", "experiments", "promotions", "deployments", "monitors")
"""The kinds that are drawn, from the left; pools are what all others use."""
MOST_DRAWN = 200
"""Nodes above which the graph shows how many there are of each kind and state, and no lines."""
WIDTH, HEIGHT, GAP, STEP = 160, 44, 48, 58
"""Pixels: a node's width and height, between two columns, and from one node to the one below."""
_HEAD = 34
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A resource in the picture, with its place in pixels."""

    address: str
    name: str
    state: str
    x: int
    y: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture: heads of columns with their places, nodes, and lines as paths of SVG."""

    width: int
    height: int
    heads: Sequence[tuple[str, int]]
    nodes: Sequence[Node]
    lines: Sequence[tuple[str, str, str]]
    """From, to, and the path."""


def drawing(snapshot: Snapshot) -> Drawing | None:
    """Return the graph of an environment; None where it has none, or more than can be read."""
    states = {row.address: row.state for row in snapshot.rows if row.kind in COLUMNS}
    if not states or len(states) > MOST_DRAWN:
        return None
    columns = _columns(snapshot, states)
    x_of = {kind: n * (WIDTH + GAP) for n, kind in enumerate(columns)}
    nodes = {
        address: Node(address, _short(address), states[address], x_of[kind], _HEAD + n * STEP)
        for kind, members in columns.items()
        for n, address in enumerate(members)
    }
    lines = [
        (above, address, _line(nodes[above], node))
        for address, node in nodes.items()
        for above in map(str, snapshot.needs(address))
        if above in nodes
    ]
    height = _HEAD + max(len(members) for members in columns.values()) * STEP
    width = len(columns) * (WIDTH + GAP) - GAP
    return Drawing(width, height, tuple(x_of.items()), tuple(nodes.values()), tuple(lines))


def _columns(snapshot: Snapshot, states: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """Return the addresses of each kind that there is, in the order in which they stand below each other."""
    columns: dict[str, Sequence[str]] = {}
    heights: dict[str, float] = {}
    for kind in COLUMNS:
        members = sorted(address for address in states if kind_of(Address(address)) == kind)
        for address in members:
            above = [heights[a] for a in map(str, snapshot.needs(address)) if a in heights]
            heights[address] = sum(above) / len(above) if above else float(len(heights))
        if members:
            columns[kind] = sorted(members, key=lambda address: (heights[address], address))
            heights |= {address: float(n) for n, address in enumerate(columns[kind])}
    return columns


def _short(address: str) -> str:
    name = address.partition("/")[2]
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _line(above: Node, below: Node) -> str:
    """Return a line from a node to one in another column, or round the side to one in the same."""
    y1, y2 = above.y + HEIGHT // 2, below.y + HEIGHT // 2
    x1 = above.x + WIDTH
    if above.x == below.x:
        bend = x1 + GAP // 2
        return f"M{x1},{y1} C{bend},{y1} {bend},{y2} {x1},{y2}"
    x2, middle = below.x, (x1 + below.x) // 2
    return f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"
