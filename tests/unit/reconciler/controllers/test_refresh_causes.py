"""Causes: what a version tells of why it was made; `test_datasets` plays what follows."""

from reconciler.controllers.refresh_causes import Cause, newest_known
from reconciler.model.ids import RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS

NOW_DUE = "2026-01-07T03:00:00+00:00"


NOTHING = Cause(None, None)


def name_of(cause: Cause) -> RunName:
    return RunName(f"{LOANS}/{cause.due or 'never'}/{cause.alert or 'quiet'}")


def known(*found: tuple[Cause, str], now: Cause = NOTHING, **facts: str) -> Cause:
    results = {
        name_of(cause): stage.result(provenance={**cause.told(), "finished_at": finished}) for cause, finished in found
    }
    seen = stage.actual(*(stage.version(run) for run in results), results=results, facts={LOANS: facts})
    view = stage.view(stage.desired(), seen)
    versions = {LOANS: tuple(seen.data.versions.values())}
    return newest_known(LOANS, now, name_of, type(view)(view.desired, view.actual, versions_by_owner=versions))


def test_what_there_is_not_is_not_told() -> None:
    assert Cause(None, None).told() == {}
    assert Cause("a", "b").told() == {"due": "a", "alert": "b"}


def test_the_newest_is_that_which_finished_last() -> None:
    one, two = Cause("2026-01-02T00:00:00+00:00", None), Cause(None, "monitors/x/1")
    assert known((one, "2026-01-03"), (two, "2026-01-04T00:00:00+00:00")) == two
    assert known((one, "2026-01-05"), (two, "2026-01-04T00:00:00+00:00")) == one


def test_what_is_due_here_gives_way_to_what_finished_since_only() -> None:
    one, due = Cause("2026-01-02T00:00:00+00:00", None), Cause(NOW_DUE, None)
    assert known((one, "2026-01-06"), now=due) == due
    assert known((one, "2026-01-08"), now=due) == one


def test_a_memory_or_an_alert_of_its_own_decides() -> None:
    one = Cause("2026-01-02T00:00:00+00:00", None)
    assert known((one, "2026-01-06"), run="datasets/loans/x") == Cause(None, None)
    assert known((one, "2026-01-06"), now=Cause(None, "monitors/y/1")) == Cause(None, "monitors/y/1")
    assert known() == Cause(None, None)
