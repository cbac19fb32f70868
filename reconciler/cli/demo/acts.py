"""The acts of the demo, in their order: each waits for what it says, and fails when it doesn't come."""

from collections.abc import Callable
from typing import Any

from reconciler.cli.demo.ground import ENVIRONMENTS, Ground, check
from reconciler.cli.demo.safety import revert_promotion, safety
from reconciler.cli.demo.traffic import Traffic, infer, predict, rows_of
from reconciler.cli.output import table

ROWS = 6000
DEPLOYMENT = "deployments/employment"
PROMOTION = "promotions/employment"
MONITOR = "monitors/employment"


def data(ground: Ground) -> None:
    """Fill the sources, start the daemons, and wait for both datasets."""
    say = ground.telling.say
    say(ground.run("-m", "runners.samples", "census", str(ground.warehouse), "--years", "2015"))
    say(ground.run("-m", "runners.samples", "digits", str(ground.folder / "sources" / "digits")))
    for environment in ENVIRONMENTS:
        ground.start(environment)
    for name in ("employment", "digits"):
        address = f"datasets/{name}"
        ground.wait(f"{address} to be accepted", lambda a=address: ground.reason("dev", a) == "Accepted")  # type: ignore[misc]
        result = ground.facts("dev", address).get("result") or {}
        say(f"{address}: {ground.message('dev', address)}")
        for preparation in (result.get("preparations") or [])[:3]:
            say(f"  found: {_told(preparation)}")


def labels(ground: Ground) -> None:
    """Wait for the merged labels, and tell how far the annotators agree."""
    ground.wait("labels/digits to be accepted", lambda: ground.reason("dev", "labels/digits") == "Accepted")
    facts = ground.facts("dev", "labels/digits")
    ground.telling.say(f"Krippendorff's alpha {_number((facts.get('result') or {}).get('alpha'))}. {facts.get('note')}")


def experiments(ground: Ground) -> None:
    """Wait for both sweeps, and show their leaderboards."""
    for name in ("employment", "digits"):
        address = f"experiments/{name}"
        ground.wait(f"{address} to be trained", lambda a=address: ground.reason("dev", a) == "Trained")  # type: ignore[misc]
        board = ground.facts("dev", address)["leaderboard"]
        check(len(board) >= (4 if name == "employment" else 2), f"{address} has only {len(board)} trials")
        metric = ground.facts("dev", address)["metric"]["name"]
        rows = [(r["rank"], r["run"].rsplit("/", 1)[1], _pairs(r["params"]), r["ranking"]["value"]) for r in board]
        ground.telling.say(table(("", "trial", "parameters", f"{metric} (validation)"), rows))


def promotion(ground: Ground) -> None:
    """See dev promote by itself and prod wait; then play the reviewer."""
    ground.wait("dev to promote by itself", lambda: ground.reason("dev", PROMOTION) == "Promoted")
    ground.wait("prod to propose", lambda: ground.reason("prod", PROMOTION) == "WaitsForReview")
    check(ground.reason("prod", DEPLOYMENT) == "NoModel", "prod deployed a model that nobody had merged")
    ground.telling.say("prod proposes, and nothing changes until the merge. Its evidence begins:")
    ground.telling.say("\n".join(ground.facts("prod", PROMOTION)["evidence"].splitlines()[:14]))
    ground.telling.say(f"the reviewer merges: {merge_proposal(ground)[:12]}")


def merge_proposal(ground: Ground) -> str:
    """Play the reviewer: merge the open proposal of prod; return the merge."""
    ground.git("fetch", "--quiet", "origin")
    branch = f"origin/proposals/prod/{ground.facts('prod', PROMOTION)['proposal']}"
    ground.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    ground.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
    return ground.publish()


