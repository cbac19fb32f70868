"""Values as HTML: escaped, short, with ages."""

import json
import re
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.facts import FACTS, shapes
from reconciler.model.ids import Address
from reconciler.web.pages.application import resource_page
from reconciler.web.pages.evidence import compare_page, data_page, pools_page, reports_page, run_page
from reconciler.web.pages.graph import drawing
from reconciler.web.pages.label_pages import labels_page
from reconciler.web.pages.lineage import lineage
from reconciler.web.pages.outputs import Outputs
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.trials import trials
from reconciler.web.pages.views import Filter, endpoints, listing, needs
from reconciler.web.pages.writing import LONGEST, Writer
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.conftest import DISPUTED, HOSTILE, LEFT, TRIAL, VERSION, document, made, tree_of
from tests.unit.reconciler.web.pages.test_lineage import Told

WRITE = Writer(lambda: NOW)


def shown(template: str, **values: object) -> str:
    return WRITE.environment.from_string(template).render(**values)


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
    one = made({address: told})
    every = {"dev": one}
    parts = {"listing": listing(every, Filter()), "needs": needs(every), "endpoints": endpoints(every)}
    pages = [
        WRITE("overview.html", snapshots=every, chosen=Filter(), **parts),
        WRITE("graph.html", one=one, drawing=drawing(one)),
        WRITE("resource.html", **resource_page(one, Address(address), [])),
    ]
    for page in pages:
        assert b"<script>alert" not in page.body


_NAMES = sorted(
    {
        *(
            "leaderboard",
            "dataset",
            "metric",
            "name",
            "goal",
            "run",
            "rank",
            "params",
            "ranking",
            "value",
            "low",
            "high",
        ),
        *(
            "version",
            "in_force",
            "result",
            "disputes",
            "reports",
            "teams",
            "meter",
            "slots",
            "now",
            "unit",
            "of",
            "slot",
        ),
        *("columns", "histogram", "edges", "counts", "top", "count", "distance", "limit", "performance", "estimated"),
        *(
            "history",
            "steps",
            "series",
            "train",
            "provenance",
            "files",
            "labels",
            "annotators",
            "interval",
            "window",
            "end",
        ),
    }
)
_DEEP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([HOSTILE, TRIAL, VERSION, "waiting"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=12,
)


def _places(told: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every part of a document."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [way, *(place for key, part in inner for place in _places(part, (*way, key)))]


def _bent(told: Any, way: tuple[Any, ...], other: Any) -> Any:
    """Return a document with something else in one place."""
    if not way:
        return other
    head, *rest = way
    if isinstance(told, dict) and head in told:
        return {**told, head: _bent(told[head], tuple(rest), other)}
    if isinstance(told, list) and isinstance(head, int) and head < len(told):
        return [*told[:head], _bent(told[head], tuple(rest), other), *told[head + 1 :]]
    return told


_STORED = {path: told for path, told in DISPUTED.items() if not isinstance(told, bytes)}
_EVERY = [(path, way) for path, told in {**LEFT, **_STORED}.items() for way in _places(told)]


class Bent(Outputs):
    """What runs left in the data store, as values."""

    def __init__(self, left: dict[str, Any]) -> None:
        super().__init__()
        self._left = left

    def document(self, chosen: Seen, run: str, path: str) -> Any:
        told = self._left[path]
        return told if isinstance(told, dict) else {"": told}


@settings(max_examples=20)
@given(
    st.dictionaries(st.sampled_from(_NAMES), _DEEP, max_size=5),
    st.lists(st.tuples(st.sampled_from(_EVERY), _DEEP), max_size=5),
)
def test_whatever_runners_left_the_pages_that_show_it_are_written(
    facts: dict[str, Any], changes: list[tuple[tuple[str, tuple[Any, ...]], Any]]
) -> None:
    left, stored = dict(LEFT), dict(_STORED)
    for (path, way), other in changes:
        told = stored if path in stored else left
        told[path] = _bent(told[path], way, other)
    addresses = [Address(f"{kind}/loans") for kind in sorted(FACTS)]
    sound = {
        a: {k: v for k, v in facts.items() if isinstance(v, shapes(a.split("/")[0]).get(k, object))} for a in addresses
    }
    sound[Address("experiments/loans")]["leaderboard"] = [{"run": TRIAL, "rank": 1, **facts}, facts]
    sound[Address("datasets/loans")]["version"] = VERSION
    sound[Address("labels/loans")]["version"] = "labels/loans/aaaaaaaaaaaa"
    sound[Address("monitors/loans")]["reports"] = ["monitors/loans/aaaaaaaaaaaa", "monitors/loans/bbbbbbbbbbbb"]
    one = made({a: document(**told) for a, told in sound.items()}, tree=tree_of(json.loads(json.dumps(left))))
    experiment, dataset, labels, monitor = (Address(f"{kind}/loans") for kind in _SHOWN)
    found = trials(one, experiment)
    pages = [
        WRITE("compare.html", **compare_page(one, experiment, found, {"all": "1"})),
        WRITE("run.html", **run_page(one, TRIAL, found)),
        WRITE("data.html", **data_page(one, dataset, {})),
        WRITE("labels.html", **labels_page(Seen(one, *(cast("Any", None),) * 2), labels, Bent(stored))),
        WRITE("reports.html", **reports_page(one, monitor, {})),
        WRITE("pools.html", **pools_page(one)),
        *(WRITE("lineage.html", one=one, address=a, told=lineage(one, a, Told())) for a in addresses),
    ]
    for page in pages:
        assert b"<script>alert" not in page.body
        assert b"nan" not in re.findall(rb' (?:x|y|cx|cy|d)="[^"]*"', page.body)


_SHOWN = ("experiments", "datasets", "labels", "monitors")
