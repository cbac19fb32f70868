"""Mutation operators: pure functions from source text to the small faults that could be in it.

A mutant replaces one span and keeps the number of lines, so that it is told as a difference of one line. What no test
could or should notice is left alone: annotations, decorators, docstrings, the words of messages, lines of the log.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any

COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
ARITHMETIC = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: (r"\*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitOr: (r"\|", "&"),
    ast.BitAnd: ("&", "|"),
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
LOGS = {"log", "_log", "logger"}
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params"}
_TESTED = (ast.If, ast.While, ast.IfExp)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """One span of the source, in bytes, and what stands there instead."""

    start: int
    end: int
    text: str
    operator: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small fault: in which file, at which line, and the lines before and after."""

    path: str
    line: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names it as long as its line stays as it is, wherever that line moves."""
        return self.path, self.before, self.after

    @property
    def difference(self) -> str:
        """Return it as a person reads it."""
        lines = [f"- {line}" for line in self.before.splitlines()] + [f"+ {line}" for line in self.after.splitlines()]
        return "\n".join((f"{self.path}:{self.line}: {self.operator}", *lines))


def mutants(path: str, text: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of their places."""
    finder = _Finder(text)
    finder.visit(ast.parse(text, path))
    return [_mutant(path, text, edit) for edit in sorted(set(finder.edits))]


def _mutant(path: str, text: str, edit: Edit) -> Mutant:
    source = text.encode()
    mutated = (source[: edit.start] + edit.text.encode() + source[edit.end :]).decode()
    changed = [pair for pair in zip(text.splitlines(), mutated.splitlines(), strict=True) if pair[0] != pair[1]]
    before, after = ("\n".join(filter(None, map(str.strip, side))) for side in zip(*changed, strict=True))
    return Mutant(path, source.count(b"\n", 0, edit.start) + 1, edit.operator, before, after, mutated)


