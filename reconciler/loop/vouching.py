"""Which models somebody vouches for, where an environment demands that: looked at before they are pinned or served.

That one is vouched for is kept while it is asked for and the signers are the same, as neither a statement nor its model
changes. What is wrong is looked at in each pass: a key may be valid later, and a statement be out of reach now.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from reconciler.containment import Failure, contain
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.model.kinds.deployments import Deployment, Model
from reconciler.model.resource import Desired
from reconciler.model.text import printable
from reconciler.ports.data import DataReader
from reconciler.provenance.statement import FILE
from reconciler.provenance.vouching import Check, vouch
from reconciler.signatures import ssh

_MOST_SAID = 600


class Vouching:
    """Holds the statements of pinned models against the rules of `provenance.vouching`.

    Args:
        reader: reads statements.
        now: the time.
        check: checks a signature.
    """

    def __init__(self, reader: DataReader, now: Callable[[], datetime], check: Check = ssh.check) -> None:
        self._reader = reader
        self._now = now
        self._check = check
        self._good: frozenset[tuple[Model, bytes]] = frozenset()

    def verdicts(self, desired: Desired, candidates: Collection[Model] = ()) -> Mapping[Model, str]:
        """Return what is wrong with the statement of each pinned model; nothing where none has to be vouched for.

        Args:
            desired: what pins models, and who may vouch for them.
            candidates: models that are about to be pinned.
        """
        signers = desired.model_signers
        if signers is None:
            return {}
        pinned = {spec.model for spec in desired.of_kind(Deployment).values() if spec.model}
        pinned.update(candidates)
        found = {model: self._verdict(model, signers) for model in sorted(pinned, key=lambda model: model.trial)}
        self._good = frozenset((model, signers) for model, flaw in found.items() if not flaw)
        return found

    def _verdict(self, model: Model, signers: bytes) -> str:
        if (model, signers) in self._good:
            return ""
        found = contain(lambda: self._flaw(model, signers))
        flaw = f"can't be verified: {found.message}" if isinstance(found, Failure) else found.value
        return printable(flaw, _MOST_SAID)

    def _flaw(self, model: Model, signers: bytes) -> str:
        """Say what is wrong with the statement about a model.

        Raises:
            Unavailable: it couldn't be looked at.
        """
        run = RunName(model.trial)
        try:
            vouch(self._reader.read(run, FILE), model, signers, self._now(), self._check)
        except FileNotFoundError:
            return "isn't there: it was trained by an older version of Setpoint, or put there by somebody else"
        except Refused as error:
            return str(error)
        return ""
