"""A proxy that says who asks: believed where it asks from its own address, with its secret, and nobody else."""

import hmac
import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

from reconciler.web.login.person import MOST_GROUPS, Person
from reconciler.web.login.settings import Headers as Names
from reconciler.web.login.settings import Proxy, network

SECRET = "X-Setpoint-Proxy"
"""The header by which a proxy proves that it is the one."""
LONGEST = 16_384
"""Letters of one header."""


class Stranger(Exception):
    """Somebody who isn't the proxy, or a proxy that doesn't say clearly who asks; the text says why."""


class TrustedProxy:
    """The proxy that stands before the page.

    Args:
        proxy: where it is, and what it sends.
        secret: its secret; empty where it has none.
    """

    def __init__(self, proxy: Proxy, secret: str = "") -> None:
        self._networks = [network(one) for one in proxy.addresses]
        self._secret, self._names = secret.encode(), proxy.headers

    def demand(self, scope: Scope) -> None:
        """See that a request comes by the proxy.

        Raises:
            Stranger: it doesn't.
        """
        told = Headers(scope=scope).getlist(SECRET)
        proof = told[0] if len(told) == 1 else ""
        is_proved = not self._secret or hmac.compare_digest(proof.encode("utf-8", "replace"), self._secret)
        if not (self._is_there(scope) and is_proved):
            raise Stranger("this page is asked for by its proxy alone")

    def _is_there(self, scope: Scope) -> bool:
        try:
            address = ipaddress.ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in one for one in self._networks)

    def person(self, scope: Scope) -> Person | None:
        """Return who asks, as the proxy says; None where it says nobody, or isn't asked.

        Raises:
            Stranger: it isn't the proxy that says so, or it says it twice.
        """
        self.demand(scope)
        if self._names is None:
            return None
        headers = Headers(scope=scope)
        user, name, mail, groups = (_one(headers, each) for each in _each(self._names))
        if not user:
            return None
        told = [one.strip() for one in groups.split(",")][:MOST_GROUPS]
        return Person(user, name, mail, frozenset(one for one in told if one), owns_mail=bool(mail))


def _each(names: Names) -> tuple[str, str, str, str]:
    return names.user, names.name, names.mail, names.groups


def _one(headers: Headers, name: str) -> str:
    found = headers.getlist(name)
    if len(found) > 1 or sum(map(len, found)) > LONGEST:
        raise Stranger(f"the header {name} comes twice, or is too long: the proxy has to replace what clients send")
    try:
        return found[0].encode("latin-1").decode("utf-8").strip() if found else ""
    except UnicodeDecodeError:
        return found[0].strip()
