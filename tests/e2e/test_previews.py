"""A pull request on a real Gitea is tried out by a real daemon, from its label to where nothing of that is left."""

import json
import os
import random
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.providers.data.git import GitData
from reconciler.providers.pools.local import LocalPool
from reconciler.providers.serving.local import LocalServing
from reconciler.wiring import SystemClock
from tests.e2e.reviewed import ENVIRONMENT, ROOT, Reviewed, reviewed
from tests.e2e.test_demo import left_running
from tests.servers.gitea import Gitea, Person
from tests.servers.process import until
from tests.unit.reconciler.git.people import git

pytestmark = [pytest.mark.slow, pytest.mark.turns("whole lives", "pull requests that are tried out")]

FORGE = "forge: {provider: gitea, token: '${secret:FORGE_TOKEN}'}\n"
TEMPLATE = "environments/preview/environment.yaml"
EXPERIMENT = "specs/experiments/loans.yaml"
ONE = "params: {model: logistic, C: 1.0}\n"
TEAM = "previews: {label: try it, open: 1, team: tries, against: dev}\n"


def specs(folder: Path) -> dict[str, str]:
    """Return a model's whole life on some rows, for `dev` and for previews."""
    rows = random.Random(7)
    lines = ["id,age,income,good"]
    for number in range(600):
        age, income = rows.uniform(18, 80), rows.uniform(1, 9)
        lines.append(f"{number},{age:.2f},{income:.3f},{int(age / 20 + income + rows.gauss(0, 1) > 7.5)}")
    (folder / "loans.csv").write_text("\n".join(lines) + "\n")
    patch = "approval: auto\n"
    return {
        TEMPLATE: FORGE + TEAM,
        "environments/dev/promotions/loans.yaml": patch,
        "environments/preview/promotions/loans.yaml": patch,
        "specs/pools/shared.yaml": "capacity: {cpus: 2}\nteams:\n  tries: {limit: {cpus: 1}}\n",
        "specs/datasets/loans.yaml": f"source: {{files: {{url: '{(folder / 'loans.csv').as_uri()}', format: csv}}}}\n"
        "identifier: id\ntarget: good\ncolumns:\n  id: {type: integer}\n  age: {type: number}\n"
        "  income: {type: number}\n  good: {type: integer}\n",
        EXPERIMENT: "runner: tabular\ndataset: datasets/loans\ntarget: good\nexclude: [id]\n"
        "metric: {name: roc_auc, goal: maximize}\nseed: 7\n" + ONE,
        "specs/deployments/loans.yaml": "rollout: {steps: [100], hold: 1s, minimum_requests: 0}\n",
        "specs/promotions/loans.yaml": "experiment: experiments/loans\ndeployment: deployments/loans\n"
        "gates:\n  - {metric: roc_auc, minimum: 0.5}\n",
    }


class Place(Reviewed):
    """A project whose pull requests may be tried out."""

    def label(self, number: int, *, on: bool = True) -> None:
        """Set the label on a pull request, as its author, or take it off."""
        ask = self.project.ask
        known = {one["name"]: one["id"] for one in ask(self.project.author, "GET", "/labels").json()}
        if "try it" not in known:
            made = ask(self.project.author, "POST", "/labels", {"name": "try it", "color": "#aabbcc"})
            known["try it"] = made.raise_for_status().json()["id"]
        path = f"/issues/{number}/labels"
        if on:
            ask(self.project.author, "POST", path, {"labels": [known["try it"]]}).raise_for_status()
        else:
            ask(self.project.author, "DELETE", f"{path}/{known['try it']}").raise_for_status()

    def refs(self) -> list[str]:
        """Return the refs of the repository that daemons make, but for those that people ask for."""
        told = git(self.ada.folder, "ls-remote", "origin").splitlines()
        names = [line.split("\t")[1] for line in told]
        return sorted(name for name in names if "pr-" in name)

    def told_of(self, event: str, environment: str) -> bool:
        """Tell whether the daemon has logged something of an environment."""
        return any((line.get("event"), line.get("environment")) == (event, environment) for line in self.told)

    @property
    def home(self) -> Path:
        """Return the daemon's home."""
        return self.log.parent / "home"

    def verdict(self, number: int, wanted: Callable[[tuple[str, str]], bool], what: str, patience: float) -> str:
        """Wait for a verdict on a pull request's preview; return its line."""
        until(lambda: wanted(self.status(number, "preview")), what, patience)
        return self.status(number, "preview")[1]


