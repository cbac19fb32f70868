"""Labels by the page alone: people answer by keys in a real browser, and the daemon merges what they said."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.folder import LabelFolder
from tests.demo.browser import Browser, installed
from tests.servers.process import until
from tests.times import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("whole lives", "labels by the page"),
    pytest.mark.skipif(not installed(), reason="no browser is installed: apt-get install chromium"),
]
ADA, BEN = "ada@example.org", "Ben"
SPECS = {
    "environments/dev/environment.yaml": "description: Asks people.\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 2, memory: 4Gi}\n",
    "specs/labels/mails.yaml": """\
dataset: datasets/mails
choices: [spam, ham]
campaign:
  show: text
  guide: Is it *spam*?
  answers: {wanted: 2}
""",
}
DATASET = "source: {{files: {{url: '{}', format: csv}}}}\nidentifier: id\n"
_AXE = """axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify(
  found.violations.map((one) => [one.id, one.nodes[0].html, one.nodes[0].failureSummary])))"""
SHAPES = """<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image"><Label value="square"/><Label value="circle"/></RectangleLabels></View>"""
PEOPLE = """<View><Text name="text" value="$text"/>
<Labels name="who" toName="text"><Label value="person"/><Label value="place"/></Labels></View>"""
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='200'/%3E"


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@contextmanager
def served(repository: Path, home: Path, labels: str, person: str) -> Iterator[str]:
    """Serve a desk by a process of its own, and give its address."""
    place = ["-C", str(repository), "-e", "dev", "--home", str(home)]
    line = [sys.executable, "-m", "reconciler", "label", labels, "--as", person, *place, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def committed(folder: Path, specs: dict[str, str]) -> Path:
    """Make a repository of specs."""
    for path, text in specs.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    who = ["-c", "user.name=Ada", "-c", f"user.email={ADA}"]
    for line in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *line], cwd=folder, check=True)
    return folder


def test_two_people_label_by_keys_and_their_answers_are_merged(browser: Browser, tmp_path: Path) -> None:
    table, home = tmp_path / "mails.csv", tmp_path / "home"
    table.write_text('id,text\n1,win a prize\n2,<b>lunch</b> at noon\n3,"a, b"\n', "utf-8")
    dataset = {
        "specs/datasets/mails.yaml": f"source: {{files: {{url: '{table.as_uri()}', format: csv}}}}\nidentifier: id\n"
    }
    repository = committed(tmp_path / "repository", {**SPECS, **dataset})
    line = [sys.executable, "-m", "reconciler", "apply", "-C", str(repository), "-e", "dev", "--home", str(home)]
    tasks = home / "labelling/dev/mails/tasks.json"
    with subprocess.Popen(line, cwd=ROOT) as daemon:
        try:
            until(lambda: tasks.exists() or daemon.poll() is not None, "the tasks", patience=120)
            for person in (ADA, BEN):
                _label(browser, repository, home, person)
            assert daemon.wait(240) == 0
        finally:
            daemon.terminate()
    told = [json.loads(path.read_text()) for path in sorted(tasks.parent.glob("answers/*.json"))]
    assert sorted({one["annotations"][0]["completed_by"]["email"] for file in told for one in file}) == [BEN, ADA]
    show = ["git", "show", "setpoint/dev:status/labels/mails.yaml"]
    status = subprocess.run(show, cwd=repository, capture_output=True, text=True, check=True).stdout
    assert "answers: 6" in status, status


def _label(browser: Browser, repository: Path, home: Path, person: str) -> None:
    with served(repository, home, "labels/mails", person) as address:
        browser.open(address)
        for _ in range(3):
            shown = browser.run("document.querySelector('.text').textContent")
            before = browser.run("location.pathname")
            browser.press("1" if "prize" in shown else "2", "Enter")
            until(lambda: browser.run("location.pathname") not in (before, ""), "the next task")  # noqa: B023
        assert "Nothing is left for you" in browser.run("document.querySelector('h1').textContent")


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[str]:
    """Serve pictures and texts to mark, without a daemon."""
    labels = "dataset: datasets/mails\nanswer: {}\ncampaign: {{show: {}, as: {}}}\nchoices: [{}]\n"
    dataset = {
        "specs/datasets/mails.yaml": "source: {files: {url: 'file:///nowhere.csv', format: csv}}\nidentifier: id\n"
    }
    specs = {
        "specs/labels/shapes.yaml": labels.format("boxes", "image", "image", "square, circle"),
        "specs/labels/people.yaml": labels.format("spans", "text", "text", "person, place"),
    }
    repository = committed(tmp_path / "repository", {**SPECS, **dataset, **specs})
    folder, home = LabelFolder(tmp_path / "home/labelling/dev"), tmp_path / "home"
    for name, config in (("shapes", SHAPES), ("people", PEOPLE)):
        folder.configure(ProjectOrder(Address(f"labels/{name}"), name.title(), config))
    folder.add(Address("labels/shapes"), [Task("000000000001-1", {"image": PICTURE, "id": 1})])
    folder.add(Address("labels/people"), [Task("000000000001-1", {"text": "\r\n😀 Ada met Ben.\r\nIn Rome.", "id": 1})])
    with served(repository, home, "labels/shapes", ADA) as one, served(repository, home, "labels/people", ADA) as other:
        yield f"{one} {other}"


def answered(home: Path, name: str) -> list[dict[str, Any]]:
    """Return the values that were answered."""
    file = next((home / "labelling/dev" / name / "answers").glob("*.json"))
    return [one["value"] for one in json.loads(file.read_text())[0]["annotations"][0]["result"]]


def test_places_are_marked_by_mouse_and_by_keys(browser: Browser, desks: str, tmp_path: Path) -> None:
    shapes, people = desks.split()
    browser.look(1280)
    browser.open(shapes)
    left, top, width, height = browser.run(
        "(() => { const it = document.querySelector('.picture img').getBoundingClientRect();"
        " return [it.left, it.top, it.width, it.height]; })()"
    )
    browser.press("2")
    browser.drag(left + width * 0.25, top + height * 0.5, left + width * 0.5, top + height)
    assert browser.run("document.querySelectorAll('.box').length") == 1
    browser.press("Enter")
    until(lambda: browser.run("location.pathname") == "/", "the end")
    (box,) = answered(tmp_path / "home", "shapes")
    assert box.pop("rectanglelabels") == ["circle"]
    assert box == pytest.approx({"x": 25, "y": 50, "width": 25, "height": 50, "rotation": 0}, abs=0.5)

    browser.open(people)
    browser.run("document.querySelector('textarea.text').setSelectionRange(4, 4)")
    browser.press(*["Shift+ArrowRight"] * 3, "1")
    browser.press("Enter")
    until(lambda: browser.run("location.pathname") == "/", "the end")
    assert answered(tmp_path / "home", "people") == [{"start": 5, "end": 8, "text": "Ada", "labels": ["person"]}]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_read_it_on_any_screen(browser: Browser, desks: str, width: int, scheme: str) -> None:
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    browser.look(width, scheme=scheme)
    for address in desks.split():
        for page in ("", "answers", "tasks/nothing"):
            browser.open(address + page)
            browser.run(axe)
            assert json.loads(browser.run(_AXE)) == []
            assert browser.run("document.documentElement.scrollWidth") <= width
