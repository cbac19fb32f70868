"""Values as HTML: escaped, short, with ages."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.facts import FACTS, shapes
from reconciler.model.ids import Address
from reconciler.web.pages.application import resource_page
from reconciler.web.pages.graph import drawing
from reconciler.web.pages.views import Filter, endpoints, listing, needs
from reconciler.web.pages.writing import LONGEST, Writer
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.conftest import HOSTILE, document, made


def shown(template: str, **values: object) -> str:
    writer = Writer(lambda: NOW)
    return writer.environment.from_string(template).render(**values)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "5 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=9), "9 d"),
        (-timedelta(days=1), "0 s"),
    ],
)
def test_ages_are_told_in_one_unit(age: timedelta, words: str) -> None:
    assert shown("{{ it|age }}", it=(NOW - age).isoformat()) == words


@pytest.mark.parametrize("told", ["", "no moment", "2026-01-05T00:00:00"])
def test_what_is_no_moment_stays(told: str) -> None:
    assert shown("{{ it|age }}", it=told) == told


def test_values_are_escaped_and_cut() -> None:
    assert shown("{{ it }}", it="<b>\u202e") == "&lt;b&gt;\\u202e"
    assert shown("{{ it|yaml }}", it={"a": ["<"]}) == "a:\n- &lt;"
    assert shown("{{ it|yaml }}", it="x" * (LONGEST + 1)).endswith("… (cut here)")
    assert shown("{{ it|link }}", it="a b/c?d") == "a%20b/c%3Fd"


def test_what_a_template_names_has_to_be_there() -> None:
    with pytest.raises(Exception, match="undefined"):
        shown("{{ nothing }}")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(FACTS)),
    st.dictionaries(st.sampled_from(["url", "alerts", "traffic", "result", "evidence", "proposal", "x"]), _VALUES),
    _VALUES,
)
def test_whatever_a_status_says_its_pages_are_written(kind: str, facts: dict[str, Any], message: object) -> None:
    """The reader of the status branch holds facts to the shapes that `FACTS` tells; what is in them is anybody's."""
    held = {key: value for key, value in facts.items() if isinstance(value, shapes(kind).get(key, object))}
    told = document(**held)
    told["conditions"][0]["message"] = message
    address = f"{kind}/loans"
    one, write = made({address: told}), Writer(lambda: NOW)
    every = {"dev": one}
    parts = {"listing": listing(every, Filter()), "needs": needs(every), "endpoints": endpoints(every)}
    pages = [
        write("overview.html", snapshots=every, chosen=Filter(), **parts),
        write("graph.html", one=one, drawing=drawing(one)),
        write("resource.html", **resource_page(one, Address(address), [])),
    ]
    for page in pages:
        assert b"<script>alert" not in page.body
