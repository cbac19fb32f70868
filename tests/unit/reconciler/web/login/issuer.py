"""A small issuer that people log in at: real codes, real keys, and all that it has to hold a client to.

It refuses a code that is used twice, of another client or redirection, or without the verifier of its challenge.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.servers.loopback import listening
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import RSA, Key, token

CLIENT, SECRET = "setpoint", "a secret + of 2"
ADA: dict[str, Any] = {
    "sub": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "email_verified": True,
    "groups": ["leads", "ml"],
}


class Issuer:
    """What it holds: who logs in next, which codes it gave, and what its tokens say besides."""

    def __init__(self) -> None:
        self.url, self.key, self.keys = "", RSA, [RSA]
        self.person: dict[str, Any] = dict(ADA)
        self.more: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.secret = SECRET
        self.refuses = ""

    def document(self) -> dict[str, Any]:
        paths = ("authorization", "token", "end_session")
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            **{f"{name}_endpoint": f"{self.url}/{name}" for name in paths},
            "code_challenge_methods_supported": ["S256"],
        }

    def authorized(self, asked: dict[str, str]) -> str:
        """Log somebody in; return where their browser is sent."""
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        told = {"error": self.refuses} if self.refuses else {"code": code}
        return f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state'], 'iss': self.url})}"

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Give a token for a code."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"] or not self._is_client(form, authorization):
            return 400, {"error": "invalid_grant"}
        shown = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if shown != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        told = {"aud": CLIENT, "nonce": asked["nonce"], **self.person, **self.more}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token(**told)}

    def token(self, **told: Any) -> str:
        return token(self.key, issuer=self.url, **{"sub": "ada", **told})

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        if not self.secret:
            return not authorization and form["client_id"] == CLIENT
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT, self.secret)


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve an issuer on the loopback."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorization":
                self.send_response(302)
                asked = {name: told[0] for name, told in parse_qs(parts.query).items()}
                self.send_header("Location", issuer.authorized(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            told = {"/keys": {"keys": [key.public for key in issuer.keys]}}
            self._tell(200, told.get(parts.path, issuer.document()))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: told[0] for name, told in parse_qs(content).items()}
            self._tell(*issuer.exchanged(form, self.headers.get("Authorization", "")))

        def _tell(self, status: int, told: Any) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with listening(Handler) as issuer.url:
        yield issuer


def skewed(seconds: float) -> dict[str, float]:
    """Return the times of a token by a clock that is so much ahead."""
    now = time.time() + seconds
    return {"iat": now, "nbf": now, "exp": now + 60}


__all__ = ["ADA", "CLIENT", "SECRET", "Issuer", "Key", "issuing", "skewed"]
