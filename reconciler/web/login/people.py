"""How the page knows people: built of its file, once for a process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from reconciler.providers.serving.local.authorizer.fetching import Documents, Fetch
from reconciler.providers.serving.local.authorizer.issuers import Issuers
from reconciler.settings import reveal
from reconciler.web.login.oidc import OpenId
from reconciler.web.login.proxy import TrustedProxy
from reconciler.web.login.seals import Seals
from reconciler.web.login.sessions import Sessions
from reconciler.web.login.settings import Login

CALLBACK = "/login/callback"
"""Where an issuer sends people back to."""


@dataclass(frozen=True, slots=True)
class People:
    """How people are known: by a proxy that says so, or by a session that began at an issuer.

    `origin` is where their browsers have the page from.
    """

    origin: str
    seals: Seals
    sessions: Sessions
    lasts: float
    proxy: TrustedProxy | None = None
    issuer: OpenId | None = None

    @property
    def is_https(self) -> bool:
        """Tell whether browsers come by https, so that cookies are bound to that."""
        return self.origin.startswith("https://")

    @property
    def host(self) -> str:
        """Return the name of the page, without a port."""
        name = urlsplit(self.origin).hostname or ""
        return f"[{name}]" if ":" in name else name


def people_of(
    login: Login,
    *,
    fetch: Fetch | None = None,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> People:
    """Build what knows people.

    Raises:
        Refused: a secret isn't set.
    """
    seals, documents, lasts = Seals(now), fetch or Documents(), login.session.total_seconds()
    proxy, issuer = None, None
    if login.proxy:
        proxy = TrustedProxy(login.proxy, reveal(login.proxy.secret) if login.proxy.secret else "")
    if login.oidc:
        secret = reveal(login.oidc.client_secret) if login.oidc.client_secret else ""
        keys = Issuers(documents, monotonic)
        issuer = OpenId(
            login.oidc, secret, login.url + CALLBACK, seals=seals, issuers=keys, fetch=documents, now=monotonic
        )
    return People(login.url, seals, Sessions(now, lasts), lasts, proxy, issuer)
