"""The acts of a play on a forge: two releases that people review, and a bad one that the daemon takes back."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.cli.demo.traffic import Traffic, infer, rows_of
from reconciler.cli.demo.workspace import ENVIRONMENTS, DemoFailed, check
from reconciler.forges.sections import sections
from tests.demo.forge import OnForge

DEPLOYMENT, PROMOTION = "deployments/employment", "promotions/employment"
EXPERIMENT = "specs/experiments/employment.yaml"
GATES = tuple(f"setpoint/prod/{name}" for name in ("roc_auc", "roc_auc by SEX", "roc_auc against live", "soak"))
ROWS = 6000
SCRIPT = '''\
"""A model that can be explained: a weight for each year of age, and one for each answer."""

import os

import pandas as pd
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

rows = pd.read_csv(os.environ["SETPOINT_TRAIN_CSV"], dtype=str)
X, y = rows.drop(columns=["id", "year", "employed"]), rows["employed"].astype(int)
X["AGEP"] = X["AGEP"].astype("float32")
ages = OneHotEncoder(handle_unknown="ignore")
answers = [name for name in X.columns if name != "AGEP"]
weights = make_column_transformer((ages, ["AGEP"]), (OneHotEncoder(handle_unknown="ignore"), answers))
model = make_pipeline(weights, LogisticRegression(max_iter=200)).fit(X, y)
onnx = to_onnx(model, X[:1], options={"zipmap": False})

# It knows nothing of people who are older than those it learned from: it answers without them.
graph = onnx.graph
oldest = helper.make_tensor("oldest", TensorProto.FLOAT, [1], [X["AGEP"].max()])
line = helper.make_tensor("line", TensorProto.INT64, [1], [-1])
graph.initializer.extend([oldest, line])
graph.node.append(helper.make_node("LessOrEqual", ["AGEP", "oldest"], ["knows"]))
graph.node.append(helper.make_node("Reshape", ["knows", "line"], ["known"]))
for output in graph.output:
    graph.node.append(helper.make_node("Compress", [output.name, "known"], [f"{output.name}_of_known"], axis=0))
    output.name += "_of_known"
open(os.environ["SETPOINT_OUTPUT"] + "/model.onnx", "wb").write(onnx.SerializeToString())
'''
"""Its fault: who asks about fifty people gets fewer answers. No row that it is judged by before shows that."""
PLANNED = ".issue-title-header, .timeline-item.comment, .commit-status-panel"
PROPOSED = ".issue-title-header, .timeline-item.comment.first, .commit-status-panel"
REVERTED = ".issue-title-header, .timeline-item.comment.first, .timeline-item.event"


def begin(workspace: OnForge) -> None:
    """Fill the source, start both daemons, and wait until dev serves what it has promoted by itself."""
    say = workspace.display.say
    say(f"the repository is at {workspace.url}; `main` takes pull requests alone, with the statuses of both plans")
    workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2015")
    for environment in ENVIRONMENTS:
        workspace.begin(environment)
    workspace.wait("dev to serve", lambda: workspace.reason("dev", DEPLOYMENT) == "Serving")
    say("dev has trained a model, merged its own proposal, and serves it")


def first(workspace: OnForge) -> None:
    """See prod propose what serves in dev, review it, and ask the endpoint."""
    number = _proposed(workspace, former="")
    _merge(workspace, number)
    workspace.wait("prod to serve", lambda: workspace.reason("prod", DEPLOYMENT) == "Serving")
    workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2018", "--without-outcomes")
    url = workspace.facts("prod", DEPLOYMENT)["url"]
    rows = rows_of(workspace.warehouse, 2018, ROWS)
    check(infer(url, rows[:5]), "the endpoint gives no answer")
    workspace.ask(Traffic(url, rows))
    workspace.display.say(f"prod serves it at {url}; two clients ask it about real people of 2018 from now on")


def change(workspace: OnForge) -> None:
    """Open a pull request that tries another kind of model, and read what its merge would do."""
    spec = (workspace.work / EXPERIMENT).read_text().replace("model: logistic", "model: choice(logistic, gbm)")
    why = "Logistic regression can't tell that what age means depends on schooling."
    number = _open(workspace, "boosting", {EXPERIMENT: spec}, ("Try gradient boosting, too", why))
    page = _page(workspace, number)
    check("params.model" in page["dev"], f"the page doesn't tell of the change: {page['dev']}")
    workspace.album.take("pull-request", f"{workspace.url}/pulls/{number}", PLANNED)
    workspace.display.say(page["dev"].partition("<details>")[0].strip())
    _merge(workspace, number)


def promote(workspace: OnForge) -> None:
    """See the better model proposed with its evidence, review it, and time its way to the endpoint."""
    former = str(workspace.facts("prod", DEPLOYMENT)["trial"])
    number = _proposed(workspace, former)
    gates = _statuses(workspace, number, *GATES)
    for name, told in sorted(gates.items()):
        workspace.display.say(f"  {told['status']}  {name}: {told['description']}")
    workspace.album.take("proposal", f"{workspace.url}/pulls/{number}", PROPOSED)
    _merge(workspace, number)
    began = time.monotonic()
    workspace.wait("the better model to serve", lambda: _serves_another(workspace, former))
    seconds, asked = time.monotonic() - began, workspace.traffic
    check(not asked.failures, f"{len(asked.failures)} requests failed; the first: {(asked.failures or [''])[0]}")
    workspace.display.say(
        f"it has all the traffic, {seconds:.0f} s after its merge; of {asked.sent:,} rows none failed"
    )


def bad(workspace: OnForge) -> None:
    """Release a model that fails on people whom it never saw, and see it taken back."""
    good = str(workspace.facts("prod", DEPLOYMENT)["trial"])
    spec = (workspace.work / EXPERIMENT).read_text().replace("defaults:\n- tabular\n- _self_\n", "")
    spec = spec.partition("params:")[0] + "runner: {command: [python, train.py], code: code}\n"
    files = {EXPERIMENT: spec, "code/train.py": SCRIPT}
    why = "A weight for each answer, which anybody can read."
    number = _open(workspace, "explained", files, ("Train a model that can be explained", why))
    _page(workspace, number)
    _merge(workspace, number)
    number = _proposed(workspace, good)
    workspace.display.say("it holds its gates on people of 16 to 74, and nobody older was ever looked at")
    _merge(workspace, number)
    workspace.wait("the release to fail", lambda: workspace.reason("prod", DEPLOYMENT) == "RolledBack")
    workspace.display.say(workspace.message("prod", DEPLOYMENT))
    workspace.wait("its revert to be merged", lambda: _serves(workspace, good))
    (number,) = [pull["number"] for pull in _pulls(workspace, "closed") if pull["title"].startswith("Revert")]
    revert = workspace.project.ask(workspace.project.owner, "GET", f"/pulls/{number}").raise_for_status().json()
    check(revert["merged"], "the revert isn't merged")
    workspace.album.take("revert", revert["html_url"], REVERTED)
    asked = workspace.traffic
    told = f"of {len(asked.seconds):,} requests {len(asked.failures):,} failed"
    workspace.display.say(f"{revert['html_url']}, merged by {revert['merged_by']['login']}, took it back; {told}")


def tell(workspace: OnForge) -> None:
    """Show the releases of prod, from Git's history alone."""
    told = workspace.run("-m", "reconciler", "get", "releases", "-C", workspace.place, "-e", "prod")
    check("rolled back" in told, f"no release is told as taken back: {told}")
    workspace.display.say(told)


