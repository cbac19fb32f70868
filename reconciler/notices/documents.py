"""The ledger as it stands on the status branch, and back: what anybody may have written there is checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.model.moment import moment_of
from reconciler.model.notifications import CauseKind, Event, Severity
from reconciler.model.text import printable
from reconciler.notices.causes import LONGEST, Cause
from reconciler.notices.ledger import MOST, MOST_STANDING, Ledger, Message, Notice, Standing
from runners.contract.formats import format_of
from runners.contract.mistakes import misread

FORMAT = 1


def as_document(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as it stands on the status branch."""
    return {
        "format": FORMAT,
        "standing": [
            {
                **_cause_told(one.cause),
                "since": one.since.isoformat(),
                "told": {route: moment.isoformat() for route, moment in sorted(one.told.items())},
            }
            for _, one in sorted(ledger.standing.items())
        ],
        "pending": [
            {
                "route": message.route,
                "moment": message.moment.isoformat(),
                "notices": [
                    {
                        "name": one.name,
                        "event": one.event.value,
                        **_cause_told(one.cause),
                        "since": one.since.isoformat(),
                    }
                    for one in message.notices
                ],
            }
            for message in ledger.pending
        ],
        "lost": ledger.lost,
    }


def of_document(document: Mapping[str, Any]) -> Ledger:
    """Return the ledger that a document tells.

    Raises:
        ValueError: it tells none, or is of a newer format.
    """
    format_of(document, FORMAT)
    try:
        standing = [_standing(told) for told in document["standing"][:MOST_STANDING]]
        pending = tuple(_message(told) for told in document["pending"][-MOST * 50 :])
        return Ledger({one.cause.key: one for one in standing}, pending, int(document["lost"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no ledger of notices: {misread(error)}") from error


def _cause_told(cause: Cause) -> dict[str, str]:
    return {
        "kind": cause.kind.value,
        "place": cause.place,
        "severity": cause.severity.value,
        "reason": cause.reason,
        "what": cause.what,
        "team": cause.team,
        "file": cause.file,
        **({"release": cause.release} if cause.release else {}),
    }


def _cause(told: Mapping[str, Any]) -> Cause:
    kind, severity = CauseKind(told["kind"]), Severity(told["severity"])
    place, reason, what, team, file = (
        printable(str(told[key]), LONGEST) for key in ("place", "reason", "what", "team", "file")
    )
    return Cause(kind, place, severity, reason, what, team, file, printable(str(told.get("release", "")), LONGEST))


def _standing(told: Mapping[str, Any]) -> Standing:
    routes = {str(route): _moment(moment) for route, moment in told["told"].items()}
    return Standing(_cause(told), _moment(told["since"]), routes)


def _message(told: Mapping[str, Any]) -> Message:
    notices = tuple(
        Notice(str(one["name"]), Event(one["event"]), _cause(one), _moment(one["since"])) for one in told["notices"]
    )
    return Message(str(told["route"]), _moment(told["moment"]), notices)


def _moment(told: Any) -> datetime:
    moment = moment_of(str(told))
    if moment is None:
        raise ValueError(f"{printable(str(told), 40)} is no moment")
    return moment
