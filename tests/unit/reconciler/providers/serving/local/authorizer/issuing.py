"""An issuer of tokens: real keys, real signatures, and a server that tells the keys as OpenID Connect has it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.servers.loopback import listening

AUDIENCE = "shop"


class Key:
    """A pair of keys; `public` is a JSON Web Key."""

    def __init__(self, algorithm: str, kid: str | None, bits: int = 2048) -> None:
        self.algorithm, self.kid = algorithm, kid
        self.private: Any
        if algorithm.startswith(("RS", "PS")):
            self.private = rsa.generate_private_key(65537, bits)
            told = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        elif algorithm.startswith("ES"):
            self.private = ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())
            told = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()
            told = OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        told.pop("key_ops", None)
        self.public: dict[str, Any] = {**told, **({"kid": kid} if kid else {})}


RSA, EC, ED = Key("RS256", "rsa-1"), Key("ES256", "ec-1"), Key("EdDSA", "ed-1")
NEXT = Key("RS256", "rsa-2")
"""The key that the issuer changes to."""


def token(
    key: Key = RSA, *, issuer: str = "https://login.example", head: dict[str, Any] | None = None, **told: Any
) -> str:
    """Sign a token that is good, but for what is told; a claim of None is left out."""
    now = time.time()
    usual = {"iss": issuer, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, "groups": ["ml"]}
    claims = {name: value for name, value in {**usual, **told}.items() if value is not None}
    header = {**({"kid": key.kid} if key.kid else {}), **(head or {})}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key.private, key.algorithm, header)


class Served:
    """What an issuer's server tells, and which paths it was asked for."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys
        self.url = ""
        self.asked: list[str] = []
        self.documents: dict[str, Any] = {}
        """What is told at a path instead."""

    def document(self, path: str) -> Any:
        usual = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [key.public for key in self.keys]},
        }
        return {**usual, **self.documents}.get(path)


@contextmanager
def served(*keys: Key) -> Iterator[Served]:
    """Serve an issuer on the loopback."""
    issuer = Served(list(keys))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            told = issuer.document(self.path)
            if callable(told):
                told(self)
                return
            content = json.dumps(told).encode()
            self.send_response(404 if told is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with listening(Handler) as issuer.url:
        yield issuer
