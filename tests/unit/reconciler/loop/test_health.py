"""How the daemon is: the reasons why it isn't ready, and its figures."""

import threading
from datetime import timedelta
from typing import Any

import prometheus_client
import pytest

from reconciler.loop import health as module
from reconciler.loop.cycle import Pass
from reconciler.loop.health import Health, Metrics, Pulse, unready
from reconciler.loop.telling import Counts
from reconciler.model.change import DropRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import RunName
from reconciler.model.plan import Outcome, Plan
from reconciler.model.reviews import Allowance
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, COMMIT, LOANS, NOW, ago

LONGEST = timedelta(minutes=10)
WELL = Health(ago(days=1), has_lease=True, last_pass=ago(minutes=1))


def done(*outcomes: Outcome, unread: dict[str, str] | None = None) -> Pass:
    decisions = {
        address: Decision(address=address, phase=phase, reason="", message="")
        for address, phase in ((LOANS, Phase.READY), (API, Phase.STALLED))
    }
    plan = Plan(COMMIT, "dev", decisions, notes=("the newest commit isn't applied",))
    return Pass(stage.desired(), stage.actual(unread=unread), plan, outcomes)


def test_a_daemon_that_holds_the_lease_and_makes_passes_is_ready() -> None:
    assert unready(WELL, NOW, LONGEST) == ()


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        (Health(ago(minutes=1), True, ago(minutes=1), {"pass": "git is down"}), "git is down"),
        (Health(ago(minutes=1), False, ago(minutes=1)), "the lease is not held"),
        (Health(ago(minutes=1), False, ago(minutes=1), waits_for="other:7"), "the lease is held by other:7"),
        (Health(ago(minutes=1), True), "no pass has ended yet"),
        (Health(ago(days=1), True, ago(minutes=11)), "the loop has finished no pass for 600 s"),
    ],
)
def test_each_trouble_is_a_reason(health: Health, reason: str) -> None:
    assert unready(health, NOW, LONGEST) == (reason,)


def test_a_pulse_is_what_happened_last() -> None:
    held = False
    pulse = Pulse(NOW, lambda: held)
    assert pulse.trouble("pass", "git is down")
    assert not pulse.trouble("pass", "git is down")
    assert pulse.trouble("pass", "git is broken")
    pulse.waits_for("other:7")
    assert pulse.health == Health(NOW, problems={"pass": "git is broken"}, waits_for="other:7")
    held = True
    pulse.waits_for("")
    pulse.beat(NOW)
    assert pulse.health == Health(NOW, True, NOW)


def test_a_pass_that_ends_well_says_nothing_of_other_troubles() -> None:
    pulse = Pulse(NOW)
    pulse.trouble("lease", "git is down")
    pulse.trouble("pass", "git is slow")
    assert pulse.health.problem == "git is down; git is slow"
    pulse.beat(NOW)
    assert pulse.health.problem == "git is down"
    pulse.well("lease")
    pulse.well("lease")
    assert pulse.health.problem == ""


def test_what_threads_tell_at_once_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is held up while it puts together what is known; what the other tells meanwhile must stay."""
    pulse, between, go_on = Pulse(NOW), threading.Event(), threading.Event()
    plain = module.replace

    def slowly(known: Health, **changes: Any) -> Health:
        if "last_pass" in changes:
            between.set()
            go_on.wait(0.3)
        return plain(known, **changes)

    monkeypatch.setattr(module, "replace", slowly)
    beats = threading.Thread(target=pulse.beat, args=(NOW,))
    beats.start()
    assert between.wait(5)
    pulse.trouble("lease", "git is down")
    go_on.set()
    beats.join(5)
    assert (pulse.health.problem, pulse.health.last_pass) == ("git is down", NOW)


def test_metrics_are_counted_in_prometheus_words() -> None:
    metrics = Metrics("dev")
    change = DropRun(address=LOANS, run=RunName(f"{LOANS}/1"))
    metrics.passed(done(Outcome(change), Outcome(change, "no"), unread={"pool": "down"}), 0.5, NOW)
    metrics.failed()
    metrics.lease(lambda: True)

    def value(name: str, /, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    assert value("setpoint_passes_total", result="ok") == value("setpoint_passes_total", result="failed") == 1
    assert value("setpoint_changes_total", port="data", verb="drop", result="done") == 1
    assert value("setpoint_changes_total", port="data", verb="drop", result="failed") == 1
    assert value("setpoint_resources", kind="datasets", state="ready") == 1
    assert value("setpoint_resources", kind="deployments", state="stalled") == 1
    assert (value("setpoint_port_unread", port="pool"), value("setpoint_port_unread", port="data")) == (1, 0)
    assert value("setpoint_notes") == value("setpoint_lease_held") == 1
    assert value("setpoint_last_pass_timestamp_seconds") == NOW.timestamp()
    assert value("setpoint_pass_seconds_sum") == 0.5
    assert value("setpoint_environment_info", name="dev") == 1
    assert b"setpoint_passes_total" in prometheus_client.generate_latest(metrics.registry)


def test_how_often_the_forge_may_be_asked_is_told_when_somebody_looks() -> None:
    known: list[Allowance | None] = [None]
    metrics = Metrics("dev")
    metrics.forge(lambda: known[-1])

    def value(name: str, /, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"setpoint_forge_{name}", labels)

    assert value("budget_remaining") is None
    known.append(Allowance({"2xx": 3, "4xx": 1}, 4996, 5000, 1_700_000_000))
    assert (value("budget_remaining"), value("budget_limit")) == (4996, 5000)
    assert value("budget_reset_timestamp_seconds") == 1_700_000_000
    assert (value("requests_total", answer="2xx"), value("requests_total", answer="4xx")) == (3, 1)
    known.append(Allowance({"2xx": 4}))
    assert (value("budget_remaining"), value("requests_total", answer="2xx")) == (None, 4)
    assert b"setpoint_forge_requests_total" in prometheus_client.generate_latest(metrics.registry)


def test_resources_that_are_gone_are_counted_no_more() -> None:
    metrics = Metrics("dev")
    metrics.passed(done(), 0.1, NOW)
    metrics.passed(Pass(stage.desired(), stage.actual(), Plan(COMMIT, "dev")), 0.1, NOW)
    assert metrics.registry.get_sample_value("setpoint_resources", {"kind": "datasets", "state": "ready"}) is None


def test_how_many_run_events_were_sent_and_lost_is_told_when_somebody_looks() -> None:
    metrics = Metrics("dev")

    def value(name: str, /, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"setpoint_lineage_{name}", labels)

    assert (value("waiting"), value("events_total", result="lost")) == (0, 0)
    metrics.lineage(lambda: Counts(sent=3, lost=1, waiting=2))
    assert (value("waiting"), value("events_total", result="sent"), value("events_total", result="lost")) == (2, 3, 1)
