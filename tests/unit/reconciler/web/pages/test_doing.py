"""Acts by forms and by JSON: made once, and told either way."""

import re

import pytest

from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.yaml.dump import dump
from tests.unit.reconciler.web.conftest import Acts, Browser
from tests.unit.reconciler.web.login.issuer import Issuer
from tests.unit.reconciler.web.login.test_gate import PROOF
from tests.unit.reconciler.web.pages.conftest import HOSTILE, Stage

PAGE = "/dev/deployments/loans"
API = "/api/v1/environments/dev"
FORM = re.compile(r'name="once" value="([^"]+)"><input type="hidden" name="verb" value="(\w+)"')


def forms(page: str) -> dict[str, dict[str, str]]:
    """Return what each form of a page sends, by what it does."""
    proof = PROOF.search(page)
    return {verb: {"proof": proof[1] if proof else "", "once": once, "verb": verb} for once, verb in FORM.findall(page)}


def test_each_form_does_what_its_button_says(browser: Browser, acts: Acts) -> None:
    browser.go()
    found = forms(browser.get(PAGE).text)
    assert list(found) == ["reconcile", "suspend", "propose", "rollback"]
    for verb, more in (
        ("suspend", {"reason": HOSTILE}),
        ("propose", {"run": "experiments/loans/a"}),
        ("rollback", {"run": ""}),
    ):
        answer = browser.post(f"{PAGE}/act", data=found[verb] | more)
        assert answer.status_code == 200
        assert f"{verb} of deployments/loans is done" in answer.text
        assert 'href="https://forge.example/1"' in answer.text
    assert [(act.verb.value, act.said) for act in acts.made] == [
        ("suspend", " ".join(HOSTILE.split())), ("propose", "experiments/loans/a"), ("rollback", ""),
    ]  # fmt: skip


def test_a_double_click_makes_one(browser: Browser, acts: Acts) -> None:
    browser.go()
    form = forms(browser.get(PAGE).text)["reconcile"]
    answers = browser.both(*[f"{PAGE}/act"] * 3, data=form)
    assert [one.status_code for one in answers] == [200] * 3
    assert browser.post(f"{PAGE}/act", data=form).status_code == 200, "and a page that is sent again"
    assert len(acts.made) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("the repository declines it: " + HOSTILE, "ask whoever keeps it to let this page push"), 409),
        (Raced("somebody pushed meanwhile", "try again"), 409),
        (Unavailable("the repository is away", "try again later"), 503),
    ],
)
def test_what_went_wrong_is_told_with_what_to_do(browser: Browser, acts: Acts, error: Refused, status: int) -> None:
    browser.go()
    acts.error = error
    answer = browser.post(f"{PAGE}/act", data=forms(browser.get(PAGE).text)["reconcile"])
    assert answer.status_code == status
    assert "Not done" in answer.text
    assert error.hint in answer.text
    assert "<script>" not in answer.text.replace('<script src="/assets/live.js" defer></script>', "")
    told = browser.post(f"{API}/resources/deployments/loans/acts/reconcile", json={})
    assert (told.status_code, told.headers["Content-Type"]) == (status, "application/problem+json")
    assert error.hint in told.json()["detail"]


def test_an_approval_is_typed(browser: Browser, acts: Acts, place: Stage) -> None:
    browser.go()
    assert "Nothing is asked for" in browser.get("/dev/proposals").text
    note = "the commit removes 9 of 10 resources: approve with `setpoint apply --approve 0123456789ab`"
    commit = place.source.head()
    place.status.write({"pass.yaml": dump({"environment": "dev", "commit": commit, "notes": [note]})}, "dev: asks")
    place.following.environments["dev"].look()
    page = browser.get("/dev/proposals").text
    assert "0123456789ab" in page
    assert 'value="0123456789ab"' not in page
    form = forms(page)["approve"]
    assert browser.post("/dev/approvals", data=form).status_code == 400
    assert browser.post("/dev/approvals", data=form | {"digest": "0123456789ab"}).status_code == 200
    assert [(act.verb.value, act.address, act.said) for act in acts.made] == [("approve", "", "0123456789ab")]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("resources/deployments/loans/acts/reconcile", "{", 400),
        ("resources/deployments/loans/acts/reconcile", "[]", 400),
        ("resources/deployments/loans/acts/reconcile", '"x"', 400),
        ("resources/deployments/loans/acts/suspend", "{}", 400),
        ("resources/deployments/loans/acts/suspend", '{"reason": 1}', 400),
        ("resources/deployments/loans/acts/delete", "{}", 400),
        ("resources/deployments/nothing/acts/reconcile", "{}", 404),
        ("resources/deployments/loans/acts/reconcile", " " * 20_000, 413),
        ("approvals", "{}", 400),
        ("../nowhere/approvals", "{}", 404),
    ],
)
def test_mistakes_are_problems(browser: Browser, acts: Acts, path: str, content: str, status: int) -> None:
    browser.go()
    answer = browser.post(f"{API}/{path}", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert not acts.made


def test_who_may_not_sees_why_and_no_form(browser: Browser, issuer: Issuer, acts: Acts) -> None:
    issuer.person |= {"groups": ["staff"]}
    browser.go()
    page = browser.get(PAGE).text
    assert not forms(page)
    assert "Ada Lovelace may not act in dev" in page
    assert "says ml, user:grace@example.org" in page
    proof = PROOF.search(page)
    assert proof
    for path in (f"{PAGE}/act", "/dev/approvals"):
        assert browser.post(path, data={"proof": proof[1], "verb": "reconcile", "once": "1"}).status_code == 403
    assert browser.post(f"{API}/resources/deployments/loans/acts/reconcile", json={}).status_code == 403
    assert not acts.made


def test_a_form_that_is_too_large_is_refused(browser: Browser, acts: Acts) -> None:
    browser.go()
    assert browser.post(f"{PAGE}/act", data={"reason": "a" * 20_000}).status_code == 413
    assert browser.post("/dev/datasets/nothing/act", data=forms(browser.get(PAGE).text)["reconcile"]).status_code == 404
