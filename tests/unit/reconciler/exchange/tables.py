"""Random schemas: every type, bounds, values with quotes, line breaks and Unicode, names with dots and spaces."""

from typing import Any

from hypothesis import strategies as st

from reconciler.exchange.table import Table
from reconciler.model.kinds.datasets import Column
from reconciler.yaml.parse import FORBIDDEN

ODD = (
    "a.b", "a b", "null", "yes", "1e3", "0x1f", "2020-01-01", "ü", "\n", " ", "'\"", "#x", ": ", "{", "feature {",
    "${x}", "<<", "=", "~", "a/b", "%20", "-", "\\n", "\\", "@id", "$ref", "checks", "日本", "🙂", "\t",
)  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda letter: not FORBIDDEN.search(letter)), min_size=1, max_size=8
)
WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
NUMBERS = WHOLE | st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.sampled_from([0.0, 1.0, 0.05, 0.1, 1 / 3, 1e-300]) | st.floats(0, 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {"integer": WHOLE, "number": NUMBERS, "boolean": st.booleans()}
PATTERNS = ("^[A-Z]{2}$", "a\\d+", "(?i)x", "\\pL", "[[:alpha:]]", "ü'\"\n", "^(?:a|b)\\.c$", "[]a]")


@st.composite
def columns(draw: st.DrawFn) -> Column:
    """Draw a column that a spec may have."""
    kind = draw(st.sampled_from(["integer", "number", "string", "boolean", "datetime"]))
    told: dict[str, Any] = {"type": kind, "missing": draw(SHARES)}
    told |= {"unique": draw(st.booleans()), "sensitive": draw(st.booleans())}
    if kind in ("integer", "number"):
        low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
        told |= {"minimum": draw(st.sampled_from([low, None])), "maximum": draw(st.sampled_from([high, None]))}
    if draw(st.booleans()):
        told["enum"] = draw(st.lists(VALUES.get(kind, TEXTS), min_size=1, max_size=4))
    if kind == "string" and draw(st.booleans()):
        told["pattern"] = draw(st.sampled_from(PATTERNS))
    return Column.model_validate({key: value for key, value in told.items() if value is not None})


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table, in which an identifier may name the rows."""
    found = draw(st.dictionaries(TEXTS, columns(), min_size=1, max_size=4))
    return Table("loans", found, draw(st.sampled_from([None, *found])), draw(st.booleans()))
