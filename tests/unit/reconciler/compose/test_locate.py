"""From a path in the composed spec to the file and line that supplied it."""

from reconciler.compose.flaws import Flaw
from reconciler.compose.layers import Layer
from reconciler.compose.locate import Locator
from reconciler.model.errors import Problem
from tests.unit.reconciler.compose.samples import library

FILES = {
    "part.yaml": "c: 4\nown: 1\n",
    "base.yaml": "defaults: [x]\na:\n  b: 1\n  c: 2\nd: 1\n",
    "patch.yaml": "a: {b: 3}\n",
}
SHELF = library(FILES)
LAYERS = [
    Layer("part.yaml", SHELF.document("part.yaml"), ("a",)),
    Layer("base.yaml", SHELF.document("base.yaml")),
    Layer("patch.yaml", SHELF.document("patch.yaml")),
]


def place(flaw: Flaw, layers: list[Layer] = LAYERS) -> str:
    (problem,) = Locator(SHELF, layers, "base.yaml").problems([flaw])
    return f"{problem.file}:{problem.line}:{problem.column}"


def test_the_uppermost_file_that_has_the_whole_path() -> None:
    assert place(Flaw(("a", "b"), "x")) == "patch.yaml:1:8"
    assert place(Flaw(("a", "b"), "x", on_key=True)) == "patch.yaml:1:5"
    assert place(Flaw(("a", "c"), "x")) == "base.yaml:4:6"
    assert place(Flaw(("a", "own"), "x")) == "part.yaml:2:6"


def test_otherwise_the_one_that_has_most_of_it() -> None:
    assert place(Flaw(("a", "b", "deeper", 0), "x")) == "patch.yaml:1:8"
    assert place(Flaw(("a", "missing"), "x")) == "patch.yaml:1:4"
    assert place(Flaw(("missing",), "x")) == "base.yaml:1:1"
    assert place(Flaw((), "x")) == "base.yaml:1:1"


def test_a_file_that_is_named_is_the_one() -> None:
    assert place(Flaw(("a", "b"), "x", file="base.yaml")) == "base.yaml:3:6"
    assert place(Flaw(("defaults", 0), "x", file="base.yaml")) == "base.yaml:1:12"
    assert place(Flaw(("defaults", 0), "x", file="base.yaml"), []) == "base.yaml:1:12"
    assert place(Flaw(("zzz",), "x", file="patch.yaml"), []) == "patch.yaml:1:1"


def test_problems_are_sorted_and_told_once() -> None:
    flaws = [Flaw(("d",), "two"), Flaw(("a", "c"), "one", "hint"), Flaw(("d",), "two")]
    assert Locator(SHELF, LAYERS, "base.yaml").problems(flaws) == (
        Problem("base.yaml", 4, 6, "a.c", "one", "hint"),
        Problem("base.yaml", 5, 4, "d", "two"),
    )
