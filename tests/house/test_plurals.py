"""A message that counts says `1 row` and `2 rows`: by `counted`, which every room can import."""

import ast
import re
from collections.abc import Iterator

from tests.house.yardstick import told
from tests.times import ROOT

NOUNS = ("row", "column", "trial", "file", "example", "task", "alert", "violation", "commit", "replica", "version")
"""What is counted; words that are verbs, too, such as `runs` and `answers`, can't be told from those."""
_AFTER = re.compile(rf" (?:{'|'.join(NOUNS)})s\b(?! of \w+ that)")
_MANY = re.compile(
    r"(?:\b(?:of|all|than|last|first|same|most|least|other|each|fewer|makes|up to|at)|\d|-) ?$", re.IGNORECASE
)
"""What stands before a number that is a bound, or one of which at least two are there."""


def uncounted(text: str) -> Iterator[int]:
    """Yield the lines of a module in which a figure that may be 1 stands before a plural."""
    for node in ast.walk(ast.parse(text)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for before, value, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False):
            if isinstance(value, ast.FormattedValue) and _is_plural(before, value, after):
                yield value.lineno


def _is_plural(before: object, value: ast.FormattedValue, after: object) -> bool:
    is_bound = isinstance(value.value, ast.Name) and value.value.id.isupper()
    first = str(before.value) if isinstance(before, ast.Constant) else ""
    rest = str(after.value) if isinstance(after, ast.Constant) else ""
    return not is_bound and not _MANY.search(first) and _AFTER.match(rest) is not None


def test_the_measure_finds_what_it_should() -> None:
    assert list(uncounted('f"{n} rows differ"')) == [1]
    assert list(uncounted('f"{a}: {len(n):,} rows"')) == [1]
    for text in ('f"of {n} rows"', 'f"more than {n} rows"', 'f"{MOST} rows"', 'f"{n} rowset"', 'f"{n}"'):
        assert list(uncounted(text)) == [], text


def test_no_message_says_one_rows() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "reconciler").rglob("*.py"))
        for line in uncounted(path.read_text())
    ]
    assert not found, told(found, "Say `counted(number, 'row')` of reconciler.model.text: 1 row, 2 rows.")
