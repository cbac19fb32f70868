"""An environment at one moment: its rows, its counts, its neighbours, and what differs from another moment."""

import gc
import weakref

from reconciler.model.ids import Address
from reconciler.web.pages.snapshot import Snapshot, changed, once
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE
from tests.unit.reconciler.web.pages.conftest import document, made


def test_rows_tell_state_reason_message_and_since_when() -> None:
    one = made({"pools/b": document("waiting", "later", "NotYet"), "pools/a": {"state": "ready"}})
    assert [(row.address, row.kind, row.state, row.reason, row.message) for row in one.rows] == [
        ("pools/a", "pools", "ready", "", ""),
        ("pools/b", "pools", "waiting", "NotYet", "later"),
    ]
    assert one.rows[1].since == "2026-01-05T00:00:00+00:00"
    assert one.counts == {"waiting": 1, "ready": 1}


def test_what_is_ready_and_alerts_counts_as_alerting() -> None:
    told = document()
    told["conditions"].append({"type": "Alerting", "status": "True"})
    assert made({"monitors/a": told}).counts == {"alerting": 1}


def test_neighbours_are_those_of_the_commit_that_was_composed() -> None:
    desired = stage.desired(stage.resource(LOANS), stage.resource(SCORE))
    one = made({LOANS: document(), SCORE: document()}, desired=desired)
    assert (one.needed_by(LOANS), LOANS in one.needs(SCORE)) == ((SCORE,), True)
    assert (made({}).needs(SCORE), made({}).needed_by(LOANS)) == ((), ())


def test_what_has_changed_is_what_differs_was_added_or_has_gone() -> None:
    before = made({"pools/a": document(), "pools/b": document(), "pools/c": document()})
    after = made({"pools/a": document(), "pools/b": document("stalled"), "pools/d": document()})
    assert changed(before, after) == ("pools/b", "pools/c", "pools/d")
    assert changed(None, after) == ("pools/a", "pools/b", "pools/d")
    assert changed(after, after) == ()
    assert after.document("pools/x") is None
    assert after.document("pools/b") == after.recorded.statuses[Address("pools/b")]


def test_what_is_made_of_a_snapshot_is_made_once_and_goes_with_it() -> None:
    made_of = list[str]()

    def rows(one: Snapshot) -> int:
        made_of.append(one.key)
        return len(one.rows)

    counted, one = once(rows), made({"pools/a": document()})
    assert (counted(one), counted(one), counted(made({}, "prod"))) == (1, 1, 0)
    assert made_of == ["dev", "prod"]
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
