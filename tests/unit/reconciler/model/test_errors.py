"""The tree of errors."""

import pytest

from reconciler.model.errors import (
    BadSpec,
    Problem,
    Raced,
    Refused,
    SetpointError,
    Severity,
    Transient,
    Unavailable,
    Unsafe,
)


def test_a_problem_reads_as_editors_show_it() -> None:
    assert (
        str(Problem("a.yaml", 3, 7, "params.depth", "is wrong", "mend it"))
        == "a.yaml:3:7: params.depth: is wrong (mend it)"
    )
    assert str(Problem("a.yaml", 0, 0, "", "is wrong")) == "a.yaml: is wrong"
    assert str(Problem("a.yaml", 1, 1, "", "is wrong")) == "a.yaml:1:1: is wrong"


def test_problems_sort_by_place() -> None:
    problems = [
        Problem("b", 1, 1, "", "x"),
        Problem("a", 10, 1, "", "x"),
        Problem("a", 9, 2, "", "x"),
        Problem("a", 9, 1, "", "x"),
    ]
    assert [(p.file, p.line, p.column) for p in sorted(problems)] == [
        ("a", 9, 1),
        ("a", 9, 2),
        ("a", 10, 1),
        ("b", 1, 1),
    ]
    assert problems[0].severity is Severity.ERROR


def test_an_error_says_what_and_what_to_do() -> None:
    error = Refused("the plan is refused", "approve it")
    assert str(error) == "the plan is refused (approve it)"
    assert (error.message, error.hint) == ("the plan is refused", "approve it")
    assert str(Refused("only this")) == "only this"


def test_a_bad_spec_carries_its_problems() -> None:
    problems = (Problem("a", 1, 1, "", "one"), Problem("b", 1, 1, "", "two"))
    error = BadSpec(problems)
    assert error.problems == problems
    assert str(error) == "a:1:1: one; b:1:1: two"
    assert str(BadSpec(())) == "bad spec"


@pytest.mark.parametrize(
    ("error", "families"),
    [
        (BadSpec, (Refused, ValueError)),
        (Unsafe, (Refused,)),
        (Unavailable, (Transient, ConnectionError)),
        (Raced, (Transient,)),
        (Refused, (SetpointError,)),
        (Transient, (SetpointError,)),
    ],
)
def test_each_error_says_what_the_loop_does_next(error: type, families: tuple[type, ...]) -> None:
    assert all(issubclass(error, family) for family in families)
    assert issubclass(error, Refused) != issubclass(error, Transient) or error in (Refused, Transient)