def deployment(ground: Ground) -> None:
    """Wait for the endpoint, ask it by both protocols, and roll out a new revision under traffic."""
    ground.wait("prod to serve", lambda: ground.reason("prod", DEPLOYMENT) == "Serving")
    facts = ground.facts("prod", DEPLOYMENT)
    url, first = facts["url"], facts["revision"]
    ground.wait("two replicas", lambda: _ready(ground.facts("prod", DEPLOYMENT), first) >= 2)
    ground.run("-m", "runners.samples", "census", str(ground.warehouse), "--years", "2018", "--without-outcomes")
    rows = rows_of(ground.warehouse, 2018, ROWS)
    check(infer(url, rows[:5]) is not None and len(predict(url, rows[:5])) == 5, "the endpoint gives no answers")
    ground.telling.say(f"two replicas answer at {url} by v1 and v2; now a new revision is rolled out under traffic")
    traffic = Traffic(url, rows)
    traffic.start()
    try:
        _edit(ground, "specs/deployments/employment.yaml", "\nresources: {cpus: 1, memory: 1Gi}\n")
        ground.push("Give the endpoint's replicas less memory")

        def rolled_out() -> bool:
            now = ground.facts("prod", DEPLOYMENT)
            return ground.reason("prod", DEPLOYMENT) == "Serving" and now["revision"] != first

        ground.wait("the new revision to have all the traffic", rolled_out)
        ground.wait("thousands of rows", lambda: traffic.answered >= ROWS)
    finally:
        traffic.stop()
    check(not traffic.failures, f"{len(traffic.failures)} requests failed; the first: {(traffic.failures or [''])[0]}")
    slowest = sorted(traffic.seconds)[int(len(traffic.seconds) * 0.99)] * 1000
    ground.telling.say(
        f"{traffic.answered:,} real rows of 2018 were answered, none failed; p99 {slowest:.0f} ms a batch of 50"
    )


def monitoring(ground: Ground) -> None:
    """Let the outcomes arrive, have a report made, and see its alert end in a new proposal."""
    former = ground.facts("prod", DEPLOYMENT)["trial"]
    ground.run("-m", "runners.samples", "outcomes", str(ground.warehouse), "--years", "2018")
    ground.run("-m", "reconciler", "reconcile", MONITOR, "-C", str(ground.repository), "-e", "prod")
    ground.wait("the monitor's report", lambda: bool(ground.facts("prod", MONITOR).get("newest")))
    facts = ground.facts("prod", MONITOR)
    ground.telling.say(
        "the first rows of 2018 by id are people in dormitories and homes: real rows, other people than in 2015"
    )
    for alert in facts["alerts"]:
        ground.telling.say(f"  alert: {_told(alert)}")
    check(facts["alerts"], "the report raised no alert on the rows of 2018")
    check(
        f"reports/{facts['newest']}/report.md" in ground.status("prod").files, "the report is not on the status branch"
    )

    def proposed() -> bool:
        found = ground.facts("prod", PROMOTION)
        return ground.reason("prod", PROMOTION) == "WaitsForReview" and found.get("candidate") != former

    ground.wait("the retrained model to be proposed", proposed)
    ground.telling.say("the alert had the model retrained on fresh data; old against new on the same rows:")
    ground.telling.say("\n".join(ground.facts("prod", PROMOTION)["evidence"].splitlines()[:14]))
    ground.telling.say(f"the reviewer merges: {merge_proposal(ground)[:12]}")
    ground.wait(
        "the retrained model to serve",
        lambda: ground.reason("prod", DEPLOYMENT) == "Serving" and ground.facts("prod", DEPLOYMENT)["trial"] != former,
    )


def _ready(facts: Any, revision: str) -> int:
    return int(facts.get("revisions", {}).get(revision, {}).get("ready", 0))


def _edit(ground: Ground, path: str, more: str) -> None:
    ground.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    file = ground.work / path
    file.write_text(file.read_text() + more)


def _told(item: Any) -> str:
    return ", ".join(f"{k}: {_number(v)}" for k, v in item.items()) if isinstance(item, dict) else str(item)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _pairs(params: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in params.items())


Act = Callable[[Ground], None]
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
