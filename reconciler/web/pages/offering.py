"""The forms that somebody is offered: one for each thing that they may do, or why they may do none."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from reconciler.model.ids import Address
from reconciler.model.page_access import Right
from reconciler.web.login.visitor import Visitor
from reconciler.web.pages.acting import DEMANDED, FIELDS, Verb, verbs_for
from reconciler.web.pages.rights import demand
from reconciler.web.pages.snapshot import Snapshot

_LABELS = {
    Verb.RECONCILE: "Make it anew now",
    Verb.SUSPEND: "Suspend",
    Verb.RESUME: "Let it go on",
    Verb.PROPOSE: "Propose",
    Verb.ROLLBACK: "Propose to roll back",
    Verb.APPROVE: "Approve",
}
_FIELD_WORDS = {
    "reason": "why",
    "digest": "the digest, typed",
}
_RUN_WORDS = {
    Verb.PROPOSE: "which trial or version",
    Verb.ROLLBACK: "to which (empty: the one before)",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it does, what its button says, the field to fill in, and what tells it from another one."""

    verb: str
    label: str
    field: str
    words: str
    is_demanded: bool
    once: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered; where that is nothing, why not, or nothing at all where nobody is known here."""

    forms: Sequence[Form] = ()
    why: str = ""


def offer(visitor: Visitor, one: Snapshot, address: str) -> Offer:
    """Return what somebody may do with a resource; without an address, with an environment."""
    if visitor.person is None:
        return Offer()
    try:
        demand(visitor, one, Right.ACT if address else Right.APPROVE)
    except HTTPException as error:
        return Offer(why=error.detail)
    if not visitor.person.author:
        return Offer(why=f"no mail address is told of {visitor.person.told}, so Git could name nobody")
    if not address:
        return Offer([_form(Verb.APPROVE)])
    control = one.recorded.controls.resources.get(Address(address))
    return Offer([_form(verb) for verb in verbs_for(address, is_suspended=bool(control and control.suspended))])


def _form(verb: Verb) -> Form:
    field = FIELDS.get(verb, "")
    words = _RUN_WORDS.get(verb) or _FIELD_WORDS.get(field, "")
    return Form(verb.value, _LABELS[verb], field, words, verb in DEMANDED, secrets.token_urlsafe(12))


def asked(one: Snapshot) -> Sequence[str]:
    """Return what the last pass asked a person to approve, in its words."""
    notes = one.recorded.last_pass.get("notes")
    return [str(note) for note in notes if "--approve" in str(note)] if isinstance(notes, list) else []
