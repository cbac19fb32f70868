"""How an endpoint is asked: every line of the page is run against a real one."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.servers.ports import free_port
from tests.unit.runners.serve.test_start import told
from tests.unit.runners.serve.tiny import bright, explainable

PAGE = (Path(__file__).parents[2] / "docs" / "asking.md").read_text()
_MODELS = {"employment": explainable, "sides": bright}


def lines() -> list[str]:
    """Return what the page types."""
    return re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)


@contextmanager
def serving(name: str, folder: Path) -> Iterator[str]:
    """Serve one of the models that the page asks."""
    folder.mkdir()
    digest = _MODELS[name](folder / "trial")
    port = free_port()
    more = {"model_url": str(folder / "trial"), "model_digest": digest, "socket": None, "port": port, "name": name}
    (folder / "config.json").write_text(json.dumps(told(folder, **more)))
    with (folder / "log").open("wb") as log:
        line = [sys.executable, "-m", "runners.serve", str(folder / "config.json")]
        process = subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not is_ready(url):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def is_ready(url: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{url}/v2/health/ready", timeout=1).status == 200)
    except OSError:
        return False


def rounded(told: Any) -> Any:
    """Return a document whose numbers are shown with three decimals."""
    if isinstance(told, dict):
        return {name: rounded(value) for name, value in told.items()}
    if isinstance(told, list):
        return [rounded(value) for value in told]
    return round(told, 3) if isinstance(told, float) else told


@pytest.mark.slow
def test_every_line_of_the_page_is_answered(tmp_path: Path) -> None:
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:, 30:] = 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    answers: list[Any] = []
    with serving("employment", tmp_path / "table") as table, serving("sides", tmp_path / "album") as album:
        for line in lines():
            url = album if "/sides" in line else table
            done = subprocess.run(
                ["bash", "-c", line], cwd=tmp_path, env=os.environ | {"URL": url}, capture_output=True, check=False
            )
            assert done.returncode == 0, (line, done.stderr, done.stdout)
            answers += [json.loads(done.stdout)] if "curl" in line else []
    metadata, rows, tensors, picture, picture_by_tensor, both, why = answers
    assert [given["name"] for given in metadata["inputs"]] == ["AGEP", "SEX"]
    assert rows["predictions"] == [0, 1]
    assert tensors["outputs"][0]["data"] == [0, 1]
    assert picture["predictions"] == ["right"]
    assert [one["name"] for one in both["outputs"]] == ["probabilities"]
    shown = json.loads(PAGE[PAGE.index('{"predictions": [0], "pred') :].split("\n```")[0])
    assert rounded(why) == shown
    assert picture_by_tensor["outputs"][0]["data"] == ["right"]
