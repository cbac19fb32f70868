"""The yardstick itself: pure functions from source text to what is wrong with it.

They know nothing of this repository, so `test_yardstick.py` can hold bad source against each of them and see it fail.
"""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
BROAD = {"Exception", "BaseException"}
EMPTY_ROOMS = {"base", "common", "core", "helper", "helpers", "lib", "misc", "shared", "util", "utils"}
EMPTY_NAMES = re.compile(r"^_?Base[A-Z]|(Manager|Helper|Helpers|Util|Utils)$")


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, seen from the root of the repository, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse the file, once."""
        return ast.parse(self.text, self.path)

    @property
    def lines(self) -> int:
        """Count all lines, comments and blank ones too."""
        return len(self.text.splitlines())

    @property
    def module(self) -> tuple[str, ...]:
        """Return the dotted name in parts, an `__init__` under its package's name."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts


def sources(*folders: str) -> list[Source]:
    """Read every Python file of these folders, in order."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [_source(path) for path in sorted(found)]


@cache
def _source(path: Path) -> Source:
    """Read a file once for all tests, as each of them asks for its tree."""
    return Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))


def tracked_files() -> list[Path]:
    """List what is in Git or would be by `git add .`, except what is deleted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def share_under(limit: int, sizes: Iterable[int]) -> float:
    """Return which share of the sizes lies under the limit; of none, all."""
    told = [size < limit for size in sizes]
    return sum(told) / len(told) if told else 1.0


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    for node in ast.walk(source.tree):
        if isinstance(node, FUNCTIONS):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, from `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def nesting(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many blocks lie in one another; an `elif` is on the level of its `if`."""
    return max((_depth(statement) for statement in function.body), default=0)


def _depth(node: ast.AST, *, is_elif: bool = False) -> int:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
        return 0
    inner = (_depth(child, is_elif=_is_elif(node, child)) for child in ast.iter_child_nodes(node))
    return (isinstance(node, BLOCKS) and not is_elif) + max(inner, default=0)


def _is_elif(node: ast.AST, child: ast.AST) -> bool:
    if not (isinstance(node, ast.If) and isinstance(child, ast.If)):
        return False
    return node.orelse == [child] and child.col_offset == node.col_offset


def broad_excepts(source: Source) -> list[int]:
    """Return the lines that catch everything: bare, by `Exception`, or by `suppress(Exception)`."""
    found = (node for node in ast.walk(source.tree) if isinstance(node, (ast.ExceptHandler, ast.Call)))
    return sorted(node.lineno for node in found if _is_broad(node))


def direct_reads(source: Source) -> list[int]:
    """Return the lines that read a file whole or parse JSON, whoever wrote it and however large it is."""
    return sorted(node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Call) and _reads(node))


def _reads(call: ast.Call) -> bool:
    name = _names(call.func) & {"read_bytes", "read_text", "load", "loads", "open", "fdopen"}
    if not name or (isinstance(call.func, ast.Attribute) and _names(call.func.value) & {"os", "cls", "self"}):
        return False
    if name & {"load", "loads"}:
        return isinstance(call.func, ast.Attribute) and _names(call.func.value) == {"json"}
    if name & {"open", "fdopen"}:
        values = (node.value for node in call.args if isinstance(node, ast.Constant))
        modes = [value for value in values if isinstance(value, str) and re.fullmatch("[rwaxbt+]{1,3}", value)]
        is_built_in = isinstance(call.func, ast.Name)
        return any("r" in mode or "+" in mode for mode in modes) or (not modes and (is_built_in or not call.args))
    return True


def _is_broad(node: ast.ExceptHandler | ast.Call) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or _names(node.type) & BROAD != set()
    return _names(node.func) == {"suppress"} and any(_names(argument) & BROAD for argument in node.args)


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Tuple):
        return set().union(*(_names(element) for element in node.elts))
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def imports(source: Source) -> dict[str, int]:
    """Return each module that is imported anywhere in the file, and the line; `from a import b` gives `a` and `a.b`."""
    found: dict[str, int] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name: node.lineno for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found[node.module] = node.lineno
            found |= {f"{node.module}.{alias.name}": node.lineno for alias in node.names}
    return found


def empty_names(source: Source) -> list[str]:
    """Return the parts of the path and the classes whose name says nothing."""
    rooms = [part for part in source.module if set(part.strip("_").split("_")) & EMPTY_ROOMS]
    classes = [node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    return rooms + [name for name in classes if EMPTY_NAMES.search(name)]


def has_logic(source: Source) -> bool:
    """Tell whether any function does something: more than a docstring, `...`, `pass` or `raise NotImplementedError`."""
    return any(not all(map(_is_idle, function.body)) for function in functions(source))


def _is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return _names(raised) == {"NotImplementedError"}
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


def home_of_tests(source: Source) -> str:
    """Return where the tests of a module belong."""
    *rooms, name = source.module
    return PurePosixPath("tests/unit", *rooms, f"test_{name.strip('_')}.py").as_posix()


def protocol_methods(source: Source) -> dict[str, int]:
    """Return how many methods each protocol has."""
    protocols = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) and _is_protocol(node)]
    return {node.name: sum(isinstance(member, FUNCTIONS) for member in node.body) for node in protocols}


def _is_protocol(node: ast.ClassDef) -> bool:
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return any("Protocol" in _names(base) for base in bases)


def told(problems: Iterable[str], what_to_do: str) -> str:
    """Return the message of a failed test: each problem on a line, then what to do about it."""
    return "\n".join(["", *(f"  {problem}" for problem in problems), "", f"  {what_to_do}"])


def where(found: Iterable[Source], lines: Callable[[Source], Iterable[int]]) -> list[str]:
    """Return `path:line` for every line that a check found."""
    return [f"{source.path}:{line}" for source in found for line in lines(source)]
