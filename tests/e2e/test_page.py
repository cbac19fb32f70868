"""The page in a real browser: readable for everybody, driven by keys alone, new without being loaded anew."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from reconciler.providers.data.git import GitData
from tests.demo.browser import Browser, installed
from tests.servers.process import until
from tests.times import ROOT
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, PLACES, REPORT, TRIAL, Stage, document, leave

pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("whole lives", "the page in a browser"),
    pytest.mark.skipif(not installed(), reason="no browser is installed: apt-get install chromium"),
]
PAGES = (
    "",
    "dev/graph",
    "dev/releases",
    "dev/proposals",
    "nowhere",
    f"dev/pages/{REPORT}/report.md",
    f"dev/pages/{REPORT}/report.html",
    *PLACES,
    "dev/labels/loans/data?page=2",
    "dev/pools?pool=pools/shared&gpus=2&team=risk&weight=3",
    "dev/pools?pool=pools/shared&gpus=x",
)
_PLACE = "document.readyState === 'complete' ? location.pathname : ''"
"""Where a page is that has all that it shows."""
_AXE = """axe.run(document, {resultTypes: ['violations'], iframes: false}).then((found) => JSON.stringify(
  found.violations.map((one) => [one.id, one.nodes[0].html, one.nodes[0].failureSummary])))"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "repository")