class _Finder(ast.NodeVisitor):
    """Walks a module and collects the edits."""

    def __init__(self, text: str) -> None:
        self.edits: list[Edit] = []
        self._source = text.encode()
        self._starts = list(accumulate((len(line) for line in self._source.splitlines(keepends=True)), initial=0))

    def generic_visit(self, node: ast.AST) -> None:
        """Look at a node and at what is in it, except what is never mutated."""
        self._look(node)
        values = [value for name, value in ast.iter_fields(node) if name not in _UNTOUCHED]
        for child in chain.from_iterable(value if isinstance(value, list) else [value] for value in values):
            if isinstance(child, ast.AST):
                self.visit(child)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave the words of messages as they are."""

    def visit_Expr(self, node: ast.Expr) -> None:
        """Drop a call whose value nobody takes, unless it only tells."""
        if isinstance(node.value, ast.Call) and not _is_log(node.value):
            self._drop(node, "drop a call")
        if not isinstance(node.value, ast.Constant) and not _is_log(node.value):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Leave aliases of types as they are, and settings: a number that has a name, by which the tests take it."""
        if not (node.col_offset == 0 and _is_setting(node.value)):
            self.generic_visit(node)

    def _look(self, node: ast.AST) -> None:
        """Collect what one node can become."""
        if isinstance(node, _TESTED) and not isinstance(node.test, ast.Constant):
            self._negate(node.test)
        look = _LOOKS.get(type(node))
        if look is not None:
            look(self, node)

    def comprehension(self, node: ast.comprehension) -> None:
        """Turn each filter round."""
        for test in node.ifs:
            self._negate(test)

    def compare(self, node: ast.Compare) -> None:
        """Move a bound by the point on it; turn an equality round."""
        for (left, right), operator in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            old, new = COMPARISONS[type(operator)]
            self._between(left, right, old, new, "comparison")

    def both(self, node: ast.BoolOp) -> None:
        """Take `or` for `and`, and `and` for `or`."""
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            self._between(left, right, old, new, "and/or")

    def unary(self, node: ast.UnaryOp) -> None:
        """Take a `not` away, or a sign."""
        if isinstance(node.op, ast.Not | ast.USub):
            start, operand = self._start(node), self._start(node.operand)
            length = 4 if isinstance(node.op, ast.Not) else 1
            if start + length <= operand:
                name = "remove not" if length > 1 else "remove a sign"
                self.edits.append(Edit(start, start + length, "", name))

    def arithmetic(self, node: ast.BinOp) -> None:
        """Take another arithmetic operator; texts have only one."""
        if type(node.op) in ARITHMETIC and not (_is_text(node.left) or _is_text(node.right)):
            old, new = ARITHMETIC[type(node.op)]
            self._between(node.left, node.right, old, new, "arithmetic")

    def added(self, node: ast.AugAssign) -> None:
        """Take another arithmetic operator in place."""
        if type(node.op) in ARITHMETIC and not _is_text(node.value):
            old, new = ARITHMETIC[type(node.op)]
            self._between(node.target, node.value, f"{old}=", f"{new}=", "arithmetic")

    def constant(self, node: ast.Constant) -> None:
        """Take the next number, and the other truth."""
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value), "truth")
        elif isinstance(node.value, int | float):
            self._replace(node, repr(node.value + 1), "number")

    def returned(self, node: ast.Return) -> None:
        """Return nothing."""
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._replace(node.value, "None", "return nothing")

    def raised(self, node: ast.Raise) -> None:
        """Go on in silence."""
        self._drop(node, "drop a raise")

    def turned(self, node: ast.Continue | ast.Break) -> None:
        """Leave a loop for its next turn, and go on for leaving it."""
        self._replace(node, "break" if isinstance(node, ast.Continue) else "continue", "loop")

    def called(self, node: ast.Call) -> None:
        """Take the largest for the smallest, and one for all."""
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            self._replace(node.func, NAMES[node.func.id], "name")

    def _negate(self, test: ast.expr) -> None:
        """Put `not` before a condition."""
        if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            start, end = self._start(test), self._end(test)
            self.edits.append(Edit(start, end, f"not ({self._source[start:end].decode()})", "negate a condition"))

    def _drop(self, node: ast.stmt, name: str) -> None:
        self._replace(node, "pass", name)

    def _replace(self, node: ast.expr | ast.stmt, text: str, name: str) -> None:
        """Replace a node; what spans several lines still does."""
        start, end = self._start(node), self._end(node)
        lines = self._source.count(b"\n", start, end)
        if isinstance(node, ast.expr) and lines:
            text = f"({text}" + "\n" * lines + ")"
        self.edits.append(Edit(start, end, text if isinstance(node, ast.expr) else text + "\n" * lines, name))

    def _between(self, left: ast.expr, right: ast.expr, old: str, new: str, name: str) -> None:
        """Replace the operator that stands between two nodes."""
        start, end = self._end(left), self._start(right)
        words = rf"\b(?:{old})\b" if old[0].isalpha() else rf"(?:{old})"
        found = re.search(words, self._source[start:end].decode())
        if found and len(found.group()) == len(found.group().encode()):
            before = len(self._source[start:end].decode()[: found.start()].encode())
            self.edits.append(Edit(start + before, start + before + len(found.group()), new, name))

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


_LOOKS: dict[type[ast.AST], Callable[[_Finder, Any], None]] = {
    ast.comprehension: _Finder.comprehension,
    ast.Compare: _Finder.compare,
    ast.BoolOp: _Finder.both,
    ast.UnaryOp: _Finder.unary,
    ast.BinOp: _Finder.arithmetic,
    ast.AugAssign: _Finder.added,
    ast.Constant: _Finder.constant,
    ast.Return: _Finder.returned,
    ast.Raise: _Finder.raised,
    ast.Continue: _Finder.turned,
    ast.Break: _Finder.turned,
    ast.Call: _Finder.called,
}


def _is_text(node: ast.expr) -> bool:
    """Tell whether it is a text as written, or nothing that could be reckoned with."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | None))


def _is_setting(value: ast.expr) -> bool:
    """Tell whether it is a number as written or reckoned, or a span of time; an alias of types looks alike."""
    is_span = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "timedelta"
    return (
        is_span or isinstance(value, ast.BinOp) or (isinstance(value, ast.Constant) and type(value.value) is not bool)
    )


def _is_log(node: ast.expr) -> bool:
    """Tell whether it is a line for the log."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    told = node.func.value
    name = told.attr if isinstance(told, ast.Attribute) else told.id if isinstance(told, ast.Name) else ""
    return name in LOGS
