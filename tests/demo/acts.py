"""The acts of a play on real engines, in one environment that promotes by itself; each waits for what it says."""

from collections.abc import Callable

import yaml

from reconciler.cli.demo.traffic import infer, rows_of
from reconciler.cli.demo.workspace import Workspace, check
from tests.servers.engines import Engines

ROWS, BATCH = 2000, 50
DEPLOYMENT, MONITOR = "deployments/employment", "monitors/employment"


def begin(workspace: Workspace, engines: Engines) -> None:
    """Say in the repository where the engines are, fill the sources, and start the daemon."""
    file = workspace.work / f"environments/{engines.environment}/environment.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    for port, options in engines.options.items():
        told[port] = {"provider": told[port]["provider"], **options}
    file.write_text(yaml.safe_dump(told, sort_keys=False), "utf-8")
    workspace.push("Say where the engines are")
    workspace.display.say(workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2015"))
    workspace.display.say(
        workspace.run("-m", "runners.samples", "digits", str(workspace.folder / "sources" / "digits"))
    )
    workspace.start(engines.environment)


def develop(workspace: Workspace, engines: Engines) -> None:
    """Wait for the data, the labels and both sweeps."""
    for address, reason in (
        ("datasets/employment", "Accepted"),
        ("datasets/digits", "Accepted"),
        ("labels/digits", "Accepted"),
        ("experiments/employment", "Trained"),
        ("experiments/digits", "Trained"),
    ):
        _wait(workspace, engines, address, reason)
        workspace.display.say(f"{address}: {workspace.message(engines.environment, address)}")


def serve(workspace: Workspace, engines: Engines) -> None:
    """See the best model promoted and served, and ask it."""
    _wait(workspace, engines, "promotions/employment", "Promoted")
    _wait(workspace, engines, DEPLOYMENT, "Serving")
    url = str(workspace.facts(engines.environment, DEPLOYMENT)["url"])
    workspace.run("-m", "runners.samples", "census", str(workspace.warehouse), "--years", "2018", "--without-outcomes")
    rows = rows_of(workspace.warehouse, 2018, ROWS)
    reached = engines.reach(url)
    for start in range(0, ROWS, BATCH):
        infer(reached, rows[start : start + BATCH], "employment")
    workspace.display.say(f"{url} answered {ROWS:,} real rows of 2018")


def monitor(workspace: Workspace, engines: Engines) -> None:
    """Have a report made of these answers, and see it on the status branch."""
    workspace.run("-m", "runners.samples", "outcomes", str(workspace.warehouse), "--years", "2018")
    place = ("-C", str(workspace.repository), "-e", engines.environment)
    workspace.run("-m", "reconciler", "reconcile", MONITOR, *place)
    workspace.wait("the monitor's report", lambda: bool(workspace.facts(engines.environment, MONITOR).get("newest")))
    newest = workspace.facts(engines.environment, MONITOR)["newest"]
    report = f"reports/{newest}/report.md"
    check(report in workspace.status(engines.environment).files, "the report is not on the status branch")
    workspace.display.say(f"{workspace.message(engines.environment, MONITOR)}: {report}")


def _wait(workspace: Workspace, engines: Engines, address: str, reason: str) -> None:
    workspace.wait(f"{address}: {reason}", lambda: workspace.reason(engines.environment, address) == reason)


Act = Callable[[Workspace, Engines], None]
ACTS: tuple[tuple[str, Act], ...] = (
    ("An empty cluster, a repository, a daemon", begin),
    ("Data, labels and experiments", develop),
    ("Promotion and deployment", serve),
    ("Monitoring", monitor),
)
"""The acts by their titles."""
