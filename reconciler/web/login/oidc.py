"""Logging in at an issuer: the authorization code flow (OpenID Connect Core 1.0, 3.1) with PKCE (RFC 7636, S256).

What begins a login is sealed into a cookie of the browser that begins it, and only that browser can end it: `state` is
in both, `nonce` in the token. The token's signature, issuer, audience and time are held as those at endpoints are.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from reconciler.model.kinds.access import Jwt, is_server
from reconciler.providers.serving.local.authorizer import tokens
from reconciler.providers.serving.local.authorizer.fetching import Fetch, Unreachable
from reconciler.providers.serving.local.authorizer.issuers import FRESH, Issuers
from reconciler.providers.serving.local.authorizer.tokens import InvalidToken, UnknownKey
from reconciler.web.login.exchange import exchanged
from reconciler.web.login.person import MOST_GROUPS, Person
from reconciler.web.login.seals import Seals
from reconciler.web.login.settings import Oidc

PATIENCE = 600.0
"""Seconds that a person has to log in."""
_PURPOSE = "login"


class Unknown(Exception):
    """Somebody who couldn't log in; the text says why."""


class Begun(NamedTuple):
    """A login that has begun: where the browser goes, and what it keeps meanwhile."""

    url: str
    kept: str


class OpenId:
    """An issuer that people log in at.

    Args:
        oidc: the issuer, and what the page is called there.
        secret: the page's secret there; empty for a public client.
        callback: where the issuer sends people back to.
        seals: seals what browsers keep.
        issuers: the keys of issuers.
        fetch: how a document is fetched.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(
        self,
        oidc: Oidc,
        secret: str,
        callback: str,
        *,
        seals: Seals,
        issuers: Issuers,
        fetch: Fetch,
        now: Callable[[], float],
    ) -> None:
        self._oidc, self._secret, self._callback = oidc, secret, callback
        self._seals, self._issuers, self._fetch, self._now = seals, issuers, fetch, now
        self._known: tuple[Mapping[str, Any], float] | None = None

    async def begin(self, back: str) -> Begun:
        """Begin a login, after which a person comes back to a path of the page.

        Raises:
            Unreachable: the issuer can't be asked.
        """
        document = await self._document()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self._oidc.client_id,
            "redirect_uri": self._callback,
            "scope": " ".join(dict.fromkeys(("openid", *self._oidc.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "back": local(back)}
        url = document["authorization_endpoint"]
        return Begun(f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}", self._seals.seal(_PURPOSE, kept, PATIENCE))

    async def end(self, told: Mapping[str, str], kept: str) -> tuple[Person, str]:
        """End a login: return who that is, and where they go back to.

        Args:
            told: what the issuer sent along.
            kept: what the browser has kept.

        Raises:
            Unknown: they didn't log in, or it isn't the browser that began.
            Unreachable: the issuer can't be asked.
        """
        begun = self._seals.open(_PURPOSE, kept)
        if begun is None or not hmac.compare_digest(told.get("state", "").encode(), begun["state"].encode()):
            raise Unknown("this login didn't begin in this browser, or more than ten minutes ago")
        if told.get("iss", self._oidc.issuer) != self._oidc.issuer:
            raise Unknown("the answer is of another issuer")
        if "code" not in told:
            raise Unknown(f"the issuer says {(told.get('error_description') or told.get('error') or 'nothing')[:200]}")
        answer = await self._exchanged(told["code"], begun["verifier"])
        claims = await self._claims(str(answer.get("id_token") or ""), (self._oidc.client_id,))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), begun["nonce"].encode()):
            raise Unknown("the token is of another login")
        if claims.get("azp", self._oidc.client_id) != self._oidc.client_id:
            raise Unknown("the token was made for another client")
        return self._person(claims), begun["back"]

    async def bearer(self, token: str) -> tuple[Person, float]:
        """Return whose token it is, that was sent along with a request of the API, and until when it is taken.

        Raises:
            Unknown: it lets nobody in.
            Unreachable: the issuer can't be asked for its keys.
        """
        if not self._oidc.audience:
            raise Unknown("tokens aren't taken here: the page's file says no oidc.audience")
        claims = await self._claims(token, self._oidc.audience)
        return self._person(claims), float(claims["exp"])

    async def leaving(self) -> str:
        """Return where one logs out at the issuer; empty where it doesn't tell (OpenID Connect RP-Initiated Logout)."""
        try:
            url = (await self._document()).get("end_session_endpoint", "")
        except Unreachable:
            return ""
        if not (isinstance(url, str) and is_server(url)):
            return ""
        return f"{url}{'&' if '?' in url else '?'}{urlencode({'client_id': self._oidc.client_id})}"

    async def _exchanged(self, code: str, verifier: str) -> Mapping[str, Any]:
        document = await self._document()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "client_id": self._oidc.client_id,
            "code_verifier": verifier,
        }
        ways = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        client = (self._oidc.client_id, self._secret) if self._secret and "client_secret_basic" in ways else None
        if self._secret and client is None:
            form["client_secret"] = self._secret
        return await exchanged(document["token_endpoint"], form, client)

    async def _claims(self, token: str, audience: tuple[str, ...]) -> Mapping[str, Any]:
        wanted = Jwt(issuer=self._oidc.issuer, audience=audience)
        try:
            head, keys = tokens.head(token), await self._issuers.keys(wanted)
            try:
                return tokens.claims(token, head, wanted, keys)
            except UnknownKey:
                newer = await self._issuers.newer(wanted, keys)
                if newer is None:
                    raise
                return tokens.claims(token, head, wanted, newer)
        except InvalidToken as error:
            raise Unknown(str(error)) from None

    def _person(self, claims: Mapping[str, Any]) -> Person:
        user, mail = claims.get("sub"), claims.get("email")
        if not (isinstance(user, str) and user):
            raise Unknown("the token doesn't say whose it is: it has no sub")
        told = tokens.claim(self._oidc.groups, claims)
        groups = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
        name = claims.get("name") or claims.get("preferred_username") or ""
        is_told = isinstance(mail, str) and claims.get("email_verified") is not False
        return Person(
            user,
            name if isinstance(name, str) else "",
            str(mail) if is_told else "",
            frozenset(one for one in groups[:MOST_GROUPS] if isinstance(one, str)),
            owns_mail=is_told and claims.get("email_verified") is True,
        )

    async def _document(self) -> Mapping[str, Any]:
        """Return what the issuer says of itself, as it was said within the last minutes."""
        if self._known is None or self._now() >= self._known[1] + FRESH:
            at = f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
            told: Any = await self._fetch(at)
            if not isinstance(told, dict) or told.get("issuer") != self._oidc.issuer:
                raise Unreachable(f"{at} is of another issuer")
            if not all(is_server(str(told.get(f"{name}_endpoint"))) for name in ("authorization", "token")):
                raise Unreachable(f"{at} says no addresses that people may be sent to")
            self._known = (told, self._now())
        return self._known[0]


def challenge(verifier: str) -> str:
    """Return what a login shows of its verifier before it is asked for it (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def local(path: str) -> str:
    """Return a path of this page; what could lead elsewhere becomes the first one."""
    is_plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) < 1000
    return path if is_plain and path.startswith("/") and not path.startswith(("//", "/login", "/logout")) else "/"
