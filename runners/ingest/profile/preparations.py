"""Preparations that the data needs before a model learns from it, each named with its columns and its reason.

Found in a profile, not made: what is done about them is a trainer's decision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runners.counting import counted
from runners.ingest.profile.statistics import apart, told_distinct

Profile = Mapping[str, Mapping[str, Any]]
"""The profiles of columns by name, as `statistics.describe` makes them."""

LEAK = 0.98
"""Absolute association with the target above which a column probably holds the answer."""
RARE_SHARE = 0.01
IMBALANCE = 0.2
NAMING_SHARE = 0.9
"""Share of distinct texts above which a column names rows instead of telling something about them."""
MANY_CLASSES = 50
FREE = 20
"""Characters that the texts of a column have on average, above which they are sentences and no categories."""
WIDE_STD = 10.0
NARROW_STD = 0.1
OFF_CENTRE = 10.0


@dataclass(frozen=True)
class Roles:
    """The columns that the spec gives a role to."""

    identifier: str | None = None
    target: str | None = None
    timestamp: str | None = None
    fixed: frozenset[str] = frozenset()
    """Columns that hold one value by nature."""

    def features(self, columns: Profile) -> dict[str, Mapping[str, Any]]:
        """Return the columns that a model may learn from."""
        others = {self.identifier, self.target, self.timestamp, *self.fixed}
        return {name: c for name, c in columns.items() if name not in others}


def find_preparations(columns: Profile, roles: Roles) -> list[dict[str, Any]]:
    """Return the needed preparations as JSON: `name`, `columns`, `reason`."""
    features = roles.features(columns)
    found = [*_useless(features), *_gaps(features), *_classes(features), *_scales(features), *_leaks(features)]
    if roles.target is not None and roles.target in columns:
        found += _target(roles.target, columns[roles.target])
    return found


def preparation(name: str, columns: Sequence[str], reason: str) -> dict[str, Any]:
    """Return one preparation as JSON."""
    return {"name": name, "columns": list(columns), "reason": reason}


def _useless(features: Profile) -> Iterator[dict[str, Any]]:
    empty = [name for name, c in features.items() if not c["count"] and c["missing"]]
    if empty:
        yield preparation("drop_empty", empty, "they hold no value at all")
    constant = [name for name, c in features.items() if c["distinct"] == 1]
    if constant:
        yield preparation("drop_constant", constant, "they hold the same value in every row that has one")
    own = [name for name, c in features.items() if _names_rows(c)]
    names = [name for name in own if not is_free_text(features[name])]
    if names:
        shares = _listed(f"{name} {told_distinct(features[name])}" for name in names)
        yield preparation("drop_identifiers", names, f"nearly every row has a value of its own (distinct: {shares})")

    texts = [name for name in own if name not in names]
    if texts:
        yield preparation("count_terms", texts, "they hold free texts, nearly each of its own: learn from their words")


def is_free_text(column: Mapping[str, Any]) -> bool:
    """Tell whether a column holds sentences, rather than categories or keys, which are short or of one length."""
    length = column.get("length") or {}
    is_long = bool(length) and length["mean"] > FREE and length["maximum"] > length["minimum"]
    return bool(column["type"] == "string" and is_long)


def _names_rows(column: Mapping[str, Any]) -> bool:
    if column["count"] <= MANY_CLASSES or column["type"] not in ("string", "integer"):
        return False
    share = column["distinct"] / column["count"]
    return bool(share > NAMING_SHARE if column["type"] == "string" else share == 1)


def _gaps(features: Profile) -> Iterator[dict[str, Any]]:
    gaps = {name: c["missing_share"] for name, c in features.items() if c["missing"] and c["count"]}
    if gaps:
        shares = _listed(f"{name} {share:.2%}" for name, share in sorted(gaps.items(), key=lambda gap: -gap[1]))
        yield preparation("impute", list(gaps), f"values are missing: {shares}")
    infinite = [name for name, c in features.items() if c.get("infinite")]
    if infinite:
        yield preparation("clip_infinite", infinite, "they hold infinite numbers")


def _classes(features: Profile) -> Iterator[dict[str, Any]]:
    texts = {
        name: c for name, c in features.items() if c["type"] == "string" and c["distinct"] > 1 and not _names_rows(c)
    }
    if texts:
        yield preparation("encode", list(texts), "they hold categories as text")
    many = [name for name, c in texts.items() if c["distinct"] > MANY_CLASSES]
    if many:
        counts = _listed(f"{name} {told_distinct(texts[name])}" for name in many)
        yield preparation("encode_by_target_or_hash", many, f"too many categories for a column each: {counts}")
    rare = {name: values for name, c in texts.items() if (values := _rare(c))}
    if rare:
        shown = _listed(f"{name} {len(values)}" for name, values in rare.items())
        yield preparation("group_rare", list(rare), f"categories with under {RARE_SHARE:.0%} of the rows: {shown}")


def _rare(column: Mapping[str, Any]) -> list[Any]:
    is_short = column["distinct"] <= len(column["top"])
    return [t["value"] for t in column["top"] if is_short and t["count"] < RARE_SHARE * column["count"]]


def _scales(features: Profile) -> Iterator[dict[str, Any]]:
    wide = {name: c for name, c in features.items() if "std" in c and c["distinct"] > 2 and _is_off_scale(c)}
    wide = {name: c for name, c in wide.items() if not _names_rows(c)}
    if wide:
        spreads = _listed(f"{name} {c['mean']:.3g} ± {c['std']:.3g}" for name, c in wide.items())
        yield preparation("scale", list(wide), f"far from mean 0 and deviation 1: {spreads}")


def _is_off_scale(column: Mapping[str, Any]) -> bool:
    std = column["std"]
    return bool(std > 0 and (std > WIDE_STD or std < NARROW_STD or abs(column["mean"]) > OFF_CENTRE * std))


def _leaks(features: Profile) -> Iterator[dict[str, Any]]:
    strong = {
        name: c["target_association"]
        for name, c in features.items()
        if c.get("target_association") and abs(c["target_association"]["value"]) > LEAK
    }
    if strong:
        shown = _listed(f"{name} {a['measure']} {a['value']:.3f}" for name, a in strong.items())
        yield preparation("check_leakage", list(strong), f"they almost give the target away: {shown}")


def _target(name: str, column: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if column["missing"]:
        reason = f"the target is missing in {counted(column['missing'], 'row')}, which can't be learned from"
        yield preparation("drop_rows_without_target", [name], reason)
    top = column.get("top", [])
    if len(top) > 1 and column["distinct"] <= len(top):
        share = top[-1]["count"] / column["count"]
        if share < IMBALANCE / (len(top) - 1):
            rarest, commonest = apart([str(top[-1]["value"]), str(top[0]["value"])])
            reason = f"class {rarest} has {share:.1%} of the rows, class {commonest} "
            yield preparation("balance_classes", [name], reason + f"{top[0]['count'] / column['count']:.1%}")


def _listed(parts: Iterator[str], most: int = 6) -> str:
    shown = list(parts)
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
