"""A real training in a real browser: its log and its curve grow on the page while it runs, and stay when it is over."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.demo.browser import Browser, installed
from tests.e2e.test_own_rows import ROOT, Person, person  # noqa: F401 - a fixture
from tests.e2e.test_page import _AXE
from tests.servers.process import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.turns("whole lives", "the page in a browser"),
    pytest.mark.skipif(not installed(), reason="no browser is installed: apt-get install chromium"),
]
PATIENCE = 180.0
SPEC = """
dataset: datasets/leute-kunden
target: "gekündigt?"
task: binary
exclude: ["Nr."]
runner: {command: [python, train.py], code: code/net}
params: {rate: 0.5}
metric: {name: roc_auc, goal: maximize}
"""
CODE = """
import json, os, pathlib, sys, time
import numpy as np, pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import SGDClassifier

rows = pd.read_parquet(os.environ["SETPOINT_TRAIN"])
X, y = rows[["größe", "x (%)"]].astype("float32").to_numpy(), rows["gekündigt?"].to_numpy()
model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.01, random_state=1)
print("\\x1b[32mbegin\\x1b[0m <script>alert(1)</script> \\x07")
for epoch in range(1, 6):
    while not pathlib.Path(GATE, str(epoch)).exists():
        time.sleep(0.05)
    model.partial_fit(X, y, classes=np.unique(y))
    figures = {"accuracy": model.score(X, y), "not a number": float("nan")}
    print(json.dumps({"setpoint.progress": {"step": epoch, "of": 5, "unit": "epoch", "metrics": figures}}))
onnx = to_onnx(model, initial_types=[(name, FloatTensorType([None, 2])) for name in ["X"]], options={"zipmap": False})
pathlib.Path(os.environ["SETPOINT_OUTPUT"], "model.onnx").write_bytes(onnx.SerializeToString())
"""
POINTS = "document.querySelectorAll('.plot circle').length"
TEXT = "document.querySelector('main').innerText"


def rows() -> pd.DataFrame:
    """Return rows whose columns have odd names."""
    chance = np.random.default_rng(0)
    size, share = chance.normal(size=400), chance.uniform(size=400)
    told = np.where(size + share > 0.5, "ja", "nein")
    columns = {"Nr.": range(400), "größe": size, "x (%)": share, "gekündigt?": told}
    return pd.DataFrame(columns)


@pytest.fixture
def gate(person: Person) -> Path:  # noqa: F811 - the fixture
    """Return the folder by which the training is let go on, in a repository that asks for it."""
    rows().to_csv(person.folder.parent / "leute & kunden.csv", index=False)
    begun = ["--csv", str(person.folder.parent / "leute & kunden.csv"), "--target", "gekündigt?"]
    person.types("setpoint", "init", ".", *begun)
    found = person.folder.parent / "gate"
    (person.folder / "code/net").mkdir(parents=True)
    found.mkdir()
    (person.folder / "code/net/train.py").write_text(f"GATE = {str(found)!r}\n{CODE}")
    for file in (person.folder / "specs").glob("*/leute-kunden.yaml"):
        if file.parent.name != "datasets":
            file.unlink()
    (person.folder / "specs/experiments/net.yaml").write_text(SPEC)
    person.types("git", "add", "-A")
    person.types("git", "commit", "-qm", "Train by own code")
    return found


@pytest.fixture
def page(person: Person, gate: Path, tmp_path: Path) -> Iterator[str]:  # noqa: F811 - the fixture
    """Run the daemon with its page; return the page's address."""
    log = tmp_path / "daemon.log"
    place = ["-C", str(person.folder), "-e", "dev", "--home", str(person.home)]
    line = [sys.executable, "-m", "reconciler", "run", *place, "--web", "127.0.0.1:0", "--log", "json"]
    with log.open("w") as file, subprocess.Popen(line, cwd=ROOT, stderr=file) as process:
        until(lambda: "the page is served" in log.read_text() or process.poll() is not None, "the page", PATIENCE)
        told = re.search(r'"url": "([^"]+)"', log.read_text())
        assert told, log.read_text()
        yield told[1]
        for step in range(1, 6):
            (gate / str(step)).touch()
        process.terminate()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


def test_a_training_is_watched_while_it_runs(
    browser: Browser,
    page: str,
    gate: Path,
    person: Person,  # noqa: F811 - the fixture
) -> None:
    browser.open(f"{page}dev/experiments/net/compare")
    (gate / "1").touch()
    (gate / "2").touch()
    until(lambda: "epoch 2 of 5" in browser.run(TEXT), "the second step", PATIENCE)
    browser.run("window.mine = 1")
    assert browser.run(POINTS) == 2
    (gate / "3").touch()
    until(lambda: browser.run(POINTS) == 3, "the curve to grow", PATIENCE)
    assert browser.run("window.mine") == 1, "the page is the one that was loaded"
    _readable(browser)

    run = browser.run("document.querySelector('.pinned th a').getAttribute('href')")
    _log(browser, f"{page}{run[1:]}/log", gate)
    browser.open(page + run[1:])
    assert "epoch 4 of 5" in browser.run(TEXT)
    assert browser.run(POINTS) == 4
    (gate / "5").touch()
    until(lambda: "running" not in browser.run("document.querySelector('h1').innerText"), "its end", PATIENCE)
    assert "accepted" in browser.run(TEXT), browser.run(TEXT)
    until(lambda: browser.run(POINTS) == 5, "the curve that is kept", PATIENCE)
    kept = json.loads(person.types("git", "show", f"setpoint/dev:reports{run.removeprefix('/dev')}/metrics.json"))
    assert (kept["history"]["step"], kept["history"]["steps"]) == ("epoch", [1, 2, 3, 4, 5])
    assert list(kept["history"]["series"]) == ["accuracy"]


def _log(browser: Browser, url: str, gate: Path) -> None:
    """See the log grow, as what it is, to a place that a person can read."""
    browser.open(url)
    assert "It told last: epoch 3 of 5" in browser.run(TEXT)
    assert browser.run("document.querySelector('pre .ink-green').innerText") == "begin"
    assert browser.run("document.querySelector('pre').innerText").count("<script>alert(1)</script> \\x07") == 1
    browser.run("document.querySelector('pre').focus()")
    (gate / "4").touch()
    until(lambda: "epoch 4 of 5" in browser.run(TEXT), "the log to grow", PATIENCE)
    assert browser.run("document.activeElement.tagName") == "PRE", "who reads by keys goes on where they were"
    _readable(browser)


def _readable(browser: Browser) -> None:
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    for width, scheme in ((1280, "light"), (390, "dark")):
        browser.look(width, scheme=scheme)
        browser.run(f"{axe};1")
        found: Any = json.loads(browser.run(_AXE))
        assert found == []
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
