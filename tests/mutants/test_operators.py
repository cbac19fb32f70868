"""What each operator makes of a line, and what none of them touches."""

import ast

import pytest

from tests.mutants.areas import AREAS, drawn
from tests.mutants.operators import mutants
from tests.mutants.survivors import ROOT

MADE = {
    "a < b": {"a <= b"},
    "a >= b": {"a > b"},
    "a == b": {"a != b"},
    "a is not b": {"a is b"},
    "a not in b": {"a in b"},
    "a < b <= c": {"a <= b <= c", "a < b < c"},
    "a and b": {"a or b"},
    "(a or  # why\nb)": {"(a and  # why"},
    "not a": {"a"},
    "-a": {"a"},
    "a + b": {"a - b"},
    "a // b": {"a * b"},
    "a | b": {"a & b"},
    "x += y": {"x -= y"},
    "x[0] += f(1)": {"x[1] += f(1)", "x[0] -= f(1)", "x[0] += f(2)"},
    "f(x=0.5)": {"f(x=1.5)", "pass"},
    "x = True": {"x = False"},
    "raise a": {"pass"},
    "a(b)": {"pass"},
    "x = min(a)": {"x = max(a)"},
    "x = any(a)": {"x = all(a)"},
    "x = b if a else c": {"x = b if not (a) else c"},
    "x = [b for b in c if a]": {"x = [b for b in c if not (a)]"},
    "if a: b": {"if not (a): b"},
    "while a: b": {"while not (a): b"},
    "def f(): return a": {"def f(): return None"},
    "def f(*, a=True): ...": {"def f(*, a=False): ..."},
    "for a in b: continue": {"for a in b: break"},
    "x = 'é' if a else c": {"x = 'é' if not (a) else c"},
}

UNTOUCHED = (
    '"""A word about it, 1."""',
    "x: Literal[1]",
    "Name = int | str",
    "MOST = 1 << 20",
    "LONGEST = timedelta(minutes=10)",
    "TICK = 0.25",
    "def f(a: int | None) -> Literal[1]: ...",
    "@dataclass(frozen=True)\nclass A: ...",
    "x = f'{a + 1} of {b}'",
    "x = 'a' + b",
    "self._log.warning('no', a=1)",
    "def f(): return None",
)


@pytest.mark.parametrize("text", MADE)
def test_each_operator_makes_the_faults_that_it_is_named_for(text: str) -> None:
    assert {mutant.after for mutant in mutants("a.py", text)} == MADE[text]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_no_test_should_hold_is_left_alone(text: str) -> None:
    assert [mutant.after for mutant in mutants("a.py", text)] == []


def test_a_mutant_that_spans_lines_keeps_their_number() -> None:
    text = "def f():\n    return g(\n        a,\n    )\n\n\ndef g(a): ...\n"
    (mutant,) = mutants("a.py", text)
    assert mutant.source == "def f():\n    return (None\n\n)\n\n\ndef g(a): ...\n"
    assert (mutant.line, mutant.before, mutant.after) == (2, "return g(\na,\n)", "return (None\n)")


def test_a_mutant_is_told_as_a_difference() -> None:
    (mutant,) = mutants("a.py", "\nx = a < b\n")
    assert mutant.difference == "a.py:2: comparison\n- x = a < b\n+ x = a <= b"


def test_mutants_of_the_project_can_be_read_by_python_and_differ() -> None:
    for mutant in drawn(ROOT, AREAS, 1, 100):
        ast.parse(mutant.source, mutant.path)
        assert mutant.source != (ROOT / mutant.path).read_text("utf-8")
