"""Files, functions and their nesting stay small enough to be read at one sitting."""

import pytest

from tests.house.yardstick import Source, functions, length, nesting, share_under, sources, told

FILE, LONGEST_FILE = 300, 400
FUNCTION, LONGEST_FUNCTION = 25, 50
SHARE = 0.9
DEEPEST = 3
PROTOCOL_METHODS = 6

GROUPS = {"product": ("reconciler", "runners"), "tests": ("tests",)}


@pytest.fixture(params=GROUPS)
def group(request: pytest.FixtureRequest) -> list[Source]:
    return sources(*GROUPS[request.param])


def test_no_file_is_too_long(group: list[Source]) -> None:
    long = [f"{source.path}: {source.lines} lines" for source in group if source.lines > LONGEST_FILE]
    assert not long, told(long, f"Give each idea a file of its own: none is over {LONGEST_FILE} lines.")


def test_nine_files_of_ten_are_short(group: list[Source]) -> None:
    long = [f"{source.path}: {source.lines} lines" for source in group if source.lines >= FILE]
    share = share_under(FILE, (source.lines for source in group))
    assert share >= SHARE, told(long, f"Only {share:.0%} of the files are under {FILE} lines; split the longest.")


def test_no_function_is_too_long(group: list[Source]) -> None:
    long = [
        f"{source.path}:{function.lineno}: {function.name} has {length(function)} lines"
        for source in group
        for function in functions(source)
        if length(function) > LONGEST_FUNCTION
    ]
    assert not long, told(long, f"Name the steps and call them: none is over {LONGEST_FUNCTION} lines.")


def test_nine_functions_of_ten_are_short(group: list[Source]) -> None:
    found = [(length(function), source.path, function.name) for source in group for function in functions(source)]
    longest = [f"{path}: {name} has {lines} lines" for lines, path, name in sorted(found, reverse=True)[:10]]
    share = share_under(FUNCTION, (lines for lines, _, _ in found))
    assert share >= SHARE, told(longest, f"Only {share:.0%} of the functions are under {FUNCTION} lines.")


def test_nothing_is_nested_deeply(group: list[Source]) -> None:
    deep = [
        f"{source.path}:{function.lineno}: {function.name} is {nesting(function)} blocks deep"
        for source in group
        for function in functions(source)
        if nesting(function) > DEEPEST
    ]
    assert not deep, told(deep, f"Return early, or give the inner block a name: at most {DEEPEST} in one another.")
