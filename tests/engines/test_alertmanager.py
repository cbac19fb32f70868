"""A real Alertmanager takes what the ledger has to tell: one alert for a cause, which ends with it, and is told on."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.loop.delivery import deliver
from reconciler.model.notifications import Notifications, Route
from reconciler.notices.bodies import Sender
from reconciler.notices.causes import Seen
from reconciler.notices.ledger import Ledger, Message, advance, without
from tests.servers.process import until
from tests.unit.reconciler.loop.test_telling import Catalogue, listening
from tests.unit.reconciler.notices.test_ledger import cause, seen

if TYPE_CHECKING:
    from tests.servers.alertmanager import Alertmanager

SENDER = Sender("prod", "https://git.example.com/ml/models")
AGAIN = timedelta(hours=4)


@pytest.fixture
def hook() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


class Telling:
    """Passes whose messages go to an Alertmanager, as a daemon sends them."""

    def __init__(self, server: "Alertmanager") -> None:
        told = {"name": "alerts", "after": "0s", "again": "4h", "alertmanager": {"url": server.url}}
        self.to = Notifications.model_validate({"routes": [told]})
        self.ledger, self.now = Ledger(), datetime.now(UTC) - timedelta(minutes=5)

    @property
    def route(self) -> Route:
        return self.to.routes[0]

    def look(self, what: Seen, later: timedelta = timedelta(seconds=1), *, twice: bool = False) -> None:
        """Make a pass and deliver what it has to tell; `twice` as a daemon does that died after it had sent."""
        self.now += later
        self.ledger = advance(self.ledger, what, self.to, "prod", self.now)
        for message in self.ledger.pending * (2 if twice else 1):
            self._deliver(message)
        self.ledger = without(self.ledger, [message.key for message in self.ledger.pending])

    def _deliver(self, message: Message) -> None:
        deliver(message, self.route, SENDER, lambda _: "")


def standing(server: "Alertmanager") -> Callable[[int], list[dict[str, Any]]]:
    def wait(count: int) -> list[dict[str, Any]]:
        until(lambda: len(server.alerts()) == count, f"{count} alerts")
        return server.alerts()

    return wait


def test_a_cause_is_one_alert_however_often_it_is_told_and_ends(alertmanager: "Alertmanager") -> None:
    telling, alerts = Telling(alertmanager), standing(alertmanager)
    one, other = cause("deployments/risk", team="risk"), cause("monitors/risk", "alerting")
    telling.look(seen(one, other), twice=True)
    telling.look(seen(one, other))
    shown = {alert["labels"]["resource"]: alert for alert in alerts(2)}
    assert shown["deployments/risk"]["labels"] == {
        "alertname": "SetpointStalled",
        "environment": "prod",
        "repository": SENDER.repository,
        "resource": "deployments/risk",
        "severity": "warning",
        "team": "risk",
    }
    assert shown["monitors/risk"]["labels"]["alertname"] == "SetpointAlerting"
    assert shown["deployments/risk"]["annotations"]["description"] == "its job failed"
    telling.look(seen(other))
    (left,) = alerts(1)
    assert left["labels"]["resource"] == "monitors/risk"
    telling.look(seen())
    assert alerts(0) == []


def test_what_stands_is_told_again_before_it_would_end_by_itself(alertmanager: "Alertmanager") -> None:
    telling, alerts = Telling(alertmanager), standing(alertmanager)
    telling.look(seen(cause()))
    (first,) = alerts(1)
    assert datetime.fromisoformat(first["endsAt"]) - telling.now == pytest.approx(2 * AGAIN, abs=timedelta(seconds=1))
    began = telling.now
    telling.look(seen(cause()), AGAIN)
    until(lambda: alertmanager.alerts()[0]["endsAt"] != first["endsAt"], "the later end")
    (again,) = alertmanager.alerts()
    assert again["fingerprint"] == first["fingerprint"]
    assert datetime.fromisoformat(again["startsAt"]) == pytest.approx(began, abs=timedelta(seconds=1))


def test_whom_it_tells_hears_once_that_a_cause_begins_and_once_that_it_ends(
    alertmanager: "Alertmanager", hook: Catalogue
) -> None:
    alertmanager.tell(hook.url)
    telling = Telling(alertmanager)
    telling.look(seen(cause()))
    until(lambda: hook.got, "the first notice")
    telling.look(seen())
    until(lambda: len(hook.got) > 1, "the second one")
    assert [one["status"] for one in hook.got] == ["firing", "resolved"]
    assert [one["alerts"][0]["labels"]["resource"] for one in hook.got] == ["datasets/a"] * 2
