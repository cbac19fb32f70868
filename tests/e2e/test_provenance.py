"""Provenance on real engines: a model is trained, signed for and served; what was tampered with is held back."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.demo.cleanup import end_engines
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import read_status
from reconciler.model.ids import Address, RunName
from reconciler.provenance.statement import FILE
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import Key, ssh_key

# One applies what all of them look at.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("provenance"),
    pytest.mark.turns("whole lives", "what a model was made from"),
]
ROOT = Path(__file__).parents[2]
DEPLOYMENT, SIGNERS = "deployments/loans", "environments/dev/allowed_signers"
FILES: Mapping[str, str] = {
    "environments/dev/environment.yaml": "verification: {models: signed}\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 2, memory: 4Gi}\n",
    "specs/datasets/loans.yaml": """\
source: {files: {url: "rows.csv", format: csv}}
target: paid
columns:
  income: {type: integer}
  town: {type: string}
  paid: {type: integer}
""",
    "specs/experiments/loans.yaml": """\
dataset: datasets/loans
target: paid
runner: tabular
params: {model: "choice(logistic, gbm)"}
metric: {name: roc_auc}
""",
    "specs/deployments/loans.yaml": "rollout: {hold: 1s, minimum_requests: 0}\n",
    "specs/promotions/loans.yaml": """\
