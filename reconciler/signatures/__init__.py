"""Signatures over bytes: checked and made by the programs whose formats they have, `ssh-keygen` and `gpg`.

Law of the room: nobody else starts these programs. They see a folder of their own that is gone afterwards, keys that
were handed over and no others, no configuration of a user, no agent and no network; time and output are bounded.
What isn't a good signature by one of these keys at this moment raises, and whoever signed is named as text of others.
"""

from reconciler.signatures.check import check
from reconciler.signatures.pinned import pinned
from reconciler.signatures.ssh import SigningKey

__all__ = ["SigningKey", "check", "pinned"]
