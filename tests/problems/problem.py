"""Problems: a table, what is to be predicted of it, and by which model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tests.problems.columns import KINDS, NAMES, Column, column_of, columns
from tests.problems.gaps import UNSAYABLE

FORMATS = ("csv", "jsonl", "parquet", "sql")
FAMILIES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "binary": ("logistic", "tree", "gbm", "forest", "mlp"),
        "multiclass": ("logistic", "tree", "gbm", "forest", "mlp"),
        "regression": ("linear", "tree", "gbm", "forest", "mlp"),
    }
)
CHEAP: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "gbm": {"n_estimators": 8, "min_child_samples": 3},
        "forest": {"n_estimators": 5},
        "mlp": {"hidden_layer_sizes": [4], "max_iter": 20},
    }
)
"""Parameters that let a family be done at once."""
METRIC: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "binary": {"name": "roc_auc", "goal": "maximize"},
        "multiclass": {"name": "accuracy", "goal": "maximize"},
        "regression": {"name": "rmse", "goal": "minimize"},
    }
)
CODINGS: Mapping[str, Mapping[str, tuple[str, Sequence[Any]]]] = MappingProxyType(
    {
        "binary": {
            "text": ("text", ("no", "yes")),
            "long text": ("text", ("x" * 94 + "a", "x" * 94 + "b")),
            "number": ("few integers", (0, 1)),
            "odd number": ("integer", (5, 17)),
            "truth": ("boolean", (False, True)),
        },
        "multiclass": {
            "text": ("text", ("low", "mid, dle", "größte")),
            "number": ("few integers", (1, 2, 3)),
            "wide number": ("integer", (9, 10, 100)),
        },
    }
)
"""How classes are coded: the kind of their column, and the classes."""
IDENTIFIERS = ("first", "last", "nowhere")
TARGET, IDENTIFIER = "y", "id"


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole problem. `columns` are in the order of the source; `identifier` is one of them, or none."""

    format: str
    columns: tuple[Column, ...]
    task: str
    family: str
    seed: int
    identifier: str | None = None
    target: str = TARGET

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print a problem on a few lines, not cell by cell."""
        printer.text(repr(self))

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.columns[0].values)

    @property
    def runner(self) -> str:
        """Return what trains it."""
        return "tabular"

    @property
    def params(self) -> Mapping[str, Any]:
        """Return the trial's own values."""
        return {"model": self.family, **CHEAP.get(self.family, {})}

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def features(self) -> tuple[Column, ...]:
        """Return the columns that may be learned from."""
        others = (self.identifier, self.target)
        return tuple(c for c in self.columns if c.name not in others and KINDS[c.kind].is_feature)

    def taking(self, rows: Sequence[int]) -> "Problem":
        """Return the problem with some of its rows."""
        taken = (column_of(c.name, c.kind, [c.values[row] for row in rows]) for c in self.columns)
        return replace(self, columns=tuple(taken))


@st.composite
def problems(
    draw: st.DrawFn,
    rows: st.SearchStrategy[int],
    kinds: Sequence[str] = tuple(KINDS),
    formats: Sequence[str] = FORMATS,
    identifiers: Sequence[str] = IDENTIFIERS,
) -> Problem:
    """Draw a problem."""
    count, format_ = draw(rows), draw(st.sampled_from(formats))
    kinds = [kind for kind in kinds if (format_, kind) not in UNSAYABLE]
    drawn: list[Column] = []
    for _ in range(draw(st.integers(1, 4))):
        free = [name for name in NAMES if name.lower() not in {column.name.lower() for column in drawn}]
        drawn.append(draw(columns(count, kinds, free)))
    task = draw(st.sampled_from(tuple(FAMILIES)))
    seed = draw(st.integers(0, 3))
    drawn.insert(draw(st.integers(0, len(drawn))), draw(_targets(task, drawn[0], seed)))
    where = draw(st.sampled_from(identifiers))
    if where != "nowhere":
        place = 0 if where == "first" else len(drawn)
        drawn.insert(place, draw(_identifiers(count)))
    family = draw(st.sampled_from(FAMILIES[task]))
    identifier = None if where == "nowhere" else IDENTIFIER
    return Problem(format_, tuple(_as_held(column, format_) for column in drawn), task, family, seed, identifier)


def _as_held(column: Column, format_: str) -> Column:
    """Return a column as a source of a format can hold it: SQLite knows no truths but 0 and 1."""
    if (format_, column.kind) != ("sql", "boolean"):
        return column
    return column_of(column.name, "few integers", [value if value is None else int(value) for value in column.values])


@st.composite
def _identifiers(draw: st.DrawFn, rows: int) -> Column:
    kind, first = draw(st.sampled_from((("integer", 1), ("beyond 2^53", 2**53), ("text", 0))))
    names = range(first, first + rows)
    return column_of(IDENTIFIER, kind, [f"row-{name:04}" for name in names] if kind == "text" else names)


@st.composite
def _targets(draw: st.DrawFn, task: str, cause: Column, seed: int) -> Column:
    """Draw a target that mostly follows from a column."""
    chance = Random(seed)
    order = {value: place for place, value in enumerate(sorted(set(map(repr, cause.values))))}
    noise = draw(st.sampled_from((0.1, 0.4)))
    latent = [order[repr(value)] if chance.random() > noise else chance.randrange(6) for value in cause.values]
    gap = draw(st.sampled_from((0.0, 0.0, 0.1)))
    if task == "regression":
        whole = draw(st.booleans())
        numbers = [3 * base + (chance.randrange(9) if whole else round(chance.gauss(), 3) + 0.0) for base in latent]
        values, kind = numbers, "integer" if whole else "number"
    else:
        kind, classes = CODINGS[task][draw(st.sampled_from(tuple(CODINGS[task])))]
        values = [classes[base % len(classes)] for base in latent]
    return column_of(TARGET, kind, [None if chance.random() < gap else value for value in values])
