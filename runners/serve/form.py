"""An endpoint's page for people: a form with the model's columns, that asks by version 1 and shows the answer.

It is one file that needs nothing beside it. Its policy lets it run its own script alone, and ask where it came from.
"""

import base64
import hashlib
import json
from html import escape

from runners.models import Column, Signature
from runners.models.explaining import is_explainable
from runners.serve.openapi import is_moment, is_picture
from runners.serve.why import WHY

MOST_COLUMNS = 500
"""Columns that a form has fields for; of a model of more, all but these are asked by the protocol."""
MOST_CHOICES = 200
"""Values above which a field is free: a list of more is no help."""
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;max-width:52rem;margin:2rem auto;padding:0 1rem;
overflow-wrap:anywhere}form{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.8rem 1.2rem}
label{display:block;font-size:13px;color:#52606d}input,select{font:inherit;color:inherit;background:inherit;
width:100%;box-sizing:border-box;padding:.35rem .5rem;border:1px solid #cbd2d9;border-radius:4px;margin-top:.15rem}
button{font:inherit;padding:.45rem 1.2rem;border:0;border-radius:4px;background:#2457a6;color:#fff;cursor:pointer}
.all{grid-column:1/-1}.bad{color:#c2410c}pre{background:#f5f7fa;padding:.7rem;border-radius:4px;white-space:pre-wrap}
meter{width:12rem;vertical-align:middle}small{color:#616e7c}td{padding:.15rem .8rem .15rem 0}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#e4e7eb}label,small{color:#9aa5b1}
input,select{border-color:#52606d}option{background:#14181d}pre{background:#1f2933}.bad{color:#fb923c}}
"""
_SCRIPT = (
    WHY
    + """
const form = document.querySelector("form"), shown = document.querySelector("output");
const path = location.pathname.replace(/\\/?$/, "/") + document.body.dataset.path;
const write = (tag, text, kind) => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const read = async field => {
  if (field.type === "file") {
    if (!field.files.length) return null;
    const bytes = new Uint8Array(await field.files[0].arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return {b64: btoa(text)};
  }
  const text = field.value.trim(), kind = field.dataset.kind;
  if (text === "") return null;
  if (kind === "boolean") return text === "true";
  return kind === "number" && !isNaN(Number(text)) ? Number(text) : text;
};
const bars = (classes, shares) => {
  const table = document.createElement("table");
  const pairs = classes.map((name, place) => [name, shares[place] ?? shares[name]]);
  for (const [name, share] of pairs.sort((a, b) => b[1] - a[1])) {
    const row = table.insertRow(), meter = document.createElement("meter");
    meter.value = share;
    row.insertCell().textContent = name;
    row.insertCell().append(meter);
    row.insertCell().textContent = (100 * share).toFixed(1) + " %";
  }
  return table;
};
form.addEventListener("submit", async event => {
  event.preventDefault();
  const row = {};
  for (const field of form.querySelectorAll("[name]")) {
    row[field.name] = await read(field);
  }
  const body = JSON.stringify({instances: [row]});
  shown.replaceChildren(write("p", "Asking …"));
  try {
    const answer = await fetch(path, {method: "POST", headers: {"Content-Type": "application/json"}, body});
    const told = await answer.json();
    if (!answer.ok) return shown.replaceChildren(write("p", told.error, "bad"));
    const target = document.body.dataset.target, said = told.predictions[0];
    const parts = [write("h2", target + ": " + (Array.isArray(said) ? said.join(", ") || "none" : said))];
    const classes = JSON.parse(document.body.dataset.classes), positive = document.body.dataset.positive;
    if (told.probabilities) parts.push(bars(classes, told.probabilities[0]));
    if (told.predicted_probability) parts.push(bars([positive], told.predicted_probability));
    const covered = "Made to hold the truth in " + document.body.dataset.share + " of 100 rows: ";
    const ends = (told.lower || []).concat(told.upper || []).map(end => Number(end.toPrecision(6)));
    if (told.lower) parts.push(write("p", covered + ends.join(" to ")));
    if (told.set) parts.push(write("p", covered + told.set[0].join(", ")));
    const why = document.createElement("div");
    parts.push(why, write("small", "Request and answer"));
    parts.push(write("pre", "POST " + path + "\\n" + body.slice(0, 4000)), write("pre", JSON.stringify(told, null, 2)));
    shown.replaceChildren(...parts);
    if (document.body.dataset.explain) explain(why, body);
  } catch (error) {
    shown.replaceChildren(write("p", "The endpoint doesn't answer: " + error.message, "bad"));
  }
});
"""
)
_META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_digest(_STYLE)}; script-src {_digest(_SCRIPT)}; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser lets the page do (https://www.w3.org/TR/CSP3/)."""


def form(name: str, signature: Signature) -> str:
    """Return the page.

    Args:
        name: the model's name in the protocol's paths.
        signature: what the model takes and answers.
    """
    columns = signature.asked[:MOST_COLUMNS]
    fields = [_field(column, signature) for column in columns]
    more = len(signature.asked) - len(columns)
    if more:
        what = f"The model takes {more:,} columns more than a form has room for: ask it by the protocol."
        fields.append(f'<p class="all bad">{what}</p>')
    else:
        fields.append('<p class="all"><button>Ask</button></p>')
    data = {
        "path": f"v1/models/{name}:predict",
        "target": signature.target,
        "classes": json.dumps([str(one) for one in signature.classes]),
        "positive": str(signature.positive),
        "explain": "1" if is_explainable(signature) else "",
        "share": f"{100 * signature.coverage.share:.4g}" if signature.coverage else "",
    }
    attributes = " ".join(f'data-{key}="{escape(value)}"' for key, value in data.items())
    head = f"{_META}<title>{escape(name)}</title><style>{_STYLE}</style>"
    body = (
        f"<h1>{escape(name)}</h1>\n<p>{_told(signature)}</p>\n<form>{''.join(fields)}</form>\n"
        f"<output></output>\n<script>{_SCRIPT}</script>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body {attributes}>\n{body}\n</body></html>\n'


def _told(signature: Signature) -> str:
    told = f"A model of <b>{escape(signature.target)}</b>. What is left empty is missing. "
    return told + 'Programs ask as <a href="openapi.json">openapi.json</a> says.'


def _field(column: Column, signature: Signature) -> str:
    if is_picture(column, signature):
        kind, field = "picture", f'<input type="file" accept="image/*" name="{escape(column.name)}">'
    elif is_moment(column, signature):
        kind, field = "moment", _input(column, "text", "2026-05-01T12:00:00Z")
    elif choices := _choices(column, signature):
        kind, field = "", _select(column, choices)
    else:
        is_text = column.datatype == "BYTES"
        kind, field = ("text", _input(column, "text")) if is_text else ("number", _input(column, "number"))
    return f"<label>{escape(column.name)}{f' <small>{kind}</small>' if kind else ''}{field}</label>"


def _choices(column: Column, signature: Signature) -> tuple[str, ...]:
    """Return the values that a column held, where they are few and may be shown."""
    if column.datatype == "BOOL":
        return ("true", "false")
    known = signature.schema.columns.get(column.name) if signature.schema else None
    if known is None or known.is_sensitive or len(known.categories) > MOST_CHOICES:
        return ()
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in known.categories)


def _select(column: Column, choices: tuple[str, ...]) -> str:
    kind = {"BYTES": "text", "BOOL": "boolean"}.get(column.datatype, "number")
    options = "".join(f'<option value="{escape(one)}">{escape(one)}</option>' for one in choices)
    return (
        f'<select name="{escape(column.name)}" data-kind="{kind}"><option value="">missing</option>{options}</select>'
    )


def _input(column: Column, kind: str, example: str = "") -> str:
    hint = f' placeholder="{example}"' if example else ""
    mode = ' inputmode="decimal"' if kind == "number" else ""
    return f'<input name="{escape(column.name)}" data-kind="{kind}" autocomplete="off"{mode}{hint}>'