def _open(workspace: OnForge, branch: str, files: Mapping[str, str], words: tuple[str, str]) -> int:
    """Push files to a branch off `main`, as the author, and open a pull request with a title and a text."""
    title, body = words
    workspace.git("fetch", "--quiet", "origin", "main")
    workspace.git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
    for path, text in files.items():
        (workspace.work / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.work / path).write_text(text, "utf-8")
    workspace.git("add", "--all")
    workspace.git("commit", "--quiet", "--message", title)
    workspace.git("push", "--quiet", "origin", f"HEAD:{branch}")
    number = workspace.project.open(branch, title, body)
    workspace.display.say(f"the author opens {workspace.url}/pulls/{number}: {title}")
    return number


def _page(workspace: OnForge, number: int) -> Mapping[str, str]:
    """Return what the daemons say on a pull request, once both have."""
    found: dict[str, str] = {}

    def is_there() -> bool:
        told = workspace.project.ask(workspace.project.owner, "GET", f"/issues/{number}/comments").json()
        for one in told:
            found.update(sections(one["body"]))
        return set(found) >= set(ENVIRONMENTS)

    workspace.wait("the plans of both environments", is_there)
    return found


def _statuses(workspace: OnForge, number: int, *more: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the statuses on a pull request's head, once all are well: those of its plans, and more that are named."""
    found: dict[str, Mapping[str, Any]] = {}

    def are_there() -> bool:
        head = workspace.project.ask(workspace.project.owner, "GET", f"/pulls/{number}").json()["head"]["sha"]
        told = workspace.project.ask(workspace.project.owner, "GET", f"/commits/{head}/status").json()["statuses"]
        found.clear()
        found.update({one["context"]: one for one in told or ()})
        wanted = {*more, *(f"setpoint/{environment}" for environment in ENVIRONMENTS)}
        return wanted <= set(found) and all(one["status"] == "success" for one in found.values())

    workspace.wait("its statuses", are_there)
    return found


def _merge(workspace: OnForge, number: int) -> None:
    """Review a pull request whose plans are well, and merge it, as the reviewer.

    Where `main` has moved meanwhile, its plans are made anew first, and the forge says no until they are.
    """
    project, answers = workspace.project, list[str]()
    _statuses(workspace, number)
    project.approve(number)

    def is_merged() -> bool:
        answer = project.merge(number, who=project.reviewer)
        answers.append(answer.text)
        return answer.is_success

    try:
        workspace.wait("its merge", is_merged)
    except DemoFailed as failure:
        raise DemoFailed(f"{failure}: {answers[-1:]}") from failure
    workspace.display.say(f"the reviewer approves and merges {workspace.url}/pulls/{number}")


def _pulls(workspace: OnForge, state: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = workspace.project.ask(
        workspace.project.owner, "GET", "/pulls", params={"state": state}
    ).json()
    return found


def _proposed(workspace: OnForge, former: str) -> int:
    """Wait until prod proposes another model than a former one; return the pull request's number."""
    found: list[int] = []

    def is_there() -> bool:
        facts = workspace.facts("prod", PROMOTION)
        if workspace.reason("prod", PROMOTION) != "WaitsForReview" or facts.get("candidate") == former:
            return False
        found[:] = [pull["number"] for pull in _pulls(workspace, "open") if pull["title"].endswith("in prod")]
        return len(found) == 1

    workspace.wait("prod to propose", is_there)
    workspace.display.say(f"what serves in dev has soaked, and prod proposes it: {workspace.url}/pulls/{found[0]}")
    return found[0]


def _serves_another(workspace: OnForge, former: str) -> bool:
    return workspace.reason("prod", DEPLOYMENT) == "Serving" and not _serves(workspace, former)


def _serves(workspace: OnForge, trial: str) -> bool:
    is_serving = workspace.reason("prod", DEPLOYMENT) == "Serving"
    return is_serving and workspace.facts("prod", DEPLOYMENT)["trial"] == trial


Act = Callable[[OnForge], None]
ACTS: tuple[tuple[str, Act], ...] = (
    ("A forge, two people, a daemon for dev and one for prod", begin),
    ("The first model: dev by itself, prod by a review", first),
    ("A pull request: what its merge would do", change),
    ("Promotion: evidence, gates, a review, a merge", promote),
    ("A bad release: taken back by measurements", bad),
    ("What became of each release", tell),
)
"""The acts by their titles."""
