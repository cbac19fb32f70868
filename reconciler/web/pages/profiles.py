"""What the page of a dataset's data shows: each column's profile, and what changed from one version to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from reconciler.model.ids import Address
from reconciler.model.moves import names_told
from reconciler.model.text import counted
from reconciler.web.pages.distances import distance
from reconciler.web.pages.documents import Facts, document, items, mapping, mappings, number, numbers, text
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import RUN

MOST_COLUMNS, MOST_BARS, MOST_FINDINGS = 500, 40, 50
WIDTH, HEIGHT = 120, 26
"""Pixels of a column's picture."""
FAR = 0.1
"""A Jensen-Shannon distance that is marked: the limit that monitors have, unless a spec says otherwise."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a dataset: its run, since when it was in force, whether it is, whether its profile is here."""

    run: str
    since: str
    is_newest: bool
    has_profile: bool

    @property
    def digest(self) -> str:
        """Return what its run is called within its dataset."""
        return self.run.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Bars:
    """A column's values as a small picture: places and heights of bars in pixels, and the same in words."""

    bars: Sequence[tuple[float, float, float, float]]
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, figures in words, its picture, and what is new since the other version."""

    name: str
    type: str
    missing: str
    distinct: str
    spread: str
    picture: Bars | None
    target: str
    change: str
    distance: float | None
    is_far: bool

    @property
    def mark(self) -> str:
        """Return the distance with a sign that tells without colour whether it is far."""
        return "" if self.distance is None else f"{'▲ ' if self.is_far else ''}{self.distance:.3f}"


@dataclass(frozen=True, slots=True)
class Profile:
    """A version as its profile tells it, beside another one where there is one."""

    version: str
    other: str
    rows: str
    change: str
    columns: Sequence[Column]
    gone: Sequence[str]
    left_out: int
    preparations: Sequence[tuple[str, str, str]]
    findings: Sequence[tuple[str, str, str]]


def versions(one: Snapshot, address: Address) -> Sequence[Version]:
    """Return the versions of a dataset that the status branch tells of, the newest first."""
    facts = one.facts(address)
    newest = str(facts.get("version") or facts.get("run") or "")
    since = {text(told.get("version")): text(told.get("since")) for told in mappings(facts, "in_force")}
    there = [run for name in names_told(address, facts) for run in _profiled(one, name)]
    found = dict.fromkeys([newest, *reversed(since), *sorted(set(there))])
    return [
        Version(run, since.get(run, ""), run == newest, run in there)
        for run in sorted((run for run in found if RUN.fullmatch(run)), key=lambda run: run != newest)
    ]


def _profiled(one: Snapshot, address: str) -> list[str]:
    begin, end = f"reports/{address}/", "/profile.json"
    return [path[8 : -len(end)] for path in one.tree.files if path.startswith(begin) and path.endswith(end)]


def profile(one: Snapshot, version: str, other: str = "") -> Profile | None:
    """Return what a version is like, and how it differs from another one; None where its profile isn't here.

    Raises:
        Unavailable: the repository can't be read.
    """
    told = document(one.tree, f"reports/{version}/profile.json")
    before = document(one.tree, f"reports/{other}/profile.json") if other else {}
    columns, former = mapping(told, "columns"), mapping(before, "columns")
    if not told:
        return None
    key = text(mapping(told, "identifier").get("column"))
    found = [_column(str(name), mapping(columns, name), former, key) for name in list(columns)[:MOST_COLUMNS]]
    rows, then = number(told.get("rows")), number(before.get("rows"))
    return Profile(
        version,
        other if before else "",
        _count(rows),
        _grown(rows - then) if rows is not None and then is not None else "",
        sorted(found, key=lambda column: -(column.distance or 0.0)) if former else found,
        [str(name) for name in former if name not in columns][:MOST_COLUMNS] if before else [],
        len(columns) - len(found),
        [_preparation(made) for made in mappings(told, "preparations")[:MOST_FINDINGS]],
        [(_said(f, "severity"), _said(f, "what"), _said(f, "fix")) for f in mappings(told, "findings")[:MOST_FINDINGS]],
    )


def _said(told: Facts, key: str) -> str:
    return text(told.get(key))


def _preparation(told: Facts) -> tuple[str, str, str]:
    return _said(told, "name"), text(items(told, "columns")), _said(told, "reason")


def _column(name: str, told: Facts, former: Facts, key: str) -> Column:
    before = mapping(former, name)
    away = distance(before, told) if before and name != key else None
    return Column(
        name,
        text(told.get("type")) + (", identifier" if name == key else ""),
        _missing(told),
        _count(number(told.get("distinct"))),
        _spread(told),
        _picture(told),
        _target(mapping(told, "target_association")),
        _change(before, told) if before else "new column" if former else "",
        away,
        is_far=away is not None and away >= FAR,
    )


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _grown(rows: float) -> str:
    """Tell how many rows more there are, or fewer."""
    return f"{'+' if rows > 0 else '-' if rows < 0 else ''}{counted(int(abs(rows)), 'row')}"


def _brief(value: float) -> str:
    """Write a number with four digits, a large one in full."""
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e12 else f"{value:.4g}"


def _missing(told: Facts) -> str:
    share = number(told.get("missing_share"))
    return "" if share is None else "none" if share == 0 else f"{share:.2%}"


def _spread(told: Facts) -> str:
    low, high, mean = (number(told.get(key)) for key in ("minimum", "maximum", "mean"))
    if low is not None and high is not None:
        return f"{_brief(low)} to {_brief(high)}" + (f", mean {_brief(mean)}" if mean is not None else "")
    top = mappings(told, "top")[:3]
    return ", ".join(f"{text(one.get('value'))[:40]} ({_count(number(one.get('count')))})" for one in top)


_MEASURES = {"cramers_v": "Cramér's V", "point_biserial": "point-biserial r", "pearson": "Pearson's r"}


def _target(told: Facts) -> str:
    value, ends = number(told.get("value")), numbers(told, "interval")
    if value is None:
        return ""
    between = f" ({ends[0]:.3f} to {ends[1]:.3f})" if len(ends) == 2 and None not in ends else ""
    measure = text(told.get("measure"))
    return f"{_MEASURES.get(measure, measure.replace('_', ' '))} {value:.3f}{between}"


def _change(before: Facts, after: Facts) -> str:
    """Say what is new of a column: its type, how much is missing, its mean."""
    parts = []
    if before.get("type") != after.get("type"):
        parts.append(f"was {text(before.get('type'))}")
    missing = [number(told.get("missing_share")) for told in (before, after)]
    if None not in missing and abs((missing[1] or 0) - (missing[0] or 0)) >= 0.001:
        parts.append(f"missing {missing[0]:.1%} → {missing[1]:.1%}")
    means = [number(told.get("mean")) for told in (before, after)]
    if means[0] is not None and means[1] is not None and _brief(means[0]) != _brief(means[1]):
        parts.append(f"mean {_brief(means[0])} → {_brief(means[1])}")
    return ", ".join(parts)


def _picture(told: Facts) -> Bars | None:
    histogram = mapping(told, "histogram")
    counts = [count or 0.0 for count in numbers(histogram, "counts")][:MOST_BARS]
    words = "histogram: " + ", ".join(f"{count:,.0f}" for count in counts)
    if not counts:
        top = mappings(told, "top")[: MOST_BARS // 2]
        counts = [number(one.get("count")) or 0.0 for one in top]
        words = "most frequent: " + ", ".join(f"{text(one.get('value'))[:20]}" for one in top[:8])
    most = max(counts, default=0.0)
    if most <= 0:
        return None
    wide = WIDTH / max(len(counts), 6)
    heights = [round(max(0.0, count) / most * HEIGHT, 1) for count in counts]
    bars = [(round(n * wide, 1), round(HEIGHT - h, 1), round(wide - 1, 1), h) for n, h in enumerate(heights)]
    return Bars(bars, words)


def chosen(told: Sequence[Version], query: Mapping[str, str]) -> tuple[str, str]:
    """Return the version that is shown and the one that it is held against, as a URL's query says, else the newest."""
    there = {version.digest: version.run for version in told if version.has_profile}
    runs = list(there.values())
    shown = there.get(query.get("version", ""), next(iter(runs), ""))
    others = [run for run in runs if run != shown]
    asked = query.get("against", "")
    after = runs[runs.index(shown) + 1 :] if shown in runs else []
    usual = next(iter(after or others), "")
    wanted = there.get(asked, usual)
    return shown, "" if asked == "none" else wanted if wanted != shown else usual


def url(version: str, other: str) -> str:
    """Return the query that shows a version beside another one."""
    return "?" + urlencode({"version": version.rsplit("/", 1)[-1], "against": other.rsplit("/", 1)[-1] or "none"})
