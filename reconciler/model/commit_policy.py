"""Which commits an environment takes: any, those by an allowed signer, or such merges only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reconciler.model.ids import CommitId

Demand = Literal["any", "signed", "merged"]
"""What a commit has to be: anything, signed by an allowed signer, or a merge that is signed by one."""
SIGNERS, KEYS = "allowed_signers", "allowed_keys.asc"
"""The files beside `environment.yaml` that say who may sign: SSH keys (ssh-keygen(1)), and OpenPGP keys in armour."""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who may sign. `ssh` is a file of allowed signers (ssh-keygen(1)), `openpgp` holds public keys in ASCII armour."""

    ssh: bytes = b""
    openpgp: bytes = b""


@dataclass(frozen=True, slots=True)
class CommitPolicy:
    """What a commit demands of those that come after it, and of itself."""

    demand: Demand = "any"
    signers: Signers = Signers()


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A commit as its signer saw it.

    `payload` is what was signed, `signature` the one signature over it, empty where there is none; `flaw` says what is
    wrong with how it is signed. `when` is the committer's date, which is whatever the committer says.
    """

    id: CommitId
    parents: tuple[CommitId, ...]
    when: datetime
    payload: bytes
    signature: bytes = b""
    flaw: str = ""
