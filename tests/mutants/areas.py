"""What is mutated, and which tests must notice: of a module its own first, then its room's, then of who imports it."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

from tests.house.yardstick import Source, home_of_tests
from tests.mutants.operators import Mutant, mutants

AREAS = (
    "reconciler/plan",
    "reconciler/controllers",
    "reconciler/lease",
    "reconciler/status",
    "reconciler/watched",
    "reconciler/loop",
    "reconciler/signatures",
    "reconciler/wiring.py",
    "reconciler/cli/run.py",
    "reconciler/cli/apply.py",
    "runners/evaluate",
    "runners/replay",
    "runners/ab_test",
    "runners/replica",
    "runners/monitor",
    "runners/label",
)

PICTURES = ("runners/monitor/plots/", "runners/evaluate/drawing.py", "runners/label/pictures.py")
"""What draws: how wide a line is and how dark a colour is a matter of taste, and no test holds it."""
TASTE = {"number", "truth", "drop a call"}


def modules(root: Path, areas: Iterable[str] = AREAS) -> list[str]:
    """List the files that are mutated, by their paths from the root."""
    found = [
        path for area in areas for path in ([root / area] if area.endswith(".py") else (root / area).rglob("*.py"))
    ]
    return sorted(path.relative_to(root).as_posix() for path in found)


def drawn(root: Path, areas: Iterable[str], seed: int, count: int) -> list[Mutant]:
    """Draw so many mutants; the same seed draws the same of the same source."""
    every = [mutant for path in modules(root, areas) for mutant in mutants(path, (root / path).read_text("utf-8"))]
    held = [mutant for mutant in every if not (mutant.path.startswith(PICTURES) and mutant.operator in TASTE)]
    return sorted(Random(seed).sample(held, min(count, len(held))), key=lambda mutant: (mutant.path, mutant.line))


def own_tests(root: Path, path: str) -> list[str]:
    """List the files that hold a module's own tests."""
    home = root / home_of_tests(Source(path, ""))
    return _listed(root, [home, *home.parent.glob(f"{home.stem}_*.py")])


def further_tests(root: Path, path: str) -> list[str]:
    """List the other files whose tests could notice: of the same room, and of who imports the module."""
    name = ".".join(Source(path, "").module)
    home = root / home_of_tests(Source(path, ""))
    users = [file for file in _test_files(root) if name in _reach(root, file)]
    own = own_tests(root, path)
    return [file for file in dict.fromkeys(_listed(root, [*home.parent.glob("test_*.py"), *users])) if file not in own]


def _listed(root: Path, files: Iterable[Path]) -> list[str]:
    room = sorted({path.relative_to(root).as_posix() for path in files if path.is_file()})
    return [path for path in room if path.startswith("tests/unit/")]


@cache
def _test_files(root: Path) -> list[Path]:
    return sorted((root / "tests/unit").rglob("test_*.py"))


@cache
def _reach(root: Path, file: Path) -> frozenset[str]:
    """Return the modules that a test file imports, itself or by what the tests share."""
    names: set[str] = set()
    known, waiting = {file}, [file]
    while waiting:
        here = waiting.pop()
        new = _imported(here)
        names |= new
        shared = [root / f"{name.replace('.', '/')}.py" for name in new if name.startswith("tests.unit.")]
        beside = {path for path in (*shared, here.parent / "conftest.py") if path.is_file()} - known
        known |= beside
        waiting += beside
    return frozenset(names)


@cache
def _imported(file: Path) -> frozenset[str]:
    return frozenset(imported(file.read_text("utf-8")))


def imported(text: str) -> set[str]:
    """Return the dotted names that a source imports: of `from a import b` both `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
