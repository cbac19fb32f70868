"""Who asks, where nobody says who that is."""

import subprocess
import sys

from starlette.requests import Request

from reconciler.model.page_access import Right
from reconciler.web.login.visitor import Visitor, answering, is_proved, still_known, visitor, visitor_of
from reconciler.web.pages.rights import demand
from tests.unit.reconciler.web.pages.conftest import Stage


def test_nobody_is_somebody_without_a_gate(place: Stage) -> None:
    request = Request({"type": "http", "headers": []})
    assert visitor_of(request) == Visitor()
    assert still_known(request)
    assert not is_proved(Visitor(), "")
    demand(Visitor(), place.following.snapshots["dev"], Right.READ)


def test_who_asks_is_told_to_what_answers() -> None:
    request, ada = Request({"type": "http", "headers": []}), Visitor(proof="x", is_known=lambda: False)
    answering(request, ada)
    assert (visitor(), visitor_of(request), still_known(request)) == (ada, ada, False)
    assert is_proved(ada, "x")
    answering(request, None)
    assert visitor() == Visitor()


def test_where_nobody_logs_in_nothing_is_loaded_that_logs_in() -> None:
    line = "import reconciler.web.pages.application, sys; print(*{'httpx', 'jwt', 'cryptography'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
