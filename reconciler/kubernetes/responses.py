"""What an answer means: a document, an absence, or an error that says what to do next.

Messages are stable from call to call: they are made of what was asked, and of the server's own words only where it
refuses a manifest.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from reconciler.kubernetes.kinds import Kind, Manifest
from reconciler.model.errors import Raced, Refused, SetpointError, Unavailable
from reconciler.wire import Answer

LONGEST_TOLD = 600
"""Characters of the server's words that are passed on."""
_WEBHOOK = re.compile(r'failed calling webhook "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, as RBAC names it: a verb on a kind, of one thing or of all, in a namespace or everywhere."""

    verbs: tuple[str, ...]
    kind: Kind
    namespace: str = ""
    name: str = ""
    part: str = ""

    def __str__(self) -> str:
        """Say it in words, `patch jobs.batch train in namespace ml`."""
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return " ".join(filter(None, (self.verbs[0], self._resource(self.kind.full_name), self.name))) + where

    @property
    def rule(self) -> str:
        """Return the RBAC rule that allows it."""
        resource = self._resource(self.kind.plural)
        return json.dumps({"apiGroups": [self.kind.group], "resources": [resource], "verbs": list(self.verbs)})

    def _resource(self, plural: str) -> str:
        return f"{plural}/{self.part}" if self.part else plural


class Absent(Refused):
    """There is no such thing, or its kind or namespace is unknown to the server."""


class Expired(Unavailable):
    """The rest of a list is gone: the list begins anew."""


class WebhookDown(Unavailable):
    """A controller that the server asks before it writes doesn't answer."""


class FieldsTaken(Refused):
    """Another manager owns fields that were to be set."""


def document(answer: Answer, ask: Ask) -> Manifest:
    """Return the document of an answer.

    Raises:
        Absent: it isn't there.
        Expired: the rest of the list is gone.
        Refused: we may not, or the server takes the manifest for wrong.
        Raced: somebody else wrote first.
        Unavailable: the server couldn't answer, or the answer isn't whole.
    """
    check(answer, ask)
    return _parsed(answer.body, ask)


def check(answer: Answer, ask: Ask) -> None:
    """Raise what `document` does unless the answer is a success."""
    if answer.status >= 300:
        raise _error(answer, ask)


def _error(answer: Answer, ask: Ask) -> SetpointError:
    status = answer.status
    if status == 401:
        return Refused("the API server takes us for a stranger (401)", "the token or client certificate has ended")
    if status == 403:
        return _forbidden(answer, ask)
    if status == 404:
        return Absent(f"the API server can't {ask}: it isn't there", f"see `kubectl get {ask.kind.full_name}`")
    if status == 409:
        return _conflict(answer, ask)
    if status == 410:
        return Expired(f"the API server can't {ask}: the rest of the list is gone")
    if status in (408, 425, 429) or status >= 500:
        return _webhook_down(answer, ask) or Unavailable(
            f"the API server can't {ask} now ({status})", "see its own log and load"
        )
    return Refused(f"the API server won't {ask} ({status}): {told(answer)}", "the spec asks for what it does not take")


def _webhook_down(answer: Answer, ask: Ask) -> WebhookDown | None:
    """Tell whose answer the server lacks; its own words hold addresses and times."""
    webhook = _WEBHOOK.search(told(answer))
    if webhook is None:
        return None
    hint = f"see that {ask.kind.controller or 'the controller whose it is'} runs"
    return WebhookDown(f"the API server can't {ask} now: the webhook {webhook[1]} doesn't answer", hint)


def _forbidden(answer: Answer, ask: Ask) -> Refused:
    words = told(answer)
    if " cannot " in words or not words:
        where = f"namespace {ask.namespace}" if ask.namespace else "the whole cluster"
        return Refused(f"we may not {ask}", f"RBAC needs this rule in {where}: {ask.rule}")
    return Refused(f"the API server won't {ask} (403): {words}", "an admission rule or a quota forbids it")


def _conflict(answer: Answer, ask: Ask) -> SetpointError:
    causes = _status(answer).get("details", {}).get("causes") or ()
    fields = [str(cause.get("field")) for cause in causes if cause.get("reason") == "FieldManagerConflict"]
    if fields:
        taken = ", ".join(sorted(fields)[:8])
        return FieldsTaken(f"the API server won't {ask}: others own {taken}", "somebody else keeps these fields")
    return Raced(f"the API server can't {ask}: somebody else wrote first")


def told(answer: Answer) -> str:
    """Return the server's own words."""
    return str(_status(answer).get("message") or "")[:LONGEST_TOLD]


def _status(answer: Answer) -> dict[str, Any]:
    """Return the `Status` that errors come with; empty where a proxy answered in its own way."""
    try:
        parsed = json.loads(answer.body)
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return parsed if isinstance(parsed.get("details", {}), dict) else {**parsed, "details": {}}


def _parsed(body: bytes, ask: Ask) -> Manifest:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Unavailable(f"the API server answered {ask} with something that is no JSON") from error
    if not isinstance(parsed, dict):
        raise Unavailable(f"the API server answered {ask} with something that is no document")
    return parsed
