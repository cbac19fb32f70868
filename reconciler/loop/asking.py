"""Asking webhooks: a signed request to a service of one's own, on a thread of its own, since nothing in a pass waits.

The request is a CloudEvent (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md), signed
as Standard Webhooks has it: HMAC-SHA256 of `id.timestamp.body`. What comes back is taken for what anybody may have
written: small, in time, a JSON object with a `verdict` of pass, fail or wait and a `reason` of one line. All else is no
verdict, and no redirection is followed.
"""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.containment import Failure, contain
from reconciler.forges.standard_webhooks import signed
from reconciler.loop.posting import Letter, answered
from reconciler.model.change import AskWebhook
from reconciler.model.errors import Refused, Transient
from reconciler.model.observed import WebhookAnswer
from reconciler.model.reviews import Verdict
from reconciler.model.text import printable
from reconciler.settings import reveal
from reconciler.untrusted import parse

if TYPE_CHECKING:
    from reconciler.wire import Answer

TYPE = "io.setpoint.promotion.proposed"
LARGEST = 64 * 2**10
"""Bytes of an answer."""
MOST = 8
"""Requests at once."""
REMEMBERED = 1000
"""Answers that are remembered; older ones stand in the status."""
_LONGEST = 200
_VERDICTS: Mapping[Any, Verdict] = {"pass": Verdict.SUCCESS, "fail": Verdict.FAILURE, "wait": Verdict.PENDING}


class Asking:
    """Asks webhooks and remembers what they said. Any number of threads may use it.

    Args:
        now: the time.
        secret: returns what `${secret:NAME}` stands for, and raises `Refused` where it isn't set.
    """

    def __init__(self, now: Callable[[], datetime], secret: Callable[[str], str] = reveal) -> None:
        self._now = now
        self._secret = secret
        self._answers: dict[str, WebhookAnswer] = {}
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def ask(self, change: AskWebhook) -> None:
        """Begin to ask, unless that is under way.

        Raises:
            Refused: the secret isn't set.
            Transient: as many as may be are being asked.
        """
        secret = self._secret(change.secret)
        with self._lock:
            if change.question in self._under_way:
                return
            if len(self._under_way) >= MOST:
                raise Transient(f"{MOST} webhooks are being asked, and no more are at once")
            self._under_way.add(change.question)
        threading.Thread(target=self._run, args=(change, secret), name="webhook", daemon=True).start()

    def answers(self) -> Mapping[str, WebhookAnswer]:
        """Return what was said, by the question."""
        with self._lock:
            return dict(self._answers)

    def _run(self, change: AskWebhook, secret: str) -> None:
        asked = self._now()
        found = contain(lambda: _asked(change, secret, asked))
        verdict, reason = (Verdict.PENDING, found.message) if isinstance(found, Failure) else found.value
        with self._lock:
            self._under_way.discard(change.question)
            self._answers.pop(change.question, None)
            self._answers[change.question] = WebhookAnswer(verdict, printable(reason, _LONGEST), asked)
            for oldest in list(self._answers)[:-REMEMBERED]:
                del self._answers[oldest]


def _asked(change: AskWebhook, secret: str, now: datetime) -> tuple[Verdict, str]:
    """Ask once.

    Raises:
        Unavailable: nobody answered, or not wholly.
        Refused: the server's certificate isn't trusted, or what asks isn't installed.
    """
    body = json.dumps(event(change, now), allow_nan=False).encode()
    headers = signature(secret, change.question, int(now.timestamp()), body)
    letter = Letter(body, "application/cloudevents+json", headers)
    try:
        return verdict_of(answered("the webhook", change.url, letter, change.timeout, LARGEST, is_safe=False))
    except ModuleNotFoundError as error:
        fix = "install setpoint[forges] where the daemon runs"
        raise Refused(f"webhooks need {error.name}, which isn't installed", fix) from error


def event(change: AskWebhook, now: datetime) -> dict[str, Any]:
    """Return what a service is told."""
    return {
        "specversion": "1.0",
        "type": TYPE,
        "source": f"setpoint/{change.data['environment']}",
        "subject": change.address,
        "id": change.question,
        "time": now.isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": change.as_json()["data"],
    }


def signature(secret: str, name: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request."""
    moment = str(seconds)
    told = f"v1,{signed(secret, name, moment, body)}"
    return {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": told}


def verdict_of(answer: "Answer") -> tuple[Verdict, str]:
    """Read an answer: what isn't understood is no verdict, and says why."""
    if 300 <= answer.status < 400:
        return Verdict.PENDING, "it redirects, which isn't followed: give the address that answers"
    if not 200 <= answer.status < 300:
        return Verdict.PENDING, f"it answered with status {answer.status}"
    try:
        told = parse(answer.body)
    except ValueError as error:
        return Verdict.PENDING, f"its answer isn't JSON: {error}"
    verdict = told.get("verdict") if isinstance(told, dict) else None
    known = _VERDICTS.get(verdict) if isinstance(verdict, str) else None
    if known is None:
        return Verdict.PENDING, "its answer has no `verdict` of pass, fail or wait"
    reason = told.get("reason")
    return known, reason if isinstance(reason, str) and reason.strip() else f"it says {verdict}"
