"""The Dockerfile: it makes the root by the script that the tests run, and says of it what the script says."""

import json
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

import pytest

from deploy.images.__main__ import _parser
from deploy.images.layout import Image, write_layout
from deploy.images.making import RECIPES, labels
from tests.house.yardstick import ROOT

Line = tuple[str, str]


def stages() -> dict[str, tuple[str, list[Line]]]:
    """Return the base and the instructions of each stage."""
    text = re.sub(r"\\\n", " ", (ROOT / "deploy/images/Dockerfile").read_text("utf-8"))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    told: dict[str, tuple[str, list[Line]]] = {}
    for word, rest in lines:
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            told[name] = (base, [])
        else:
            told[name][1].append((word, rest))
    return told


def config_of(name: str, folder: Path) -> Mapping[str, object]:
    """Return how the script says that an image is started."""
    (folder / "blobs/sha256").mkdir(parents=True)
    recipe = RECIPES[name]
    write_layout(folder, Image(name, (), recipe.command, labels(recipe, ""), 0), [], b"{}")
    documents = (json.loads(blob.read_bytes()) for blob in (folder / "blobs/sha256").iterdir())
    (config,) = (one["config"] for one in documents if "rootfs" in one)
    told: Mapping[str, object] = config
    return told


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_an_image_starts_as_the_script_s_does(name: str, tmp_path: Path) -> None:
    base, lines = stages()[name]
    told, config = dict(lines), config_of(name, tmp_path)
    assert base == "scratch"
    assert told["COPY"] == f"--from=build-{name} /image /"
    assert told["ENV"].split() == config["Env"]
    assert told["USER"] == config["User"]
    assert told["WORKDIR"] == config["WorkingDir"]
    assert json.loads(told["CMD"]) == config["Cmd"]
    assert [word for word, _ in lines] == ["COPY", "ENV", "USER", "WORKDIR", "CMD"]
    assert config["Entrypoint"] == []


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_its_root_is_made_and_unpacked_by_the_script(name: str) -> None:
    base, lines = stages()[f"build-{name}"]
    ((word, line),) = lines
    steps = [step.split() for step in line.split("&&")]
    assert (base, word) == ("build", "RUN")
    for step in steps:
        assert step[:3] == ["/opt/venv/bin/python", "-m", "deploy.images"]
    made, unpacked = (_parser().parse_args(step[3:]) for step in steps)
    assert (made.image, str(made.out), made.out) == (name, "/layout", unpacked.layout)
    assert str(unpacked.root) == "/image"


def test_what_makes_it_is_of_the_debian_that_the_base_is_of_and_of_the_same_lock() -> None:
    base, lines = stages()["build"]
    runs = [rest for word, rest in lines if word == "RUN"]
    assert base == labels(RECIPES["daemon"], "")["org.opencontainers.image.base.name"].partition(",")[0]
    assert runs[1] == "make VENV=/opt/venv /opt/venv/.demo"
    assert [word for word, _ in takewhile(lambda one: one[1] != runs[1], lines)] == ["RUN", "COPY", "WORKDIR"]
