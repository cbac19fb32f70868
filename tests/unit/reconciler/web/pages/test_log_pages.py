"""Pages of logs: what was printed, as what it is, of the environment's own runs, for who has the right to it."""

import html

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Digest
from reconciler.model.observed import JobState
from runners.contract.progress import Progress, line_of
from tests.unit.reconciler.web.conftest import Browser
from tests.unit.reconciler.web.login.issuer import Issuer
from tests.unit.reconciler.web.pages.conftest import HOSTILE, OTHER, TRIAL, VERSION, Client, Stage, document
from tests.unit.reconciler.web.pages.engines import Engines

STRANGER = "experiments/loans/eeeeeeeeeeee"
API = "/api/v1/environments/dev/resources/experiments/loans"


def test_a_run_shows_what_it_printed_as_text(asked: Client, engines: Engines) -> None:
    engines.tell(TRIAL, f"{HOSTILE}\x1b[31mred\x1b[0m\n{line_of(Progress(3, 20, unit='epoch'))}\n")
    page = asked.get(f"/dev/{TRIAL}/log").text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert '<span class="ink-red">red</span>' in page
    assert "It told last: epoch 3 of 20" in page
    assert "data-live" in page
    assert 'href=""' in page, "a link reads it anew without a script"


def test_one_that_has_ended_isnt_looked_at_again_and_again(asked: Client, engines: Engines) -> None:
    engines.tell(TRIAL, "", JobState.SUCCEEDED)
    page = asked.get(f"/dev/{TRIAL}/log").text
    assert "data-live" not in page
    assert "<p>Nothing.</p>" in page


def test_how_much_is_left_out_is_said(asked: Client, engines: Engines) -> None:
    engines.tell(TRIAL, "0123456789\n" * 20_000)
    assert "of at least 220,000 bytes the last 131,0" in asked.get(f"/dev/{TRIAL}/log").text


def test_a_resource_shows_its_newest_job_and_leads_to_the_others(asked: Client, engines: Engines) -> None:
    engines.tell(TRIAL, "the older one", JobState.SUCCEEDED)
    engines.tell(OTHER, "the one that runs")
    engines.tell(STRANGER, "of another environment", hour=9)
    page = asked.get("/dev/experiments/loans/log").text
    assert "the one that runs" in page
    assert f'href="/dev/{TRIAL}/log"' in page
    assert STRANGER not in page


def test_a_run_that_the_environment_doesnt_tell_of_is_nobodys_affair(asked: Client, engines: Engines) -> None:
    engines.tell(STRANGER, "of another environment")
    for path in (f"/dev/{STRANGER}/log", f"{API}/runs/{'e' * 12}/log", f"{API}/runs/{'e' * 12}/progress"):
        answer = asked.get(path)
        assert (answer.status_code, "tells of no run" in answer.text) == (404, True)
    assert asked.get("/dev/experiments/none/aaaaaaaaaaaa/log").status_code == 404
    assert asked.get("/dev/experiments/loans/NO/log").status_code == 404
    assert asked.get("/dev/experiments/none/log").status_code == 404
    assert engines.asked == []


def test_one_that_was_told_of_before_is_known(asked: Client, engines: Engines, stage: Stage) -> None:
    engines.tell(TRIAL, "once the best")
    stage.tell("experiments/loans", document(metric={"name": "roc_auc"}, leaderboard=[]))
    stage.status.write({f"reports/{TRIAL}/{name}": None for name in ("metrics.json", "result.json")}, "away")
    for one in stage.following.environments.values():
        one.look()
    assert "once the best" in asked.get(f"/dev/{TRIAL}/log").text


@pytest.mark.parametrize("path", [f"/dev/{TRIAL}/log", "/dev/experiments/loans/log", "/dev/deployments/loans/log"])
def test_a_page_that_reads_git_alone_says_where_the_log_is(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "reads Git alone" in answer.text
    assert "setpoint logs" in answer.text


def test_why_it_cant_be_read_is_said(asked: Client, engines: Engines) -> None:
    assert f"knows no job of {TRIAL}" in html.unescape(asked.get("/dev/experiments/loans/log").text).replace(
        f'<a href="/dev/{TRIAL}">{TRIAL}</a>', TRIAL
    )
    engines.error = Unavailable("the cluster is away", "look after it")
    assert "the cluster is away (look after it)" in asked.get(f"/dev/{OTHER}/log").text
    assert asked.get(f"{API}/runs/{'b' * 12}/log").status_code == 503
    engines.error = Refused("the pool can't be made")
    assert asked.get(f"/api/v1/environments/dev/resources/{VERSION.replace('/a', '/runs/a')}/log").status_code == 409


def test_what_has_no_runs_has_no_log(asked: Client) -> None:
    page = asked.get("/dev/pools/shared/log").text
    assert "has no run yet" in page
    assert "setpoint logs" not in page
    assert asked.get("/api/v1/environments/dev/resources/pools/shared/log").json() == {"logs": []}


def test_a_deployment_shows_its_replicas(asked: Client, engines: Engines) -> None:
    engines.printed["deployments/loans"] = {Digest("r1"): {"r1-0": "serves", "r1-1": ""}, Digest("s2"): {"s2-0": "new"}}
    page = asked.get("/dev/deployments/loans/log").text
    assert "Replica r1-0 of revision r1" in page
    assert "Nothing yet." in page
    assert "data-live" in page
    alone = asked.get("/dev/deployments/loans/log?revision=s").text
    assert ("serves" in alone, "new" in alone) == (False, True)
    told = asked.get("/api/v1/environments/dev/resources/deployments/loans/log?revision=s").json()
    assert told == {"logs": [{"name": "s2-0", "state": "", "text": "new", "size": 3, "left_out": 0}]}
    engines.printed.clear()


def test_the_api_tells_the_log_and_the_progress(asked: Client, engines: Engines) -> None:
    lines = [line_of(Progress(n, 3, {"loss": 1 / n})) for n in (1, 2)]
    engines.tell(TRIAL, "\n".join(lines))
    log = asked.get(f"{API}/log").json()["logs"]
    assert [(one["name"], one["state"], one["left_out"]) for one in log] == [(TRIAL, "running", 0)]
    assert asked.get(f"{API}/runs/{'a' * 12}/log").json()["logs"] == log
    told = asked.get(f"{API}/runs/{'a' * 12}/progress").json()
    assert (told["words"], told["step"], told["of"]) == ("step 2 of 3", 2, 3)
    assert told["history"]["series"] == {"loss": [1.0, 0.5]}
    engines.tell(OTHER, "nothing")
    assert asked.get(f"{API}/runs/{'b' * 12}/progress").json()["words"] is None


def test_logs_have_a_right_of_their_own(browser: Browser, issuer: Issuer) -> None:
    issuer.person |= {"groups": ["staff"]}
    browser.go()
    for path in (f"/dev/{TRIAL}/log", "/dev/deployments/loans/log", f"{API}/log", f"{API}/runs/{'a' * 12}/log"):
        answer = browser.get(path)
        assert (answer.status_code, "may not read logs in dev" in answer.text) == (403, True)


def test_who_has_the_right_reads_them(browser: Browser, issuer: Issuer) -> None:
    issuer.person |= {"groups": ["leads", "staff"]}
    browser.go()
    assert browser.get(f"/dev/{TRIAL}/log").status_code == 200
