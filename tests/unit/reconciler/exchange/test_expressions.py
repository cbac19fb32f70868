"""Expressions that all understand alike."""

import pytest

from reconciler.exchange.expressions import is_common


@pytest.mark.parametrize("expression", ["^[A-Z]{2}$", "a\\d+", "(?:a|b)", "x{1,3}", "\\.", "[\\w-]", "\\\\Q"])
def test_common(expression: str) -> None:
    assert is_common(expression)


@pytest.mark.parametrize(
    "expression", ["(?i)x", "(?P<a>b)", "\\pL", "\\A", "\\z", "[[:alpha:]]", "[]a]", "[^]a]", "\\Qa", "\\x41", "[a&&b]"]
)
def test_in_doubt_it_is_not(expression: str) -> None:
    assert not is_common(expression)
