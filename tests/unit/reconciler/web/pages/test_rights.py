"""Who sees and does what: by the newest commit and the one that was applied last, at every address."""

import pytest

from reconciler.model.ids import CommitId
from reconciler.model.page_access import PageAccess, Right
from reconciler.web.login.person import Person
from reconciler.web.login.visitor import Visitor
from reconciler.web.pages.rights import HERE, key_of, right_for, rights_of, without_data
from reconciler.yaml.dump import dump
from tests.unit.reconciler.web.conftest import ACCESS, ENVIRONMENT, Acts, Browser, Browsing
from tests.unit.reconciler.web.login.issuer import Issuer
from tests.unit.reconciler.web.pages.conftest import LABELLED, REPORT, Stage

STAFF, ML = PageAccess(read=("staff",)), PageAccess(read=("staff",), act=("ml",))


def somebody(*groups: str, mail: str = "", owns: bool = True) -> Visitor:
    return Visitor(Person("x", "X", mail, frozenset(groups), owns_mail=owns))


def test_rights_are_those_of_both_commits() -> None:
    assert rights_of(somebody("ml"), [ML]) == {Right.READ, Right.ACT}
    assert rights_of(somebody("ml", "staff"), [ML, STAFF]) == {Right.READ}
    assert rights_of(somebody("ml"), [STAFF, ML]) == frozenset()
    assert rights_of(somebody("ml"), []) == frozenset()
    assert rights_of(Visitor(), []) == HERE


def test_a_mail_that_nobody_has_seen_to_be_theirs_gives_nothing() -> None:
    access = [PageAccess(act=("user:ada@example.org",))]
    assert Right.ACT in rights_of(somebody(mail="ada@example.org"), access)
    assert not rights_of(somebody(mail="ada@example.org", owns=False), access)


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/dev/graph", Right.READ),
        ("GET", "/dev/datasets/log", Right.READ),
        ("GET", "/api/v1/environments/dev/resources/datasets/logs", Right.READ),
        ("GET", "/dev/files/reports/monitors/loans/a/report.html", Right.DATA),
        ("GET", "/dev/pages/reports/monitors/loans/a/report.md", Right.DATA),
        ("GET", "/dev/files/status/datasets/loans.yaml", Right.DATA),
        ("GET", "/dev/pages/labels/side.md", Right.DATA),
        ("GET", "/dev/pages/experiments/loans.md", Right.READ),
        ("GET", "/dev/experiments/loans/aaaaaaaaaaaa", Right.DATA),
        ("GET", "/dev/datasets/loans/data", Right.DATA),
        ("GET", "/dev/monitors/loans/reports", Right.DATA),
        ("GET", "/dev/experiments/loans/compare", Right.READ),
        ("GET", "/dev/monitors/loans/lineage", Right.READ),
        ("GET", "/dev/commits/aaaaaaaaaaaa", Right.READ),
        ("GET", "/dev/experiments/loans/aaaaaaaaaaaa/log", Right.LOGS),
        ("GET", "/dev/experiments/loans/log", Right.LOGS),
        ("GET", "/api/v1/environments/dev/resources/experiments/loans/log", Right.LOGS),
        ("GET", "/api/v1/environments/dev/resources/experiments/loans/runs/aaaaaaaaaaaa/log", Right.LOGS),
        ("GET", "/api/v1/environments/dev/resources/experiments/loans/runs/aaaaaaaaaaaa/progress", Right.DATA),
        ("GET", "/dev/logs/experiments/loans/aaaaaaaaaaaa", Right.LOGS),
        ("POST", "/dev/datasets/loans/act", Right.ACT),
        ("POST", "/dev/approvals", Right.APPROVE),
        ("POST", "/api/v1/environments/dev/approvals", Right.APPROVE),
        ("POST", "/api/v1/environments/dev/resources/datasets/loans/acts/reconcile", Right.ACT),
        ("DELETE", "/dev/anything", Right.ACT),
    ],
)
def test_every_address_asks_for_one_right(stage: Stage, method: str, path: str, right: Right) -> None:
    key, rest = key_of(path, stage.following)
    assert (key, right_for(method, rest)) == ("dev", right)


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/api/v1/events", "/nowhere/x", "//dev/x"])
def test_what_is_of_no_environment_asks_for_none(stage: Stage, path: str) -> None:
    assert key_of(path, stage.following)[0] == ""


