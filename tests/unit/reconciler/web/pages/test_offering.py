"""What somebody is offered to do."""

from dataclasses import replace

from reconciler.model.ids import Address
from reconciler.model.observed import Control, Controls
from reconciler.model.page_access import PageAccess
from reconciler.web.login.person import Person
from reconciler.web.login.visitor import Visitor
from reconciler.web.pages.offering import Offer, asked, offer
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, made

ONE = made(DOCUMENTS, access=(PageAccess(act=("ml",)),), last_pass={"notes": ["a", "apply --approve 01", 7]})
ADA = Visitor(Person("ada", "Ada", "ada@example.org", frozenset({"ml"})))


def test_nobody_is_offered_nothing() -> None:
    assert offer(Visitor(), ONE, "datasets/loans") == Offer()


def test_forms_are_told_from_each_other() -> None:
    forms = offer(ADA, ONE, "datasets/loans").forms
    assert [form.verb for form in forms] == ["reconcile", "suspend", "propose", "rollback"]
    again = offer(ADA, ONE, "datasets/loans").forms
    assert not {form.once for form in forms} & {form.once for form in again}


def test_what_is_suspended_may_go_on() -> None:
    controls = Controls({Address("pools/shared"): Control(suspended=True)})
    held = replace(ONE, recorded=replace(ONE.recorded, controls=controls))
    assert [form.verb for form in offer(ADA, held, "pools/shared").forms] == ["reconcile", "resume"]


def test_why_nothing_is_offered_is_said() -> None:
    assert "names nobody" in offer(ADA, ONE, "").why
    nameless = Visitor(Person("ada", groups=frozenset({"ml"})))
    assert "Git could name nobody" in offer(nameless, ONE, "pools/shared").why


def test_what_is_asked_for_is_what_the_last_pass_noted() -> None:
    assert asked(ONE) == ["apply --approve 01"]
    assert asked(made({}, last_pass={"notes": "odd"})) == []
