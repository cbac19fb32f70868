"""The acts of the demo, in their order: each waits for what it says, and fails when it doesn't come."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reconciler.cli.demo.safety import revert_promotion, safety
from reconciler.cli.demo.traffic import Row, Traffic, infer, predict, rows_of
from reconciler.cli.demo.workspace import ENVIRONMENTS, Workspace, check
from reconciler.cli.output import table
from reconciler.model.text import counted

ROWS = 6000
DEPLOYMENT = "deployments/employment"
PROMOTION = "promotions/employment"
MONITOR = "monitors/employment"
ALERT_TO_SERVING = "alert_to_serving"


def data(workspace: Workspace) -> None:
    """Fill the sources, start the daemons, and wait for both datasets."""
    say = workspace.display.say
    say(workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2015"))
    say(workspace.run("-m", "runners.samples", "digits", str(workspace.folder / "sources" / "digits")))
    for environment in ENVIRONMENTS:
        workspace.start(environment)
    for name in ("employment", "digits"):
        address = f"datasets/{name}"
        workspace.wait(f"{address} to be accepted", lambda a=address: workspace.reason("dev", a) == "Accepted")  # type: ignore[misc]
        result = workspace.facts("dev", address).get("result") or {}
        say(f"{address}: {workspace.message('dev', address)}")
        for preparation in (result.get("preparations") or [])[:3]:
            say(f"  found: {_told(preparation)}")


def labels(workspace: Workspace) -> None:
    """Wait for the merged labels, and tell how far the annotators agree."""
    workspace.wait("labels/digits to be accepted", lambda: workspace.reason("dev", "labels/digits") == "Accepted")
    facts = workspace.facts("dev", "labels/digits")
    workspace.display.say(
        f"Krippendorff's alpha {_number((facts.get('result') or {}).get('alpha'))}. {facts.get('note')}"
    )


def experiments(workspace: Workspace) -> None:
    """Wait for both sweeps, and show their leaderboards."""
    for name in ("employment", "digits"):
        address = f"experiments/{name}"
        workspace.wait(f"{address} to be trained", lambda a=address: workspace.reason("dev", a) == "Trained")  # type: ignore[misc]
        board = workspace.facts("dev", address)["leaderboard"]
        check(len(board) >= (4 if name == "employment" else 2), f"{address} has only {counted(len(board), 'trial')}")
        metric = workspace.facts("dev", address)["metric"]["name"]
        rows = [(r["rank"], r["run"].rsplit("/", 1)[1], _pairs(r["params"]), r["ranking"]["value"]) for r in board]
        workspace.display.say(table(("", "trial", "parameters", f"{metric} (validation)"), rows))


def promotion(workspace: Workspace) -> None:
    """See dev promote by itself and prod wait; then play the reviewer."""
    workspace.wait("dev to promote by itself", lambda: workspace.reason("dev", PROMOTION) == "Promoted")
    workspace.wait("prod to propose", lambda: workspace.reason("prod", PROMOTION) == "WaitsForReview")
    check(workspace.reason("prod", DEPLOYMENT) == "NoModel", "prod deployed a model that nobody had merged")
    workspace.display.say("prod proposes, and nothing changes until the merge. Its evidence begins:")
    workspace.display.say("\n".join(workspace.facts("prod", PROMOTION)["evidence"].splitlines()[:14]))
    workspace.display.say(f"the reviewer merges: {merge_proposal(workspace)[:12]}")


def merge_proposal(workspace: Workspace) -> str:
    """Play the reviewer: merge the open proposal of prod; return the merge."""
    workspace.git("fetch", "--quiet", "origin")
    branch = f"origin/proposals/prod/{workspace.facts('prod', PROMOTION)['proposal']}"
    workspace.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    workspace.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
    return workspace.publish()


def deployment(workspace: Workspace) -> None:
    """Wait for the endpoint, ask it by both protocols, and roll out a new revision under traffic."""
    workspace.wait("prod to serve", lambda: workspace.reason("prod", DEPLOYMENT) == "Serving")
    facts = workspace.facts("prod", DEPLOYMENT)
    url, first = facts["url"], facts["revision"]
    workspace.wait("two replicas", lambda: _ready(workspace.facts("prod", DEPLOYMENT), first) >= 2)
    workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2018", "--without-outcomes")
    rows = rows_of(workspace.warehouse, 2018, ROWS)
    check(infer(url, rows[:5]) is not None and len(predict(url, rows[:5])) == 5, "the endpoint gives no answers")
    workspace.display.say(f"two replicas answer at {url} by v1 and v2; now a new revision is rolled out under traffic")
    with under_traffic(url, rows) as traffic:
        _edit(workspace, "specs/deployments/employment.yaml", "\nresources: {cpus: 1, memory: 1Gi}\n")
        workspace.push("Give the endpoint's replicas less memory")

        def rolled_out() -> bool:
            now = workspace.facts("prod", DEPLOYMENT)
            return workspace.reason("prod", DEPLOYMENT) == "Serving" and now["revision"] != first

        workspace.wait("the new revision to have all the traffic", rolled_out)
        workspace.wait("thousands of rows", lambda: traffic.answered >= ROWS)
    slowest = sorted(traffic.seconds)[int(len(traffic.seconds) * 0.99)] * 1000
    workspace.display.say(
        f"{traffic.answered:,} real rows of 2018 were answered, none failed; p99 {slowest:.0f} ms a batch of 50"
    )


def monitoring(workspace: Workspace) -> None:
    """Let the outcomes arrive, have a report made, and see its alert end in a new proposal."""
    former = workspace.facts("prod", DEPLOYMENT)["trial"]
    workspace.run("-m", "runners.samples", "outcomes", str(workspace.warehouse), "--years", "2018")
    workspace.run("-m", "reconciler", "reconcile", MONITOR, "-C", str(workspace.repository), "-e", "prod")
    workspace.wait("the monitor's report", lambda: bool(workspace.facts("prod", MONITOR).get("newest")))
    alerted = time.monotonic()
    facts = workspace.facts("prod", MONITOR)
    workspace.display.say(
        "the first rows of 2018 by id are people in dormitories and homes: real rows, other people than in 2015"
    )
    for alert in facts["alerts"]:
        workspace.display.say(f"  alert: {_told(alert)}")
    check(facts["alerts"], "the report raised no alert on the rows of 2018")
    check(
        f"reports/{facts['newest']}/report.md" in workspace.status("prod").files,
        "the report is not on the status branch",
    )

    def proposed() -> bool:
        found = workspace.facts("prod", PROMOTION)
        return workspace.reason("prod", PROMOTION) == "WaitsForReview" and found.get("candidate") != former

    workspace.wait("the retrained model to be proposed", proposed)
    workspace.display.say("the alert had the model retrained on fresh data; old against new on the same rows:")
    workspace.display.say("\n".join(workspace.facts("prod", PROMOTION)["evidence"].splitlines()[:14]))
    workspace.display.say(f"the reviewer merges: {merge_proposal(workspace)[:12]}")
    _retrained_serves(workspace, former)
    workspace.seconds[ALERT_TO_SERVING] = time.monotonic() - alerted
    took = f"{workspace.seconds[ALERT_TO_SERVING]:.1f} s"
    workspace.display.say(f"from the alert to the retrained model, judged, merged and with all the traffic: {took}")


def _retrained_serves(workspace: Workspace, former: str) -> None:
    """Wait for a retrained model to serve, with clients who ask meanwhile: each step is judged by their requests."""

    def serves() -> bool:
        is_serving = workspace.reason("prod", DEPLOYMENT) == "Serving"
        return is_serving and workspace.facts("prod", DEPLOYMENT)["trial"] != former

    url = workspace.facts("prod", DEPLOYMENT)["url"]
    with under_traffic(url, rows_of(workspace.warehouse, 2018, ROWS)):
        workspace.wait("the retrained model to serve", serves)


@contextmanager
def under_traffic(url: str, rows: Sequence[Row]) -> Iterator[Traffic]:
    """Let clients ask an endpoint meanwhile.

    Raises:
        DemoFailed: a request failed.
    """
    traffic = Traffic(url, rows)
    traffic.start()
    try:
        yield traffic
    finally:
        traffic.stop()
    check(not traffic.failures, f"{len(traffic.failures)} requests failed; the first: {(traffic.failures or [''])[0]}")


def _ready(facts: Any, revision: str) -> int:
    return int(facts.get("revisions", {}).get(revision, {}).get("ready", 0))


def _edit(workspace: Workspace, path: str, more: str) -> None:
    workspace.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    file = workspace.work / path
    file.write_text(file.read_text() + more)


def _told(item: Any) -> str:
    return ", ".join(f"{k}: {_number(v)}" for k, v in item.items()) if isinstance(item, dict) else str(item)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _pairs(params: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in params.items())


Act = Callable[[Workspace], None]
ACTS: tuple[tuple[str, Act], ...] = (
    ("Data: pulled, profiled, held to its schema, merged", data),
    ("Labels: three annotators' answers, merged by Dawid and Skene's method", labels),
    ("Experiments: two sweeps side by side, under two teams' shares", experiments),
    ("Promotion: dev by itself, prod by a reviewed merge", promotion),
    ("Deployment: two replicas, and a new revision under traffic", deployment),
    ("Monitoring: a report, its alert, a retrained model", monitoring),
    ("Safety: three bad commits, and none of them hurts", safety),
    ("Rollback: git revert of the promotion", revert_promotion),
)
"""The acts by their titles."""