@pytest.fixture
def place(gitea: Gitea, tmp_path: Path) -> Iterator[Place]:
    with reviewed(gitea, tmp_path, webhooks=True, more=specs(tmp_path), environments=("dev", "preview")) as found:
        yield Place(found.project, found.daemon, found.ada, found.log, found.restart)
    end_endpoints(found.log.parent / "home")


def end_endpoints(home: Path) -> None:
    """Take away the endpoints that outlive a daemon."""
    for folder in (home / "serving").glob("*"):
        serving = LocalServing(folder, SystemClock())
        for deployment in serving.list():
            serving.delete(deployment)
        until(lambda serving=serving: not (serving.settle() or serving.list()), f"the endpoints in {folder} to end")
        serving.settle()


def test_a_pull_request_is_tried_out_and_nothing_is_left(place: Place) -> None:
    until(lambda: place.told_of("route", "dev"), "a model to serve in dev", 180)
    text = place.ada.folder / EXPERIMENT
    number = place.propose("better", {EXPERIMENT: text.read_text().replace("C: 1.0", "C: 0.01")})
    assert place.refs() == []
    place.label(number)
    place.verdict(number, lambda told: told[0] == "success", "the preview to be ready", 240)
    section = place.section(number, "preview")
    assert "Beside what is live in `dev`" in section
    assert "Both are the test rows of one version of the data." in section
    url = next(part for part in section.split("`") if part.startswith("http://"))
    body = json.dumps({"instances": [{"age": 40.0, "income": 6.0}]}).encode()
    asked = urllib.request.Request(f"{url}/v1/models/loans:predict", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert "predictions" in json.load(answer)
    tip = place.project.head(f"preview/pr-{number}")
    assert git(place.ada.folder, "ls-remote", "origin", f"refs/heads/preview/pr-{number}").startswith(tip)
    place.ada.git("fetch", "--quiet", "origin", f"preview/pr-{number}")
    titles = place.ada.git("log", "--first-parent", "--format=%s", "main..FETCH_HEAD").splitlines()
    assert titles.count(f"Try pull request {number}") <= 2, "a pin has it made anew once at the most"
    assert place.project.head() in git(place.ada.folder, "ls-remote", "origin", "refs/heads/main")

    place.project.ask(place.project.author, "PATCH", f"/pulls/{number}", {"state": "closed"}).raise_for_status()
    until(lambda: not place.refs(), "the preview to be gone", 120)
    assert "Nothing of it is left." in place.section(number, "preview")
    assert_nothing_is_left(place, f"pr-{number}")


@pytest.fixture
def light(gitea: Gitea, tmp_path: Path) -> Iterator[Place]:
    """Give a place where nothing is trained."""
    more = {TEMPLATE: FORGE + TEAM}
    with reviewed(gitea, tmp_path, webhooks=True, more=more, environments=("dev", "preview")) as found:
        yield Place(found.project, found.daemon, found.ada, found.log, found.restart)


def tries(place: Place, who: Person, *words: str) -> subprocess.CompletedProcess[str]:
    """Type `setpoint try`, as somebody with a token of their own."""
    url = place.project.server.clone_url(place.project.repository, who)
    line = [sys.executable, "-m", "reconciler", "try", "-C", url, "-e", "preview", *words]
    environ = {**os.environ, "SETPOINT_SECRET_FORGE_TOKEN": who.token, "SETPOINT_HOME": str(place.log.parent / "own")}
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_it_is_asked_for_by_hand_and_ends_with_the_label_or_the_right(light: Place) -> None:
    number = light.propose("one", {"specs/pools/other.yaml": "capacity: {cpus: 9}\n", "README.md": "# One\n"})
    told = tries(light, light.project.reviewer, str(number))
    assert told.returncode == 0, told.stderr
    light.verdict(number, lambda told: told[0] == "success", "the preview to be ready", 60)
    other = light.propose("two", {"README.md": "# Two\n"})
    light.label(other)
    light.verdict(other, lambda told: told[0] == "pending", "the other to wait", 60)
    assert f"1 of 1 previews are open (pr-{number})" in light.section(other, "preview")

    assert tries(light, light.project.reviewer, str(number), "--end").returncode == 0
    light.verdict(other, lambda told: told[0] == "success", "the other to have its turn", 90)
    assert "Nothing of it is left." in light.section(number, "preview")

    server, repository = light.project.server, light.project.repository
    server.add_collaborator(repository, light.project.author.name, "read")
    until(lambda: not light.refs(), "the preview to end with the right of who asked for it", 150)
    refused = tries(light, light.project.author, str(other))
    assert "may not write to the repository" in refused.stderr


def test_a_daemon_that_was_stopped_goes_on_with_a_preview_and_with_its_end(light: Place) -> None:
    number = light.propose("one", {"README.md": "# One\n"})
    light.label(number)
    light.verdict(number, lambda told: told[0] == "success", "the preview to be ready", 60)
    before = light.refs()

    def begun() -> int:
        return sum(line.get("event") == "preview begins" for line in light.told)

    light.restart(lambda: None)
    until(lambda: begun() == 2, "the preview to be driven again", 90)
    assert light.refs() == before
    closed = {"state": "closed"}
    light.restart(lambda: light.project.ask(light.project.author, "PATCH", f"/pulls/{number}", closed))
    until(lambda: not light.refs(), "the preview to be gone", 120)
    assert_nothing_is_left(light, f"pr-{number}")


def test_a_pull_request_chooses_neither_its_template_nor_its_engines_nor_its_share(light: Place) -> None:
    evil = {
        TEMPLATE: FORGE + "previews: {label: try it, open: 9}\npool: {provider: kubernetes, image: x}\n",
        "environments/preview/allowed_signers": "me ssh-ed25519 AAAA\n",
        ENVIRONMENT: FORGE + "serving: {provider: kserve}\n",
        "specs/pools/shared.yaml": "capacity: {cpus: 64}\n",
    }
    number = light.propose("evil", {**evil, "environments/pr-1/environment.yaml": "serving: {provider: kserve}\n"})
    assert number == 1, "the name that it hopes for"
    light.label(number)
    light.verdict(number, lambda told: told[0] == "success", "the preview to be ready", 60)
    light.ada.git("fetch", "--quiet", "origin", "preview/pr-1")
    paths = light.ada.git("ls-tree", "-r", "--name-only", "FETCH_HEAD", "environments/pr-1").splitlines()
    assert paths == ["environments/pr-1/environment.yaml"]
    text = light.ada.git("show", "FETCH_HEAD:environments/pr-1/environment.yaml")
    assert "provider: git" in text
    assert "kserve" not in text
    assert "kubernetes" not in text
    assert light.ada.git("show", "FETCH_HEAD:specs/pools/shared.yaml").endswith("capacity: {cpus: 1}")
    assert [line for line in light.told if line.get("event") == "configure" and line["environment"] == "pr-1"] == []


def test_a_fork_s_pull_request_is_refused_whoever_labels_it(light: Place, gitea: Gitea) -> None:
    mallory = gitea.create_user(f"mallory-{light.project.owner.name}")
    gitea.api("PATCH", f"/repos/{light.project.repository}", json={"private": False}).raise_for_status()
    gitea.api("POST", f"/repos/{light.project.repository}/forks", token=mallory.token, json={}).raise_for_status()
    fork = f"{mallory.name}/specs"
    until(lambda: gitea.api("GET", f"/repos/{fork}/branches/main", token=mallory.token).is_success, "the fork")
    light.ada.git("checkout", "--quiet", "-B", "evil", "origin/main")
    light.ada.commit({"README.md": "# Evil\n"})
    light.ada.git("push", "--quiet", gitea.clone_url(fork, mallory), "HEAD:evil")
    asked = {"head": f"{mallory.name}:evil", "base": "main", "title": "evil"}
    number = light.project.ask(mallory, "POST", "/pulls", asked).raise_for_status().json()["number"]
    light.label(number)
    line = light.verdict(number, lambda told: told[0] == "failure", "the refusal", 60)
    assert line.startswith("it comes from a fork")
    assert not light.refs()


def assert_nothing_is_left(place: Place, name: str) -> None:
    """Hold that an environment has no endpoint, data, job, ref, file or process."""
    assert not list(place.home.rglob(f"*{name}*")), "files"
    assert not left_running(f"/{name}/"), "processes"
    data, pool = GitData(place.home / "data", name), LocalPool(place.home / "pool", SystemClock())
    listing = data.list()
    assert not [run for run, version in listing.versions.items() if version.here]
    assert not [run for run, branch in listing.branches.items() if branch.ours]
    assert not git(place.home / "data" / "objects.git", "for-each-ref", f"refs/heads/{name}", f"refs/tags/{name}")
    assert pool.list().jobs.keys() <= {*listing.versions, *listing.branches}, "jobs that nobody has"
    data.close()
