"""Lineage by column: from which columns of its inputs each column of a query is made.

It is read from the query's words alone, as sqlglot understands them. A column that only chooses rows or orders them, in
WHERE, ON or ORDER BY, makes none.
"""

from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify

from runners.contract import InputError

Lineage = Mapping[str, Sequence[str] | None]
"""`input.column` of all that a column is made from; None where the query's words don't tell."""


def lineage_of(query: str, tables: Mapping[str, Mapping[str, str]], columns: Sequence[str]) -> Lineage:
    """Return from what each column of a query is made.

    Args:
        query: one SELECT in DuckDB's words.
        tables: the types of the inputs' columns in SQL, by column, by table.
        columns: names of the query's own columns, in their order.
    """
    try:
        parsed = sqlglot.parse_one(query, dialect="duckdb")
        whole = qualify(parsed, schema=dict(tables), dialect="duckdb")
    except (SqlglotError, RecursionError):
        return dict.fromkeys(columns)
    if not isinstance(whole, exp.Query) or any(map(_is_veiled, whole.walk())):
        return dict.fromkeys(columns)
    names = whole.named_selects
    if len(names) != len(columns):
        return dict.fromkeys(columns)
    return {column: _made_from(name, whole, tables) for column, name in zip(columns, names, strict=True)}


def _is_veiled(part: exp.Expr) -> bool:
    """Tell whether a part of a query stands for columns that it doesn't name: a whole row, a pattern, a pivot.

    So does a SELECT of columns without a FROM: whose they are depends on what is around it.
    """
    is_lost = isinstance(part, exp.Column) and not part.table and not _is_alias(part)
    is_of_others = isinstance(part, exp.Select) and not part.args.get("from_") and part.find(exp.Column)
    return bool(is_lost or is_of_others) or isinstance(part, exp.TableColumn | exp.Columns | exp.Pivot | exp.Summarize)


def _is_alias(column: exp.Column) -> bool:
    """Tell whether a name without a table is that of a column of the SELECT itself, as in ORDER BY."""
    around = column.parent_select
    return isinstance(around, exp.Query) and column.name in around.named_selects


def _made_from(name: str, whole: exp.Expr, tables: Mapping[str, Mapping[str, str]]) -> list[str] | None:
    known = {
        f"{table}.{column}".lower(): f"{table}.{column}" for table, columns in tables.items() for column in columns
    }
    try:
        nodes = list(lineage(name, whole, schema=dict(tables), dialect="duckdb").walk())
        if any(map(_is_lost, nodes)):
            return None
        return sorted({known[_place(node)] for node in nodes if isinstance(node.source, exp.Table)})
    except (SqlglotError, RecursionError, KeyError, ValueError):
        return None


def _is_lost(node: Node) -> bool:
    """Tell whether a last step still names columns, from which it couldn't be followed further."""
    is_last = not node.downstream and not isinstance(node.source, exp.Table)
    return is_last and node.expression.find(exp.Column) is not None


def _name(node: Node) -> str:
    """Return the name of a step's column in small letters: to SQL all letters are small."""
    return str(sqlglot.parse_one(node.name, dialect="duckdb").name).lower()


def _place(node: Node) -> str:
    """Return `input.column` of a column of an input, in small letters."""
    return f"{node.source.name.lower()}.{_name(node)}"


def check_hidden(made: Lineage, hidden: Mapping[str, frozenset[str]], declared: frozenset[str]) -> None:
    """See that what is made from a sensitive column is declared as sensitive itself.

    Args:
        made: from what each column is made.
        hidden: the sensitive columns of each input.
        declared: the columns that are declared as sensitive.

    Raises:
        InputError: one isn't.
    """
    secret = {f"{table}.{column}" for table, columns in hidden.items() for column in columns}
    for column, parts in made.items():
        if column in declared or not secret:
            continue
        told = sorted(secret if parts is None else secret.intersection(parts))
        if told:
            how = "may be made" if parts is None else "is made"
            what = f"{column} {how} from {told[0]}, which is sensitive"
            raise InputError(
                what, f"columns.{column}", "declare it with `sensitive: true`, or leave it out of the query"
            )
