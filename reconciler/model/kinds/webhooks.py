"""Webhooks as gates: a service of one's own is asked about a proposal, and what it answers is one more gate."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from reconciler.model.kinds.spec import DNS_LABEL, Block
from reconciler.model.quantity import Duration, parse_duration
from runners.contract.secrets import SECRET


def http_address(value: str) -> str:
    """Return an address of HTTP as it is.

    Raises:
        ValueError: it is none, or holds what doesn't belong there.
    """
    try:
        parts, port = urlsplit(value), urlsplit(value).port
    except ValueError:
        raise ValueError("expected an address such as https://gates.example.com/promotions") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not value.isprintable():
        raise ValueError("expected an address such as https://gates.example.com/promotions")
    if parts.username is not None or parts.password is not None:
        raise ValueError("no user and no password stand in it: who we are is told by a secret")
    if parts.fragment or " " in value or not value.isascii():
        raise ValueError("spaces, other letters than ASCII's and a #fragment don't belong there: write them as %20")
    return value


def _between(value: object) -> object:
    span = parse_duration(value)
    if not 1 <= span.total_seconds() <= 30:
        raise ValueError("it may take from 1s to 30s")
    return span


def _seldom(value: object) -> object:
    span = parse_duration(value)
    if not 10 <= span.total_seconds() <= 7 * 86400:
        raise ValueError("ask again after 10s to 7d")
    return span


class Webhook(Block):
    """A service that is asked about each open proposal, by a signed request, and answers pass, fail or wait."""

    name: str = Field(pattern=DNS_LABEL, description="What its gate is called: `webhook <name>`.", examples=["risk"])
    url: Annotated[str, AfterValidator(http_address)] = Field(
        max_length=500, description="Where it is asked.", examples=["https://gates.example.com/promotions"]
    )
    secret: str = Field(
        pattern=f"^{SECRET.pattern}$",
        description="The secret that requests are signed with, as Standard Webhooks has it.",
        examples=["${secret:RISK_GATE}"],
    )
    timeout: Annotated[Duration, AfterValidator(_between)] = Field(
        default_factory=lambda: parse_duration("10s"), description="How long a whole answer may take: 1s to 30s."
    )
    every: Annotated[Duration, AfterValidator(_seldom)] = Field(
        default_factory=lambda: parse_duration("5m"),
        description="After how long it is asked again where it said to wait, or nothing that is understood.",
    )
