"""Steady work: what a job leaves follows from its parameters alone, so that two lives of one repository compare.

A refresh brings the same rows again, and no report sees a drift: what follows from an alert is another story.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.ids import RunName, canonical, owner_of
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.data import SCHEME
from reconciler.providers.memory.workers import Outcome, Read, plausible
from runners.contract.files import RESULT
from runners.contract.request import FORMER, PREVIOUS


def steady(order: JobOrder, read: Read) -> Outcome:
    """Do plausible work that the time of day has no part in."""
    done = plausible(order, read)
    if RESULT not in done.files:
        return done
    result: dict[str, Any] = json.loads(done.files[RESULT])
    if order.request.get("runner") == "monitor":
        result["facts"] |= {"alerts": [], "verdict": "ok"}
    if order.request.get("runner") in ("ingest", "label"):
        result["content"] = _content(order, read)
    return replace(done, files={**done.files, RESULT: json.dumps(result).encode()})


def _content(order: JobOrder, read: Read) -> str:
    """Digest the owner, the parameters and the content of the inputs, but for the version before.

    A refresh that goes on with that one, or is compared with it, has the rows that any refresh has.
    """
    inputs: Mapping[str, str] = order.request.get("inputs", {})
    above = [
        json.loads(read(RunName(url.removeprefix(SCHEME)), RESULT))["content"]
        for role, url in sorted(inputs.items())
        if role not in (FORMER, PREVIOUS)
    ]
    made_from = [owner_of(order.run), order.request.get("params", {}), above]
    return hashlib.sha256(canonical(made_from)).hexdigest()
