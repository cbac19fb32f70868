"""Whether a statement vouches for a model.

The rules:

1. A statement is an envelope of in-toto's type; nothing of its payload is read before a signature holds.
2. One of its signatures, made for statements and over these very bytes, is by an allowed signer. Others beside it may
   be by anybody.
3. The signer's key is valid now, by this machine's clock: a statement bears no time that anybody else has seen.
4. It is an in-toto statement of a kind that is known here: SLSA's provenance of a run of Setpoint.
5. It is about this model: its subject has the run's name with the digest that is pinned.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.kinds.deployments import Model
from reconciler.model.text import printable
from reconciler.provenance.envelope import Envelope, encoded, read_envelope
from reconciler.provenance.statement import BUILD_TYPE, PREDICATE, STATEMENT
from reconciler.signatures import ssh
from reconciler.untrusted import parse

Check = Callable[[bytes, bytes, bytes, datetime, str], str]
"""Says who signed some bytes for a purpose, and raises `Refused` where nobody did who may."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A statement that vouches for a model, and who signed it."""

    signer: str
    told: Mapping[str, Any]


def vouch(content: bytes, model: Model, signers: bytes, at: datetime, check: Check = ssh.check) -> Vouched:
    """Hold a statement against the rules above.

    Args:
        content: the bundle that holds it.
        model: the model that is pinned.
        signers: the file of allowed signers (ssh-keygen(1)).
        at: the moment at which the signer's key has to be valid.
        check: checks a signature.

    Raises:
        Refused: it doesn't vouch for the model; the message goes on after "its statement".
        Unavailable: it couldn't be checked.
    """
    envelope = read_envelope(content)
    signer = _signer(envelope, signers, at, check)
    told = read_statement(envelope.payload)
    demand_subject(told, model)
    return Vouched(signer, told)


def _signer(envelope: Envelope, signers: bytes, at: datetime, check: Check) -> str:
    refused = Refused("isn't signed", "")
    for _, signature in envelope.signatures:
        try:
            return check(encoded(envelope.payload), signature, signers, at, ssh.STATEMENT)
        except Refused as error:
            refused = error
    raise refused


def read_statement(payload: bytes) -> Mapping[str, Any]:
    """Read what a statement says.

    Raises:
        Refused: it isn't one that is known here.
    """
    try:
        told = parse(payload)
    except ValueError as error:
        raise Refused("is no JSON", "") from error
    if not isinstance(told, dict) or told.get("_type") != STATEMENT or told.get("predicateType") != PREDICATE:
        raise Refused("is no in-toto statement with SLSA's provenance", "")
    predicate = told.get("predicate")
    definition = predicate.get("buildDefinition") if isinstance(predicate, dict) else None
    kind = definition.get("buildType") if isinstance(definition, dict) else None
    if kind != BUILD_TYPE:
        what = f"is of the build type {printable(str(kind), 80)}, and {BUILD_TYPE} is known here"
        raise Refused(what, "a newer version of Setpoint may have made it: upgrade this one")
    return told


def demand_subject(told: Mapping[str, Any], model: Model) -> None:
    """See that a statement is about a model.

    Raises:
        Refused: it is about something else.
    """
    subjects = told.get("subject")
    found = [item for item in subjects if isinstance(item, dict)] if isinstance(subjects, list) else []
    named = [item.get("digest") for item in found if item.get("name") == model.trial]
    if not named:
        other = next((str(item.get("name")) for item in found), "nothing")
        raise Refused(f"is about {printable(other, 100)} and not about {model.trial}", "")
    if {"sha256": model.digest.removeprefix("sha256:")} not in named:
        raise Refused(f"is about a model of another digest than {model.digest[:19]}…", "")
