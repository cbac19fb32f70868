"""The profile as one HTML page that needs nothing beside it: figures, violations, preparations, pictures, columns."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from runners.contract import Violation
from runners.counting import counted
from runners.ingest.profile.shown import visible
from runners.ingest.profile.statistics import apart, told_distinct

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;max-width:72rem;margin:2rem auto;padding:0 1rem;
overflow-wrap:anywhere}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}th,td{padding:.3rem .6rem;
text-align:left;border-bottom:1px solid #e4e7eb;vertical-align:top}th,.s,.n{overflow-wrap:normal;white-space:nowrap}
.wide table{min-width:34rem}td.n{text-align:right;font-variant-numeric:tabular-nums}
.bad{color:#c2410c}.good{color:#2f7d32}img{max-width:100%}small{color:#616e7c}code{font-size:12px}
.found{list-style:none;margin:0;padding:0}.found li{padding:.5rem 0 .5rem .8rem;margin:.5rem 0;
border-left:4px solid #cbd2d9}.found small{display:block}.found b{margin-right:.3rem}
.found .error{border-color:#ba2525}.found .warning{border-color:#de911d}
.m{width:auto}.m td,.m th{padding:.15rem .3rem;font-size:11px}.m thead div{writing-mode:vertical-rl}
.error b{color:#ba2525}.warning b{color:#b44d12}.info b{color:#616e7c}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#e4e7eb}th,td{border-color:#323f4b}
img{background:#fff;border-radius:4px}small{color:#9aa5b1}.bad{color:#fb923c}.good{color:#81c784}
.found li{border-color:#52606d}.error b{color:#f29b9b}.warning b{color:#f7c948}.info b{color:#9aa5b1}}
"""
_ESTIMATES = (
    "≈ is an estimate. Quantiles, bars and frequencies of columns with many values are estimates, too: "
    "<code>bounds</code> in <code>profile.json</code> says how far they may be off."
)
_MEASURES = (
    "Spearman's rho of numbers and dates, Cramér's V of classes, the correlation ratio of a number with classes: 0 is "
    "nothing in common, 1 and -1 all."
)
_META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
_NOTHING = '<p class="good">Nothing odd was found.</p>'
_NOUNS = {"images": "image", "audio": "recording", "texts": "text"}
_SHORT = 12
"""Characters of a text that is never broken."""
_LONGEST_NAME = 24
"""Characters of a column's name in the matrix."""
_DARKEST = 0.6
"""How dark a cell of the matrix is at most: its figure is read on it, on a light page and on a dark one."""
_MIDNIGHT = "T00:00:00+00:00"
_HEADINGS = ("column", "type", "missing", "distinct", "minimum", "mean", "maximum", "most frequent", "with the target")


