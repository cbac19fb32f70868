"""What a spec may not say: a credential, which whoever reads the repository could read."""

import re
from collections.abc import Mapping

_CREDENTIAL = re.compile(r"secret|password|token|account.key|sas", re.IGNORECASE)
_SECRET = "${secret:"


def check_hidden(where: str, options: Mapping[str, str]) -> None:
    """See that options which are credentials by their names stand for secrets.

    Raises:
        ValueError: one doesn't.
    """
    for name, value in options.items():
        if _CREDENTIAL.search(name) and value and _SECRET not in value:
            raise ValueError(f"{where}.{name} can be read by whoever reads the repository: write ${{secret:NAME}}")
