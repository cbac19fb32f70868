"""People in a real browser: they log in at an issuer, press buttons, and find their own names in Git."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.demo.browser import Browser, installed
from tests.e2e.test_page import _AXE
from tests.servers.process import until
from tests.times import ROOT
from tests.unit.reconciler.web.conftest import ACCESS, ENVIRONMENT
from tests.unit.reconciler.web.login.issuer import CLIENT, Issuer, issuing
from tests.unit.reconciler.web.pages.conftest import Stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("whole lives", "the page in a browser"),
    pytest.mark.skipif(not installed(), reason="no browser is installed: apt-get install chromium"),
]
PAGE = "dev/datasets/loans"
BUTTON = """[...document.querySelectorAll('form.act')].find(
  (one) => one.querySelector('[name=verb]').value === '{verb}').querySelector('button')"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "repository", {ENVIRONMENT: f"description: one machine\n{ACCESS}"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        found.secret = ""
        yield found


@pytest.fixture
def address(stage: Stage, issuer: Issuer, tmp_path: Path) -> Iterator[str]:
    """Serve a page that people log in at, by a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = tmp_path / "login.yaml"
    file.write_text(f"url: http://127.0.0.1:{port}\noidc: {{issuer: '{issuer.url}', client_id: {CLIENT}}}\n")
    place = ["-C", stage.source.repository.place, "-e", "dev", "--home", str(tmp_path / "home")]
    line = [sys.executable, "-m", "reconciler", "web", *place, "--listen", f"127.0.0.1:{port}", "--login", str(file)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


def told(browser: Browser) -> str:
    return str(browser.run("document.querySelector('main').innerText"))


def log(stage: Stage) -> list[str]:
    line = ["git", "-C", stage.source.repository.place, "log", "--format=%an <%ae>: %s", "setpoint/dev"]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()


def press(browser: Browser, verb: str, times: int = 1, field: str = "") -> None:
    """Press the button of a form, so many times in a row, with something written beside it."""
    button = BUTTON.format(verb=verb)
    write = f"button.closest('form').querySelector('input:not([type=hidden])').value = {json.dumps(field)};"
    clicks = "button.click();" * times
    browser.run(f"(() => {{ const button = {button}; {write if field else ''} {clicks} }})()")


def test_people_act_under_their_own_names(browser: Browser, address: str, stage: Stage) -> None:
    browser.open(address + PAGE)
    until(lambda: browser.run("location.pathname") == f"/{PAGE}", "the login")
    assert "Ada Lovelace" in str(browser.run("document.querySelector('header').innerText"))
    assert browser.run("document.cookie") == "", "no script reads the session"
    before = len(log(stage))
    press(browser, "reconcile", times=2)
    until(lambda: "Done" in told(browser), "what became of it")
    assert log(stage)[0] == "Ada Lovelace <ada@example.org>: dev: reconcile datasets/loans"
    assert len(log(stage)) == before + 1, "a double click makes one commit"
    browser.open(address + PAGE)
    press(browser, "suspend", field="an incident <b>")
    until(lambda: "Done" in told(browser), "what became of it")
    browser.open(address + PAGE)
    until(lambda: browser.run(f"!!{BUTTON.format(verb='resume')}") is True, "what is held to be offered to go on")
    browser.run("document.querySelector('header form button').click()")
    until(lambda: "logged out" in told(browser), "the end of the session")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_use_the_forms_on_any_screen(browser: Browser, address: str, width: int, scheme: str) -> None:
    browser.look(width, scheme=scheme)
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    browser.open(address)
    until(lambda: browser.run("location.pathname") == "/", "the login")
    for page in ("", PAGE, "dev/deployments/loans", "dev/proposals"):
        browser.open(address + page)
        browser.run(f"{axe};1")
        assert json.loads(browser.run(_AXE)) == [], page
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"{page} is wider than the screen"
