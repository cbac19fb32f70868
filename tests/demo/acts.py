"""The acts of a play on real engines, in one environment that promotes by itself; each waits for what it says."""

from collections.abc import Callable

import yaml

from reconciler.cli.demo.ground import Ground, check
from reconciler.cli.demo.traffic import infer, rows_of
from tests.servers.engines import Engines

ROWS, BATCH = 2000, 50
DEPLOYMENT, MONITOR = "deployments/employment", "monitors/employment"


def begin(ground: Ground, engines: Engines) -> None:
    """Say in the repository where the engines are, fill the sources, and start the daemon."""
    file = ground.work / f"environments/{engines.environment}/environment.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    for port, options in engines.options.items():
        told[port] = {"provider": told[port]["provider"], **options}
    file.write_text(yaml.safe_dump(told, sort_keys=False), "utf-8")
    ground.push("Say where the engines are")
    ground.telling.say(ground.run("-m", "runners.samples", "census", str(ground.warehouse), "--years", "2015"))
    ground.telling.say(ground.run("-m", "runners.samples", "digits", str(ground.folder / "sources" / "digits")))
    ground.start(engines.environment)


def develop(ground: Ground, engines: Engines) -> None:
    """Wait for the data, the labels and both sweeps."""
    for address, reason in (
        ("datasets/employment", "Accepted"),
        ("datasets/digits", "Accepted"),
        ("labels/digits", "Accepted"),
        ("experiments/employment", "Trained"),
        ("experiments/digits", "Trained"),
    ):
        _wait(ground, engines, address, reason)
        ground.telling.say(f"{address}: {ground.message(engines.environment, address)}")


def serve(ground: Ground, engines: Engines) -> None:
    """See the best model promoted and served, and ask it."""
    _wait(ground, engines, "promotions/employment", "Promoted")
    _wait(ground, engines, DEPLOYMENT, "Serving")
    url = str(ground.facts(engines.environment, DEPLOYMENT)["url"])
    ground.run("-m", "runners.samples", "census", str(ground.warehouse), "--years", "2018", "--without-outcomes")
    rows = rows_of(ground.warehouse, 2018, ROWS)
    reached = engines.reach(url)
    for start in range(0, ROWS, BATCH):
        infer(reached, rows[start : start + BATCH], "employment")
    ground.telling.say(f"{url} answered {ROWS:,} real rows of 2018")


def monitor(ground: Ground, engines: Engines) -> None:
    """Have a report made of these answers, and see it on the status branch."""
    ground.run("-m", "runners.samples", "outcomes", str(ground.warehouse), "--years", "2018")
    place = ("-C", str(ground.repository), "-e", engines.environment)
    ground.run("-m", "reconciler", "reconcile", MONITOR, *place)
    ground.wait("the monitor's report", lambda: bool(ground.facts(engines.environment, MONITOR).get("newest")))
    newest = ground.facts(engines.environment, MONITOR)["newest"]
    report = f"reports/{newest}/report.md"
    check(report in ground.status(engines.environment).files, "the report is not on the status branch")
    ground.telling.say(f"{ground.message(engines.environment, MONITOR)}: {report}")


def _wait(ground: Ground, engines: Engines, address: str, reason: str) -> None:
    ground.wait(f"{address}: {reason}", lambda: ground.reason(engines.environment, address) == reason)


Act = Callable[[Ground, Engines], None]
ACTS: tuple[tuple[str, Act], ...] = (
    ("An empty cluster, a repository, a daemon", begin),
    ("Data, labels and experiments", develop),
    ("Promotion and deployment", serve),
    ("Monitoring", monitor),
)
"""The acts by their titles."""