@pytest.fixture
def address(stage: Stage, tmp_path: Path) -> Iterator[str]:
    """Serve the page by a process of its own, beside a data store."""
    leave(GitData(tmp_path / "home/data", "dev"))
    place = ["-C", stage.source.repository.place, "-e", "dev", "--home", str(tmp_path / "home")]
    line = [sys.executable, "-m", "reconciler", "web", *place, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_read_it_on_any_screen(browser: Browser, address: str, width: int, scheme: str) -> None:
    browser.look(width, scheme=scheme)
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    for page in (*PAGES, *(f"dev/{one}" for one in DOCUMENTS)):
        browser.open(address + page)
        browser.run(f"{axe};1")
        assert json.loads(browser.run(_AXE)) == [], page
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"{page} is wider than the screen"


def test_nothing_that_others_wrote_acts(browser: Browser, address: str) -> None:
    for page in (*PAGES, *(f"dev/{one}" for one in DOCUMENTS)):
        browser.open(address + page)
        assert browser.run("document.querySelectorAll('main script').length") == 0
    browser.open(f"{address}dev/files/{REPORT}/report.html")
    assert browser.run("origin") == "null", "what a runner wrote has no origin"


def test_a_change_is_seen_without_loading_and_what_is_typed_stays(browser: Browser, address: str, stage: Stage) -> None:
    browser.open(f"{address}dev/datasets/loans")
    browser.run("window.mine = 1")
    until(lambda: browser.run("document.querySelector('.live').textContent") == "live", "the page to be connected")
    stage.tell("datasets/loans", document("ready", "version 2 is merged"))
    until(lambda: "version 2 is merged" in browser.run("document.querySelector('main').innerText"), "the change")
    assert browser.run("window.mine") == 1, "the page is the one that was loaded"
    browser.open(address)
    until(lambda: browser.run("document.querySelector('.live').textContent") == "live", "the page to be connected")
    browser.run("document.querySelector('input').focus(); document.querySelector('input').value = 'loa'")
    stage.tell("datasets/loans", document("ready", "version 3 is merged"))
    assert browser.run("document.querySelector('input').value") == "loa"
    browser.run("document.activeElement.blur()")
    until(lambda: "version 3 is merged" in browser.run("document.querySelector('main').innerText"), "the change")


def test_keys_alone_lead_through_it(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.press("Tab", "Enter")
    assert browser.run("document.activeElement.id") == "main", "the first key leads to the content"
    for _ in range(60):
        browser.press("Tab")
        if str(browser.run("document.activeElement.getAttribute('href')")) == "/dev/graph":
            break
    browser.press("Enter")
    until(lambda: browser.run("location.pathname") == "/dev/graph", "the graph")
    for _ in range(60):
        browser.press("Tab")
        if str(browser.run("document.activeElement.getAttribute('href')")) == "/dev/experiments/loans":
            break
    browser.press("Enter")
    until(lambda: browser.run("location.pathname") == "/dev/experiments/loans", "the resource")


def test_a_person_finds_from_an_alert_to_the_model_its_data_and_who_merged_it(browser: Browser, address: str) -> None:
    browser.open(f"{address}dev/monitors/loans")
    _follow(browser, "Reports over time", "/dev/monitors/loans/reports")
    assert browser.run("document.querySelector('.strip td.far').innerText").startswith("▲ 0.40")
    browser.open(f"{address}dev/monitors/loans")
    _follow(browser, TRIAL, f"/dev/{TRIAL}")
    assert "0.8 (0.6 to 0.9)" in browser.run("document.querySelector('main').innerText"), "a slice with its interval"
    _follow(browser, "Lineage of experiments/loans", "/dev/experiments/loans/lineage")
    browser.run("document.querySelector('a[href^=\"/dev/commits/\"]').click()")
    until(lambda: str(browser.run(_PLACE)).startswith("/dev/commits/"), "the commit")
    assert "Ada" in browser.run("document.querySelector('main').innerText")


def test_trials_are_kept_by_dragging_along_an_axis_and_all_come_back(
    browser: Browser, address: str, stage: Stage
) -> None:
    board = [
        {
            "run": f"experiments/loans/{digit * 12}",
            "rank": n + 1,
            "params": {"depth": n},
            "ranking": {"value": 0.9 - n / 10},
        }
        for n, digit in enumerate("abcd")
    ]
    stage.tell("experiments/loans", document(metric={"name": "roc_auc"}, leaderboard=board))
    browser.open(f"{address}dev/experiments/loans/compare")
    until(lambda: browser.run("document.querySelectorAll('.parallel .trial').length") == 4, "the trials")
    drag = """(() => { const svg = document.querySelector('.parallel'), box = svg.getBoundingClientRect();
      const axis = svg.querySelector('.axis'), x = box.left + Number(axis.dataset.x);
      const at = (kind, y) => axis.dispatchEvent(new PointerEvent(kind,
        { bubbles: true, clientX: x, clientY: box.top + y, pointerId: 1 }));
      at('pointerdown', 34); at('pointermove', %d); at('pointerup', %d);
      return document.querySelectorAll('.parallel .trial.out').length; })()"""
    assert browser.run(drag % (120, 120)) == 2
    assert (
        browser.run(
            "[...document.querySelectorAll('#trials + .wide tbody tr')].filter((r) => r.checkVisibility()).length"
        )
        == 2
    )
    assert browser.run(drag % (34, 34)) == 0, "a click keeps all"


def test_a_disputed_example_is_seen_with_what_each_person_marked_on_it(browser: Browser, address: str) -> None:
    browser.open(f"{address}dev/labels/loans")
    _follow(browser, "Agreement and disputes", "/dev/labels/loans/data")
    seen = "(() => { const one = document.querySelector('.marked img'); return one.complete && one.naturalWidth; })()"
    browser.run("document.querySelector('.marked img').scrollIntoView()")
    until(lambda: browser.run(seen) == 1, "the picture")
    box, picture = (
        browser.run(f"JSON.stringify(document.querySelector('{one}').getBoundingClientRect())")
        for one in (".marked polygon", ".marked img")
    )
    box, picture = json.loads(box), json.loads(picture)
    assert box["left"] - picture["left"] == pytest.approx(0.1 * picture["width"], abs=4)
    assert box["height"] == pytest.approx(0.4 * picture["height"], abs=8)
    browser.run("document.querySelector('a[rel=next]').click()")
    until(lambda: browser.run("location.search") == "?page=2", "the second page")


def test_what_if_is_asked_by_a_form_without_a_script(browser: Browser, address: str) -> None:
    browser.open(f"{address}dev/pools")
    browser.run("document.querySelector('.what-if summary').click()")
    browser.run("document.querySelector('[name=cpus]').value = '2'; document.querySelector('.what-if button').click()")
    until(lambda: "cpus=2" in browser.run("location.search"), "the answer's address")
    until(lambda: "+2 cpus" in browser.run("document.body.innerText"), "the answer")
    assert "as it would be" in browser.run("document.querySelector('#what-if-table-1 + .wide').innerText")
    assert browser.run("document.querySelector('[name=cpus]').value") == "2", "what was asked stays in the form"


def _follow(browser: Browser, words: str, path: str) -> None:
    """Click a link, and wait for the page that it leads to."""
    browser.run(f"[...document.querySelectorAll('main a')].find((one) => one.innerText === {words!r}).click()")
    until(lambda: browser.run(_PLACE) == path, f"{path} after {words}")