experiment: experiments/loans
deployment: deployments/loans
gates: [{metric: roc_auc, minimum: 0.6}]
approval: auto
""",
}


class Ground:
    """A repository with an environment whose models have to be signed for, and a daemon with a key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.place = folder, folder / "home", folder / "repository"
        self.key: Key = ssh_key(folder, "daemon")
        files = {**FILES, SIGNERS: self.key.public}
        self.settings = Settings(str(self.place), "dev", "main", self.home)
        for path, text in files.items():
            (self.place / path).parent.mkdir(parents=True, exist_ok=True)
            (self.place / path).write_text(text.replace("rows.csv", str(folder / "rows.csv")))
        with (folder / "rows.csv").open("w", newline="") as rows:
            table = csv.writer(rows)
            table.writerow(("income", "town", "paid"))
            table.writerows((i * 7 % 240, "abc"[i % 3], int(i * 7 % 240 + i * 31 % 40 > 130)) for i in range(400))
        for words in (("init", "-q", "-b", "main"), ("config", "user.name", "Ada"), ("config", "user.email", "a@b.c")):
            subprocess.run(["git", "-C", str(self.place), *words], check=True)
        self.push({})

    def push(self, files: "dict[str, str | None]") -> None:
        """Commit files to the watched branch."""
        Clone(self.place).commit(files)

    def say(self, *words: str, home: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Type a command line."""
        place = ["-C", str(self.place), "-e", "dev", "--home", str(home or self.home)]
        line = [sys.executable, "-m", "reconciler", *words, *place]
        env = {name: value for name, value in os.environ.items() if not name.startswith("SETPOINT_")}
        return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=280)

    def apply(self) -> "subprocess.CompletedProcess[str]":
        """Converge once, with the daemon's key."""
        return self.say("apply", "--signing-key", str(self.key.path), "--timeout", "4m")

    def verify(self, subject: str, *words: str, home: Path | None = None) -> tuple[int, dict[str, Any]]:
        """Verify something; return the exit code, and what was found by link."""
        done = self.say("verify", subject, "--json", *words, home=home)
        assert done.stdout, done.stderr
        links = {link["link"]: link for link in json.loads(done.stdout)["links"]}
        return done.returncode, links

    def facts(self, address: str) -> Mapping[str, Any]:
        """Return what the status tells of a resource."""
        found: Mapping[str, Any] = read_status(self.settings).statuses[Address(address)]
        return found

    def trials(self) -> list[str]:
        """Return the trials, the best first."""
        return [row["run"] for row in self.facts("experiments/loans")["facts"]["leaderboard"]]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(tmp_path_factory.mktemp("provenance"))
    try:
        done = ground.apply()
        assert done.returncode == Exit.OK, done.stdout + done.stderr
        yield ground
    finally:
        end_engines(ground.settings)


@pytest.fixture
def copy(ground: Ground, tmp_path: Path) -> Path:
    """Return a home that has a copy of the data store, with which a test may do as it likes."""
    shutil.copytree(ground.home / "data", tmp_path / "home/data", symlinks=True)
    return tmp_path / "home"


def put_again(home: Path, run: str, changes: Mapping[str, bytes]) -> None:
    """Put a run into a data store anew, changed, as somebody does who may write to it."""
    data, name = GitData(home / "data", "dev"), RunName(run)
    files = {path: data.read(name, path) for path in json.loads(data.read(name, "result.json"))["files"]}
    files |= {path: data.read(name, path) for path in ("result.json", FILE) if not data.missing(name, [path])}
    data.drop(name, accepted=True)
    folder = Path(data.open(name).removeprefix("file://"))
    for path, content in {**files, **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    data.commit(name, {})
    data.merge(name)


def test_what_serves_is_verified_link_by_link(ground: Ground) -> None:
    code, links = ground.verify(DEPLOYMENT)
    assert code == Exit.OK
    assert {name for name, link in links.items() if link["verdict"] != "ok"} == {"specs, signature"}
    assert set(links) == {
        "endpoint", "pin", "model", "statement", "files", "specs", "specs, signature", "dataset",
    }  # fmt: skip
    assert links["statement"]["what"] == "signed by daemon@example.org"
    assert ground.verify(DEPLOYMENT, "--strict")[0] == Exit.BROKEN, "what wasn't looked at is an error where asked for"


def test_a_trial_is_verified_without_an_endpoint(ground: Ground, copy: Path) -> None:
    code, links = ground.verify(ground.trials()[0], home=copy)
    assert code == Exit.OK
    assert "endpoint" not in links


def test_trace_names_the_statement(ground: Ground) -> None:
    told = json.loads(ground.say("trace", DEPLOYMENT, "--json").stdout)
    assert told["model"]["statement"]["file"] == FILE
    assert len(told["model"]["statement"]["sha256"]) == 64
    assert told["model"]["statement"]["keys"]


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_a_statement_is_checked_without_setpoint_as_the_documentation_says(ground: Ground, tmp_path: Path) -> None:
    page = (ROOT / "docs/provenance.md").read_text()
    script = page.partition("## Without Setpoint")[2].partition("```bash\n")[2].partition("```")[0]
    trial = ground.trials()[0]
    shutil.copytree(ground.home / "data/versions" / trial, tmp_path / "run")
    script = script.replace("experiments/employment/249b4f2fed36", trial).replace("setpoint@", "daemon@")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "run/allowed_signers").write_text(ground.key.public)
    line = ["bash", "-c", f"set -eo pipefail\n{script}"]
    done = subprocess.run(line, cwd=tmp_path / "run", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 'Good "in-toto" signature for daemon@example.org' in done.stdout
    (tmp_path / "run/model.onnx").chmod(0o644)
    (tmp_path / "run/model.onnx").write_bytes(b"another model")
    done = subprocess.run(line, cwd=tmp_path / "run", capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "model.onnx: FAILED" in done.stdout


def test_a_model_that_was_changed_in_the_store_is_found(ground: Ground, copy: Path) -> None:
    trial = ground.trials()[0]
    put_again(copy, trial, {"model.onnx": b"another model"})
    code, links = ground.verify(trial, home=copy)
    assert code == Exit.BROKEN
    assert links["files"] == {"link": "files", "verdict": "not ok", "what": "model.onnx is another file"}
    assert links["statement"]["verdict"] == "ok", "the statement is still about what was"


def test_a_statement_that_was_changed_or_is_anothers_is_found(ground: Ground, copy: Path) -> None:
    best, other = ground.trials()
    statement = GitData(copy / "data", "dev").read(RunName(other), FILE)
    put_again(copy, best, {FILE: statement})
    code, links = ground.verify(best, home=copy)
    assert (code, links["statement"]["what"]) == (Exit.BROKEN, f"it is about {other} and not about {best}")
    assert links["files"]["verdict"] == "not looked at"
    told = json.loads(statement)
    told["payload"] = told["payload"][:-8] + "AAAAAAA="
    put_again(copy, other, {FILE: json.dumps(told).encode()})
    code, links = ground.verify(other, home=copy)
    assert code == Exit.BROKEN
    assert "isn't one over it" in links["statement"]["what"]


def test_data_that_was_changed_in_the_store_is_found(ground: Ground, copy: Path) -> None:
    trial = ground.trials()[0]
    result = json.loads(GitData(copy / "data", "dev").read(RunName(trial), "result.json"))
    dataset = result["provenance"]["input_dataset"]
    put_again(copy, dataset, {"result.json": b"{}"})
    code, links = ground.verify(trial, home=copy)
    assert code == Exit.BROKEN
    assert links["dataset"]["verdict"] == "not ok"


def test_a_stranger_vouches_for_nothing(ground: Ground, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "signers").write_text(ssh_key(tmp_path, "eve").public)
    code, links = ground.verify(ground.trials()[0], "--signers", str(tmp_path / "signers"), home=copy)
    assert code == Exit.BROKEN
    assert "which isn't allowed" in links["statement"]["what"]


def test_models_are_made_again_bit_for_bit_and_nobody_hears_of_it(ground: Ground) -> None:
    before = GitData(ground.home / "data", "dev").list()
    done = ground.say("reproduce", "experiments/loans", "--json", *(f"--trial={run}" for run in ground.trials()))
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    for told in json.loads(done.stdout):
        assert told["reproduced"]
        assert told["model_now"] == told["model_then"]
        assert told["other"] == ["provenance.json"], "it says when it was made"
        assert not told["missing"]
    assert GitData(ground.home / "data", "dev").list() == before


def test_a_model_that_is_another_is_told(ground: Ground, copy: Path) -> None:
    trial = ground.trials()[1]
    result = json.loads(GitData(copy / "data", "dev").read(RunName(trial), "result.json"))
    result["facts"]["model"]["digest"] = "sha256:" + "0" * 64
    put_again(copy, trial, {"result.json": json.dumps(result).encode()})
    done = ground.say("reproduce", trial, "--folder", str(copy / "again"), home=copy)
    assert done.returncode == Exit.BROKEN, done.stderr
    assert "is another model" in done.stdout
    assert (copy / "again" / trial / "output/model.onnx").is_file()


def test_what_no_commit_asks_for_is_not_run(ground: Ground, copy: Path) -> None:
    """Whoever may write to the data store must not have code run by who makes a model again."""
    trial = ground.trials()[1]
    data = GitData(copy / "data", "dev")
    result = json.loads(data.read(RunName(trial), "result.json"))
    forged = "experiments/loans/ffffffffffff"
    folder = Path(data.open(RunName(forged)).removeprefix("file://"))
    (folder / "result.json").write_text(json.dumps(result))
    data.commit(RunName(forged), {})
    data.merge(RunName(forged))
    done = ground.say("reproduce", forged, home=copy)
    assert done.returncode == Exit.REFUSED
    assert f"doesn't ask for {forged}" in done.stderr


def test_what_nobody_vouches_for_is_not_served_and_what_serves_goes_on(ground: Ground, tmp_path: Path) -> None:
    best, other = ground.trials()
    digest = next(r for r in ground.facts("experiments/loans")["facts"]["leaderboard"] if r["run"] == other)["model"]
    pin = f"model: {{trial: {other}, digest: {digest['digest']}}}\n"
    patch = "environments/dev/deployments/loans.yaml"
    Clone(ground.place).git("reset", "--hard", "--quiet", "main")  # the daemon has merged to the branch since
    former = (ground.place / patch).read_text()
    eve = ssh_key(tmp_path, "eve").public
    ground.push({SIGNERS: eve})
    assert ground.apply().returncode == Exit.OK, "what serves is not touched"
    promotion = "specs/promotions/loans.yaml"
    held = FILES[promotion].replace("approval: auto", "approval: review")
    ground.push({patch: pin, promotion: held})
    done = ground.apply()
    assert done.returncode == Exit.STALLED, done.stdout
    status = ground.facts(DEPLOYMENT)
    ready = next(c for c in status["conditions"] if c["type"] == "Ready")
    assert ready["reason"] == "Unverified"
    assert "which isn't allowed" in ready["message"]
    assert ground.facts("datasets/loans")["state"] == "ready"
    served = {r["trial"] for name, r in status["facts"]["revisions"].items() if status["facts"]["traffic"].get(name)}
    assert served == {best}
    ground.push({SIGNERS: ground.key.public})
    assert ground.apply().returncode == Exit.OK
    assert ground.verify(DEPLOYMENT)[0] == Exit.OK
    ground.push({patch: former, promotion: FILES[promotion]})
    assert ground.apply().returncode == Exit.OK