def test_without_the_right_to_data_none_is_seen(browser: Browser, issuer: Issuer) -> None:
    issuer.person |= {"groups": ["staff"]}
    browser.go()
    page = browser.get("/dev/datasets/loans")
    assert page.status_code == 200
    assert "Violations" not in page.text
    for path in (
        f"/dev/pages/{REPORT}/report.md",
        f"/dev/files/{REPORT}/report.html",
        f"/dev/files/%72eports{REPORT[7:]}/report.md",
        "/dev/labels/loans/data",
        f"/dev/{LABELLED}/disputed/0.png",
        f"/dev/labels/%6Coans/{LABELLED.rpartition('/')[2]}/disputed/0.png",
        "/api/v1/environments/dev/resources/labels/loans/disputes",
        "/api/v1/environments/dev/resources/labels/loans/disputes?page=2",
    ):
        answer = browser.get(path)
        assert (answer.status_code, "may not see data in dev" in answer.text) == (403, True)
    for path in (f"/dev/files//{REPORT}/report.html", f"/dev/files/./{REPORT}/report.html"):
        assert browser.get(path).status_code in (403, 404)
    assert REPORT not in browser.get("/dev/monitors/loans").text
    assert browser.get("/dev/files/README.md").status_code == 200


def test_who_may_not_read_is_told_who_may(browser: Browser, issuer: Issuer) -> None:
    issuer.person |= {"groups": ["guests"]}
    browser.go()
    answer = browser.get("/dev/graph")
    assert answer.status_code == 403
    assert "Ada Lovelace may not read in dev" in answer.text
    assert "says staff" in answer.text
    assert "your groups are: guests" in answer.text
    overview = browser.get("/")
    assert overview.status_code == 200
    assert "datasets/loans" not in overview.text
    assert "None that Ada Lovelace may read" in overview.text
    assert browser.get("/api/v1/environments").json() == {"environments": []}


def test_what_a_commit_takes_away_is_gone_and_what_it_gives_waits(
    browser: Browser, issuer: Issuer, place: Stage, acts: Acts
) -> None:
    issuer.person |= {"groups": ["staff", "guests"]}
    browser.go()
    environment = place.following.environments["dev"]

    def told(access: str) -> CommitId:
        commit = place.clone.commit({ENVIRONMENT: access}, "Say who")
        environment.look()
        return CommitId(commit)

    assert browser.get("/dev/graph").status_code == 200
    told(ACCESS.replace("staff", "others"))
    assert browser.get("/dev/graph").status_code == 403, "at once"
    commit = told(ACCESS.replace("staff", "staff, guests").replace("act: [ml", "act: [guests, ml"))
    assert browser.post("/dev/datasets/loans/act").status_code == 403, "not before the daemon has taken it"
    place.status.write({"pass.yaml": dump({"environment": "dev", "commit": commit})}, "dev: a pass")
    environment.look()
    assert "Make it anew now" in browser.get("/dev/datasets/loans").text


def test_a_broken_file_gives_nobody_more(browser: Browser, issuer: Issuer, place: Stage) -> None:
    issuer.person |= {"groups": ["everybody"]}
    browser.go()
    place.clone.commit({ENVIRONMENT: "access: {read: everybody, reed: everybody}"}, "Break it")
    place.following.environments["dev"].look()
    assert browser.get("/dev/graph").status_code == 403


def test_events_are_of_what_one_may_read(browsing: Browsing, issuer: Issuer, place: Stage) -> None:
    snapshot = place.following.snapshots["dev"]
    bare = without_data(snapshot)
    assert without_data(snapshot) is bare, "made once"
    assert (bare.tag, snapshot.tag) == (f"{snapshot.commit}-part", snapshot.commit)
    assert not any(path.startswith("reports/") for path in bare.tree.files)