def write_page(
    path: Path, name: str, profile: Mapping[str, Any], violations: Sequence[Violation], picture: Path
) -> None:
    """Write a profile as an HTML page, its picture inside."""
    parts = [
        f"<h1>{escape(name)}</h1>",
        f"<p>{_summary(profile)}</p>",
        _verdict(violations),
        _findings(profile.get("findings", ())),
        _sides(profile.get("sides", {})),
        _preparations(profile.get("preparations", ())),
        f'<h2>Distributions</h2><img alt="distributions" src="data:image/png;base64,{_encoded(picture)}">',
        _correlations(profile.get("correlations", {})),
        _columns(profile.get("columns", {})),
    ]
    body = "\n".join(parts)
    head = f"{_META}<title>{escape(name)}: profile</title><style>{_STYLE}</style>"
    path.write_text(f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n', "utf-8")


def _summary(profile: Mapping[str, Any]) -> str:
    told = [counted(profile["rows"], _NOUNS.get(profile["kind"], "row"))]
    if "columns" in profile:
        told.append(counted(len(profile["columns"]), "column"))
    if profile.get("target"):
        told.append(f"target {escape(profile['target']['column'])}")
    return ", ".join(told)


def _verdict(violations: Sequence[Violation]) -> str:
    if not violations:
        return '<p class="good">The schema holds.</p>'
    rows = ((v.where, v.what, v.fix) for v in violations)
    heading = f'<h2 class="bad">{len(violations)} violations</h2>'
    return heading + _table(("where", "what", "what to do"), rows)


def _sides(sides: Mapping[str, Mapping[str, Any]]) -> str:
    def classes(side: Mapping[str, Any]) -> str:
        return ", ".join(f"{name} {share:.1%}" for name, share in list(side.get("classes", {}).items())[:10])

    rows = [(name, side["rows"], f"{side['share']:.2%}", classes(side)) for name, side in sides.items()]
    return "<h2>Sides</h2>" + _table(("side", "rows", "share", "classes"), rows) if rows else ""


def _findings(found: Sequence[Mapping[str, Any]]) -> str:
    """Write what is odd, the most severe first."""
    parts = "".join(
        f'<li class="{escape(one["severity"])}"><b>{escape(one["severity"])}</b>{escape(visible(one["what"]))}'
        f"<small>{escape(visible(one['fix']))} <code>{escape(one['kind'])}</code></small></li>\n"
        for one in found
    )
    return f'<h2>Findings</h2><ul class="found">\n{parts}</ul>' if parts else _NOTHING


def _preparations(found: Iterable[Mapping[str, Any]]) -> str:
    rows = [(p["name"], ", ".join(p["columns"]), p["reason"]) for p in found]
    return "<h2>Needed preparations</h2>" + _table(("preparation", "columns", "why"), rows) if rows else ""


def _correlations(found: Mapping[str, Any]) -> str:
    """Write the matrix of how columns go with each other, the stronger the darker."""
    if not found:
        return ""
    names, matrix = found["matrix"]["columns"], found["matrix"]["values"]
    head = "".join(f"<th><div>{escape(_cut(name))}</div></th>" for name in names)
    rows = "".join(
        f"<tr><th>{escape(_cut(name))}</th>{''.join(map(_shade, values))}</tr>\n"
        for name, values in zip(names, matrix, strict=True)
    )
    is_part = len(names) < found["columns"]
    few = f", the {len(names)} of {found['columns']} columns that go most with another" if is_part else ""
    left = f"; {counted(found['left_out'], 'column')} more weren't compared" if found["left_out"] else ""
    note = f"<p><small>{_MEASURES} In {counted(found['sampled_rows'], 'row')} of a sample{few}{left}.</small></p>"
    table = f'<table class="m"><thead><tr><th></th>{head}</tr></thead><tbody>\n{rows}</tbody></table>'
    return f'<h2>Correlations</h2>{note}<div class="wide">{table}</div>'


def _shade(value: float | None) -> str:
    """Write a cell of the matrix: blue for what rises together or goes together, orange for what falls."""
    if value is None:
        return "<td></td>"
    color = "222,145,29" if value < 0 else "59,130,246"
    return f'<td class="n" style="background:rgba({color},{_DARKEST * abs(value):.2f})">{round(value, 2) + 0:.2f}</td>'


def _cut(name: str) -> str:
    return visible(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…")


def _columns(columns: Mapping[str, Mapping[str, Any]]) -> str:
    if not columns:
        return ""
    is_rough = any("bounds" in column for column in columns.values())
    note = f"<p><small>{_ESTIMATES}</small></p>" if is_rough else ""
    return "<h2>Columns</h2>" + _table(_HEADINGS, (_row(name, column) for name, column in columns.items())) + note


def _row(name: str, column: Mapping[str, Any]) -> tuple[Any, ...]:
    top = _most_frequent(column)
    association = column.get("target_association")
    goes = f"{association['value']:.3f} {association['measure']}" if association else ""
    extremes = (_day(column.get(key, "")) for key in ("minimum", "mean", "maximum"))
    distinct = told_distinct(column) if "distinct" in column.get("bounds", ()) else column["distinct"]
    unit = f" ({column['unit']})" if "unit" in column else ""
    meaning = f": {column['description']}" if "description" in column else ""
    return (f"{name}{unit}{meaning}", column["type"], f"{column['missing_share']:.2%}", distinct, *extremes, top, goes)


def _day(value: Any) -> Any:
    """Return a moment at midnight as its day; everything else as it is."""
    return value.removesuffix(_MIDNIGHT) if isinstance(value, str) else value


def _most_frequent(column: Mapping[str, Any]) -> str:
    if column.get("sensitive"):
        return "sensitive"
    if 1 < column["count"] == column["distinct"] and column.get("top"):
        return "none occurs twice" + _languages(column.get("languages", {}))
    top = column.get("top", ())[:4]
    names = apart([str(value["value"]) for value in top])
    return ", ".join(
        f"{name} ({t['count'] / column['count']:.0%})" for name, t in zip(names, top, strict=True)
    ) + _languages(column.get("languages", {}))


def _languages(languages: Mapping[str, Any]) -> str:
    """Say in which languages the texts of a column are."""
    top = ", ".join(f"{one['value']} {one['share']:.0%}" for one in languages.get("top", ())[:4])
    return f"; in {top} of the {languages['texts']:,} texts whose language is told" if top else ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def _cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f'<td class="n">{value:,.6g}</td>' if isinstance(value, float) else f'<td class="n">{value:,}</td>'
    mark = ' class="s"' if len(str(value)) <= _SHORT else ""
    return f"<td{mark}>{escape(str(value))}</td>"


def _encoded(picture: Path) -> str:
    return base64.b64encode(picture.read_bytes()).decode("ascii")
