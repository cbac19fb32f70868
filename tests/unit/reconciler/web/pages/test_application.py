"""Every page of a real repository, as a browser gets it."""

import html
import re
from urllib.parse import urljoin, urlsplit

import pytest

from reconciler.model.errors import Unavailable
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, HOSTILE, PLACES, TRIAL, Client, Stage, document

LINK = re.compile(r'(?:href|src|action)="([^"]*)"')


def test_every_link_of_every_page_leads_somewhere(client: Client) -> None:
    seen, left = set[str](), ["/"]
    while left:
        url = left.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = client.get(url)
        assert answer.status_code == 200, url
        if not answer.headers["Content-Type"].startswith("text/html") or "/files/" in url:
            continue
        for told in LINK.findall(answer.text):
            target = urljoin(url, html.unescape(told))
            if not urlsplit(target).netloc:
                left.append(target.partition("#")[0])
    assert {
        "/dev/graph",
        "/dev/releases",
        "/dev/proposals",
        "/dev/pages/README.md",
        "/dev/files/pools/shared.svg",
    } <= seen
    assert {f"/dev/{address}" for address in DOCUMENTS} <= seen
    assert {f"/dev/{address}/lineage" for address in DOCUMENTS} <= seen
    assert {"/dev/experiments/loans/log", "/dev/deployments/loans/log", f"/dev/{TRIAL}/log"} <= seen
    assert {
        "/dev/pools",
        "/dev/experiments/loans/compare",
        "/dev/datasets/loans/data",
        "/dev/labels/loans/data",
    } <= seen
    assert {"/dev/monitors/loans/reports", f"/dev/{TRIAL}", "/dev/datasets/loans/bbbbbbbbbbbb"} <= seen
    assert any(url.startswith("/dev/commits/") for url in seen)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dev/graph",
        "/dev/releases",
        "/dev/proposals",
        *(f"/dev/{address}" for address in DOCUMENTS),
        *(f"/{place}" for place in PLACES),
    ],
)
def test_what_others_wrote_is_text(client: Client, path: str) -> None:
    page = client.get(path).text
    assert "<script>alert" not in page
    assert "\u202e" not in page, "a change of the writing direction shows as what it is"
    assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|>49<", page)


def test_the_overview_shows_what_stands_how(client: Client) -> None:
    page = client.get("/").text
    assert "1 stalled" in page
    assert "Needs a person" in page
    assert html.escape("{{ 7 * 7 }}") in page
    assert "http://127.0.0.1:1/loans" in page
    assert "no daemon has run here yet" in page


def test_a_resource_shows_its_neighbours_its_spec_and_what_became_of_it(client: Client, stage: Stage) -> None:
    page = client.get("/dev/datasets/loans").text
    assert 'href="/dev/experiments/loans"' in page
    assert "specs/datasets/loans.yaml" in page
    assert "target: repaid" in page
    stage.tell("datasets/loans", document("ready", "version 2 is merged"))
    stage.following.environments["dev"].look()
    page = client.get("/dev/datasets/loans").text
    assert page.index("version 2 is merged") < page.index("What became of it")
    assert "stalled" in page[page.index("What became of it") :]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/nowhere/graph", "/dev/datasets/nothing", "/dev/nothing/loans", "/assets/x.js", "/dev/x/y/z"]
)
def test_what_isnt_there_is_said(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Not Found" in answer.text


def test_a_repository_that_cant_be_read_is_said_and_a_defect_names_itself(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the repository is away", "bring it back")

    def broken(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("reconciler.web.pages.application.events", away)
    answer = client.get("/dev/datasets/loans")
    assert (answer.status_code, "the repository is away" in answer.text) == (503, True)
    monkeypatch.setattr("reconciler.web.pages.application.events", broken)
    answer = client.get("/dev/datasets/loans")
    assert (answer.status_code, "a defect of Setpoint: ValueError" in answer.text) == (500, True)
    assert HOSTILE not in answer.text
