"""Announcing: committed before it is sent, to each route by itself, by listeners that do all that servers do."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from reconciler.forges.standard_webhooks import signed
from reconciler.loop.announcing import FILE, Announcing
from reconciler.model.decision import Decision, Phase
from reconciler.model.environment import Environment
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId
from reconciler.model.notifications import Event
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired
from reconciler.notices.bodies import Sender
from reconciler.ports.forge import CauseNote
from tests.unit.reconciler.loop.test_telling import Catalogue, Status, answers, breaks_off, listening

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
COMMIT = CommitId("c" * 40)
SENDER = Sender("dev", "/srv/models")
SECRETS = {"${secret:HOOK}": "whsec_c2V0cG9pbnQ=", "${secret:TOKEN}": "abcd1234"}


@pytest.fixture
def taken() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


@pytest.fixture
def other() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


class Loop:
    """Passes that see one dataset, stalled or ready."""

    def __init__(self, *routes: dict[str, Any]) -> None:
        self.routes = [{"name": f"r{number}", "after": "0s", **one} for number, one in enumerate(routes)]
        self.status, self.may, self.log, self.now = Status(), True, LogCapture(), NOW
        self.forge: object = None
        self.begin()

    def begin(self) -> None:
        """Begin anew, as a daemon whose disk is lost."""
        log = structlog.wrap_logger(None, processors=[self.log])
        self.told = Announcing(SENDER, lambda: self.may, secret=self._secret, first_pause=0.01, log=log)

    def _secret(self, name: str) -> str:
        if name not in SECRETS:
            raise Refused(f"{name} isn't set", "set it where the daemon runs")
        return SECRETS[name]

    def look(self, is_stalled: bool, *, others: bool = False) -> bool:
        """Make a pass; tell whether it wrote the ledger."""
        self.now += timedelta(minutes=1)
        phase, reason = (Phase.STALLED, Reason.JOB_FAILED) if is_stalled else (Phase.READY, Reason.ACCEPTED)
        one = Decision(address=Address("datasets/loans"), phase=phase, reason=reason, message="its job failed")
        notifications = {"routes": self.routes} if self.routes else None
        desired = Desired(COMMIT, "dev", Environment.model_validate({"notifications": notifications}))
        plan, actual = Plan(COMMIT, "dev", {one.address: one}), Actual(now=self.now)
        edits = self.told.edits(self.status, desired, actual, plan, others)  # type: ignore[arg-type]
        for path, text in edits.items():
            self.status.texts.pop(path, None)
            if text is not None:
                self.status.texts[path] = text
        self.told.recorded(desired, self.forge)  # type: ignore[arg-type]
        return bool(edits)


def until(truth: Callable[[], object], what: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + 30
    while not truth():
        assert time.monotonic() < deadline, what()
        time.sleep(0.01)


def hook(to: Catalogue, **more: Any) -> dict[str, Any]:
    return {"webhook": {"url": to.url, **more}}


def test_a_cause_and_its_end_are_told_and_nothing_is_written_while_nothing_changes(taken: Catalogue) -> None:
    loop = Loop(hook(taken))
    assert [loop.look(True), loop.look(True)] == [True, False]
    until(lambda: len(taken.got) == 1)
    assert loop.look(False)
    until(lambda: len(taken.got) == 2)
    assert [one["type"].rpartition(".")[2] for one in taken.got] == ["began", "ended"]
    assert taken.got[0]["data"]["cause"] == taken.got[1]["data"]["cause"]
    until(lambda: loop.told.counts["r0"].sent == 2)
    assert not loop.look(False)
    assert loop.look(False, others=True), "what was sent goes with the next commit"
    assert b"pending: []" in loop.status.texts[FILE]


def test_a_route_that_is_down_keeps_no_other_waiting(taken: Catalogue, other: Catalogue) -> None:
    other.replies = [breaks_off]
    loop = Loop(hook(other), hook(taken))
    loop.look(True)
    until(lambda: taken.got)
    until(lambda: any("nothing is taken" in str(entry.get("problem")) for entry in loop.log.entries))
    assert loop.told.counts["r0"].waiting == 1
    other.replies = [answers(200)]
    until(lambda: loop.told.counts["r0"].sent == 1)


def test_what_a_daemon_that_died_had_to_tell_is_told_by_the_next_one_under_the_same_name(taken: Catalogue) -> None:
    loop = Loop(hook(taken))
    loop.may = False
    loop.look(True)
    loop.begin()
    loop.may = True
    loop.look(True)
    until(lambda: taken.got)
    assert taken.got[0]["time"] == (NOW + timedelta(minutes=1)).isoformat(timespec="seconds")


def test_what_is_refused_for_good_is_lost_counted_and_told(taken: Catalogue) -> None:
    taken.replies = [answers(422)]
    loop = Loop(hook(taken))
    loop.look(True)
    until(lambda: loop.told.counts["r0"].lost == 1)
    assert any("status 422" in str(entry.get("why")) for entry in loop.log.entries)


def test_a_request_is_signed_and_a_secret_that_is_not_set_is_waited_for(taken: Catalogue) -> None:
    loop = Loop(hook(taken, secret="${secret:HOOK}"), hook(taken, secret="${secret:LOST}"))
    loop.look(True)
    until(lambda: loop.told.counts["r0"].sent == 1)
    headers = taken.headers[0]
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == taken.got[0]["id"]
    body = json.dumps(taken.got[0]).encode()
    told = signed(SECRETS["${secret:HOOK}"], headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == f"v1,{told}"
    until(lambda: any("LOST" in str(entry.get("problem")) for entry in loop.log.entries))
    assert loop.told.counts["r1"].waiting == 1


def test_slack_is_told_at_an_address_that_nothing_shows(taken: Catalogue) -> None:
    SECRETS["${secret:SLACK}"] = f"{taken.url}/T0/B0/quite-secret"
    taken.replies = [answers(503), answers(200)]
    loop = Loop({"slack": "${secret:SLACK}"})
    loop.look(True)
    until(lambda: loop.told.counts["r0"].sent == 1)
    assert taken.got[-1]["text"] == "[dev] datasets/loans is stalled"
    assert "quite-secret" not in str(loop.log.entries)
    assert "503" in str(loop.log.entries)


def test_alertmanager_is_told_with_a_token(taken: Catalogue) -> None:
    base = taken.url.removesuffix("/api/v1/lineage")
    loop = Loop({"alertmanager": {"url": f"{base}/", "token": "${secret:TOKEN}"}})
    loop.look(True)
    until(lambda: taken.got)
    (alert,) = taken.got[0]
    assert alert["labels"]["alertname"] == "SetpointStalled"
    assert taken.headers[0]["authorization"] == "Bearer abcd1234"


def test_a_route_that_is_gone_is_told_nothing_more_and_without_any_nothing_is_kept(taken: Catalogue) -> None:
    loop = Loop(hook(taken))
    loop.may = False
    loop.look(True)
    loop.routes = []
    assert loop.look(True)
    assert FILE not in loop.status.texts
    loop.may = True
    time.sleep(0.1)
    assert taken.got == []
    assert not loop.look(True)


def test_an_odd_ledger_is_told_and_begun_anew(taken: Catalogue) -> None:
    loop = Loop(hook(taken))
    loop.status.texts[FILE] = b"format: 1\nstanding: {}\npending: 3\nlost: 0\n"
    loop.look(True)
    until(lambda: taken.got)
    assert any("begun anew" in str(entry.get("problem")) for entry in loop.log.entries)


def test_when_time_alone_has_something_to_tell_the_daemon_wakes(taken: Catalogue) -> None:
    loop = Loop(hook(taken) | {"after": "10m"})
    loop.look(True)
    desired = Environment.model_validate({"notifications": {"routes": loop.routes}})
    assert loop.told.wake(desired.notifications, loop.now) == loop.now + timedelta(minutes=10)
    assert loop.told.wake(None, loop.now) is None


class Board:
    """A forge on which people are told."""

    def __init__(self) -> None:
        self.posted: list[CauseNote] = []

    def post(self, note: CauseNote) -> None:
        self.posted.append(note)


def test_a_route_leads_to_the_forge_of_the_pass() -> None:
    loop, board = Loop({"forge": {}}), Board()
    loop.forge = board
    loop.look(True)
    loop.look(False)
    until(lambda: len(board.posted) == 2)
    assert [note.event for note in board.posted] == [Event.BEGAN, Event.ENDED]
    assert board.posted[0].name == board.posted[1].name


def test_on_plain_git_what_a_route_to_the_forge_has_to_tell_is_lost_and_said_to_be() -> None:
    loop = Loop({"forge": {}})
    loop.look(True)
    until(lambda: loop.told.counts["r0"].lost == 1)
