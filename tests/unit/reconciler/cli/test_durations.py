"""Spans of time as people type them."""

import click
import pytest

from reconciler.cli.durations import SPAN
from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say


def test_a_span_is_in_seconds() -> None:
    assert SPAN.convert("90s", None, None) == 90
    assert SPAN.convert("2h", None, None) == 7200
    assert SPAN.convert(5, None, None) == 5
    with pytest.raises(click.BadParameter, match="90s, 5m or 2h"):
        SPAN.convert("abc", None, None)


@pytest.mark.parametrize("verb", ["apply", "wait", "run"])
def test_what_is_no_span_is_wrong_use(verb: str, say: Say) -> None:
    told = say(verb, "--resync" if verb == "run" else "--timeout", "abc")
    assert told.code == Exit.USAGE
    assert "no span of time" in told.err
