"""Who asks, and what they may: tokens of users, and an App with its key, its installation and its hourly tokens."""

import json
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Json = Any
TOKEN, BOT, OWNER = "github_pat_of_the_tests", "setpoint-bot", "ada"
APP, CLIENT_ID, SLUG, INSTALLATION = 4242, "Iv23liOfTheTests", "setpoint", 77
NEEDED = {"contents": "write", "pull_requests": "write", "statuses": "write"}
LONGEST_CLAIM, LASTING = 600, 3600
"""Seconds that a claim may be good for, and that a token is."""
BY_CLAIM = ("apps/get-authenticated", "apps/get-repo-installation", "apps/create-installation-access-token")
_RIGHTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pulls/list": (("pull_requests",), "read"),
    "pulls/get": (("pull_requests",), "read"),
    "pulls/create": (("pull_requests",), "write"),
    "pulls/update": (("pull_requests",), "write"),
    "pulls/merge": (("contents",), "write"),
    "pulls/merge-async": (("contents",), "write"),
    "pulls/get-merge-async-result": (("contents",), "read"),
    "pulls/list-reviews": (("pull_requests",), "read"),
    "repos/get-collaborator-permission-level": (("metadata",), "read"),
    "issues/list-for-repo": (("issues",), "read"),
    "issues/create": (("issues",), "write"),
    "issues/update": (("issues", "pull_requests"), "write"),
    "issues/list-comments": (("issues", "pull_requests"), "read"),
    "issues/list-events": (("issues", "pull_requests"), "read"),
    "issues/add-labels": (("issues", "pull_requests"), "write"),
    "issues/remove-label": (("issues", "pull_requests"), "write"),
    "issues/create-comment": (("issues", "pull_requests"), "write"),
    "issues/update-comment": (("issues", "pull_requests"), "write"),
    "repos/create-commit-status": (("statuses",), "write"),
    "repos/get-combined-status-for-ref": (("statuses",), "read"),
    "checks/list-for-ref": (("checks",), "read"),
    "checks/create": (("checks",), "write"),
    "checks/update": (("checks",), "write"),
    "repos/get-branch": (("contents",), "read"),
    "repos/get-branch-rules": (("metadata",), "read"),
    "repos/get-repo-ruleset": (("metadata",), "read"),
    "teams/list-members-in-org": (("members",), "read"),
}
"""What each call needs, any of the first at this level, as GitHub's page on rights of fine-grained tokens has it."""


@lru_cache(maxsize=2)
def key(name: str) -> RSAPrivateKey:
    """Return a private key; one of another name is another."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(name: str = "ours") -> str:
    """Return a private key as GitHub gives it to who makes an App."""
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@dataclass
class Account:
    """Who asks: a name, and what it may do; an App by its claim is an App and nothing else."""

    login: str
    rights: Mapping[str, str] = field(default_factory=dict)
    until: float = float("inf")
    is_claim: bool = False

    def may(self, operation: str) -> bool:
        """Tell whether it may do something."""
        if operation not in _RIGHTS:
            return not self.login.endswith("[bot]")
        names, level = _RIGHTS[operation]
        return any(self.rights.get(name) in (level, "write") for name in names)


class Accounts:
    """All who are known, and the App; `wall` is the time by which its tokens end."""

    def __init__(self) -> None:
        self.tokens = {TOKEN: Account(BOT, {**NEEDED, "metadata": "read", "members": "read", "issues": "write"})}
        self.people = {OWNER: "admin", BOT: "write"}
        """The rights of people on the repository."""
        self.granted: dict[str, str] = {**NEEDED, "checks": "read", "metadata": "read", "issues": "write"}
        self.teams: dict[str, list[str]] = {}
        """The members of teams, by organization and slug: `acme/ml-platform`."""
        self.is_installed = True
        self.wall: Callable[[], float] = time.time
        self.made: list[str] = []
        """The tokens of the App, in their order."""

    def who(self, authorization: str) -> Account | str:
        """Return who asks, or why nobody is known by that."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() not in ("bearer", "token"):
            return "Requires authentication"
        if token.count(".") == 2:
            return self._claimed(token)
        found = self.tokens.get(token)
        return found if found and self.wall() < found.until else "Bad credentials"

    def _claimed(self, token: str) -> Account | str:
        head, claims, signature = token.split(".")
        try:
            key("ours").public_key().verify(_bytes(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return "A JSON web token could not be decoded"
        told, now = json.loads(_bytes(claims)), self.wall()
        if json.loads(_bytes(head))["alg"] != "RS256" or str(told["iss"]) not in (str(APP), CLIENT_ID):
            return "A JSON web token could not be decoded"
        if told["iat"] > now:
            return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        if not now < told["exp"] <= now + LONGEST_CLAIM:
            return "'Expiration time' claim ('exp') is too far in the future"
        return Account(f"{SLUG}[bot]", is_claim=True)

    def make(self, wanted: Mapping[str, str] | None) -> Json:
        """Make a token of the installation with these rights; None where it wasn't granted them all."""
        rights = dict(wanted or self.granted)
        if any(self.granted.get(name) not in (level, "write") for name, level in rights.items()):
            return None
        token, until = f"ghs_{secrets.token_hex(18)}", self.wall() + LASTING
        self.tokens[token] = Account(f"{SLUG}[bot]", {**rights, "metadata": "read"}, until)
        self.made.append(token)
        ends = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"token": token, "expires_at": ends, "permissions": rights, "repository_selection": "selected"}


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
