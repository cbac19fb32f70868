"""Attesting: the statement about a model, made in the moment in which the daemon takes the output of its run.

It is made before the output is sealed: a crash leaves no model without its statement, and no statement is made of
something that this daemon hasn't ordered and seen end.
"""

import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

from reconciler.loop.job_orders import digest_of, input_digests
from reconciler.model.change import Origin
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.ports.data import DataReader
from reconciler.provenance.envelope import Envelope, encoded
from reconciler.provenance.statement import FILE, LOCK, Left, packages_in, statement
from reconciler.signatures import ssh
from reconciler.status.results import document_of
from reconciler.untrusted import parse
from runners.contract.files import RESULT


class Signer(Protocol):
    """Signs statements."""

    def sign(self, payload: bytes, namespace: str) -> bytes:
        """Return a signature over some bytes for a purpose, in armour."""

    def public(self) -> bytes:
        """Return the public key, as SSH encodes it."""


class Attesting:
    """Makes statements about models.

    Args:
        reader: reads what runs have left.
        signer: signs them; without one they are made all the same, and nobody vouches for them.
        version: the version of this program.
    """

    def __init__(self, reader: DataReader, signer: Signer | None, version: str) -> None:
        self._reader = reader
        self._signer = signer
        self._version = version

    def __call__(self, origin: Origin, commit: CommitId) -> Mapping[str, bytes]:
        """Return the statement about a run's model, by the name of its file.

        Raises:
            Refused: the signing key can't be used.
            Unavailable: the data store can't be read, or nothing can be signed now.
        """
        payload = statement(origin, commit, self._left(origin), self._version)
        signed = Envelope(payload, self._signatures(encoded(payload)))
        return {FILE: signed.line()}

    def _signatures(self, signed: bytes) -> tuple[tuple[str, bytes], ...]:
        if self._signer is None:
            return ()
        return ((ssh.fingerprint(self._signer.public()), self._signer.sign(signed, ssh.STATEMENT)),)

    def _left(self, origin: Origin) -> Left:
        run = origin.order.run
        content = self._reader.read(run, RESULT)
        inputs = input_digests(self._reader, origin.order.inputs)
        return Left(document_of(run, RESULT, content), digest_of(content), inputs, packages_in(self._lock(run)))

    def _lock(self, run: RunName) -> Any:
        with contextlib.suppress(FileNotFoundError, Refused, ValueError):
            return parse(self._reader.read(run, LOCK))
        return None
