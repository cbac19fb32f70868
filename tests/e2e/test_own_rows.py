"""`setpoint init --csv` on files of several kinds: each comes to a proposal with nothing filled in, and then serves."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from reconciler.cli.demo.cleanup import end_engines
from reconciler.settings import Settings

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.turns("whole lives", "a file of one's own")]


def flowers() -> pd.DataFrame:
    """Return classes as texts, beside a copy of them in numbers, which gives them away."""
    found = datasets.load_iris(as_frame=True)
    return found.frame.assign(kind=found.frame.target.map(dict(enumerate(found.target_names)))).rename(
        columns={"target": "code"}
    )


def patients() -> pd.DataFrame:
    """Return numbers with gaps, and a number that is predicted."""
    frame = datasets.load_diabetes(as_frame=True, scaled=False).frame
    gaps = np.random.default_rng(0).random(len(frame)) < 0.1
    return frame.assign(bmi=frame.bmi.mask(gaps)).rename(columns={"target": "Verlauf nach 1 Jahr"})


def findings() -> pd.DataFrame:
    """Return texts with gaps, days, names of rows, and odd names of columns."""
    frame, chance = datasets.load_breast_cancer(as_frame=True).frame.head(300), np.random.default_rng(0)
    words = (["mass", "irregular", "large"], ["benign", "small", "regular"])
    notes = [" ".join(chance.choice(words[goal if chance.random() < 0.8 else 1 - goal], 6)) for goal in frame.target]
    notes = [f"{note} seen on ward {n % 17} by doctor {n}" for n, note in enumerate(notes)]
    return frame.iloc[:, [0, 1, 2]].assign(
        **{
            "patient.id": [f"P-{n:05}" for n in range(len(frame))],
            "Befund, kurz": pd.Series(notes).mask(chance.random(len(frame)) < 0.2),
            "gesehen am": pd.date_range("2024-01-01", periods=len(frame), freq="7h").strftime("%d.%m.%Y %H:%M"),
            "bösartig": np.where(frame.target == 0, "ja", "nein"),
        }
    )


FILES: dict[str, tuple[Callable[[], pd.DataFrame], str, dict[str, Any]]] = {
    "iris.csv": (flowers, "kind", {"index": False}),
    "Zucker (2024).csv": (patients, "Verlauf nach 1 Jahr", {"sep": ";", "decimal": ",", "encoding": "utf-16"}),
    "befunde.csv": (findings, "bösartig", {"index": False, "sep": ";", "encoding": "cp1252"}),
}


class Person:
    """Somebody at a shell, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SETPOINT_", "GIT_"))}
        who = {f"GIT_{who}_{what}": "person" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.folder, self.home = folder, folder.parent / "home"
        self._env = kept | who | {"SETPOINT_HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def types(self, *line: str) -> str:
        """Run a command line to its end; return what it printed."""
        words = [sys.executable, "-m", "reconciler", *line[1:]] if line[0] == "setpoint" else list(line)
        done = subprocess.run(
            words, cwd=self.folder, env=self._env, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def facts(self, address: str) -> Any:
        return json.loads(self.types("setpoint", "get", address, "--json"))["facts"]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    folder = tmp_path / "models"
    folder.mkdir()
    yield Person(folder)
    end_engines(Settings(str(folder), "dev", "main", tmp_path / "home"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_to_a_proposal_with_nothing_filled_in(name: str, person: Person) -> None:
    rows, target, how = FILES[name]
    rows().to_csv(person.folder / name, **how)
    told = person.types("setpoint", "init", "--csv", name, "--target", target)
    assert "task" in told
    person.types("setpoint", "validate")
    person.types("git", "add", "--all")
    assert person.types("git", "status", "--porcelain") == ""
    person.types("setpoint", "apply", "--timeout", "8m")
    resource = name.split(".", maxsplit=1)[0].lower().replace(" (", "-").removesuffix(")")
    assert person.facts(f"promotions/{resource}")["proposal"]
    branch = person.types("git", "for-each-ref", "--format=%(refname:short)", "refs/heads/proposals").split()[0]
    person.types("git", "merge", "--quiet", "--no-ff", "--no-edit", branch)
    person.types("setpoint", "apply", "--timeout", "5m")
    deployed = person.facts(f"deployments/{resource}")
    answers = ask(f"{deployed['url']}/v1/models/{resource}:predict", asked(rows()))
    truth = list(rows()[target].head(len(answers)))
    if name != "Zucker (2024).csv":
        assert sum(answer == true for answer, true in zip(answers, truth, strict=True)) > 0.8 * len(truth)
    assert "waiting" not in person.types("setpoint", "status", "-o", "name", "--not-ready")


NOT_ASKED = {"kind", "code", "bösartig", "patient.id", "gesehen am", "Verlauf nach 1 Jahr"}


def asked(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as a client has them: without what the model isn't asked for."""
    frame = rows.head(50)
    records = frame.drop(columns=[name for name in frame if name in NOT_ASKED]).to_dict("records")
    return [{str(key): None if pd.isna(value) else value for key, value in row.items()} for row in records]


def ask(url: str, rows: list[dict[str, Any]]) -> list[Any]:
    body = json.dumps({"instances": rows}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: list[Any] = json.load(answer)["predictions"]
        return found
