"""URLs of databases: read with the secrets that they name, and told without them."""

import sqlalchemy as sa
from sqlalchemy import exc

from runners.contract import InputError
from runners.staging import reveal


def url_of(told: str, spell: str) -> sa.URL:
    """Read a URL.

    Args:
        told: as the spec has it; it may hold `${secret:NAME}`.
        spell: how such a URL is written, for the error.

    Raises:
        InputError: it is none, or can't be told apart from its password.
    """
    try:
        url = sa.make_url(reveal(told))
    except (exc.ArgumentError, ValueError):  # they quote the URL, or what is taken for its port
        raise InputError("this is no SQLAlchemy URL", told, spell) from None
    if "@" in (url.host or ""):  # the driver would quote the host, and so what of the password stands after its first @
        raise InputError("the URL's password, or its user, holds an @ of its own", told, spell)
    return url


def scrubbed(text: str, told: str) -> str:
    """Take the revealed URL and its password out of a driver's message; clip it afterwards, as half a secret stays."""
    revealed = reveal(told)
    secrets = {revealed, sa.make_url(revealed).password or revealed}
    for secret in sorted(secrets - {told}, key=len, reverse=True):
        text = text.replace(str(secret), "***")
    return text
