"""Who may ask an endpoint, how often, and from which pages: a block of `deployments`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from reconciler.model.kinds.jwk import flaw_of
from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration, parse_duration
from reconciler.model.text import printable
from runners.contract.one_or_many import one_or_many
from runners.contract.secrets import SECRET

LOOPBACK = ("localhost", "127.0.0.1", "::1")
LARGEST = 16 * 1024
"""Letters of the whole block."""
_RATE = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)/(s|min|h)", re.ASCII)
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?", re.ASCII)


def is_server(url: str) -> bool:
    """Tell whether keys may be fetched from an address: nobody in between can put others in their place."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    is_plain = url.isascii() and url.isprintable() and not {*url} & {*' "<>\\^`{|}'}
    is_whole = bool(parts.hostname) and port != 0 and parts.username is None and not parts.fragment
    return is_safe and is_plain and is_whole


def _server(url: str) -> str:
    if not is_server(url):
        raise ValueError("expected an address such as https://login.example; http:// is for this machine alone")
    return url


Server = Annotated[str, Field(max_length=500, examples=["https://login.example"]), AfterValidator(_server)]
"""An address by https, or one of the loopback."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
"""The name of a claim, or of who is meant by a token."""
Value = StrictBool | StrictInt | Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]


def _keys(told: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    for number, key in enumerate(told):
        if why := flaw_of(key):
            raise ValueError(f"jwks.{number} {why}")
    names = [key.get("kid") for key in told]
    if len(told) > 1 and (None in names or len({*names}) < len(names)):
        raise ValueError("of several keys each has a kid of its own")
    return told


def _unwrapped(told: Any) -> Any:
    """Take a key set as servers tell it, `{keys: [...]}`, for its keys."""
    return told["keys"] if isinstance(told, Mapping) and told.keys() == {"keys"} else told


_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_ONE_OR_MANY = WithJsonSchema({"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 20}]})
_LIST = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 10}
_SET = {"type": "object", "properties": {"keys": _LIST}, "required": ["keys"], "additionalProperties": False}
Jwks = Annotated[
    tuple[dict[str, Any], ...],
    BeforeValidator(_unwrapped),
    Field(min_length=1, max_length=10),
    AfterValidator(_keys),
    WithJsonSchema({"anyOf": [_LIST, _SET]}),
]
"""Public keys, as a list or as a key set."""


class Jwt(Block):
    """Tokens that let in: signed by an issuer's keys, for this audience, not expired, with these claims.

    Which keys these are is asked of the issuer (OpenID Connect Discovery), or of `jwks_url`, or said in `jwks`.
    """

    issuer: Server = Field(description="Who issues the tokens, exactly as their claim `iss` says.")
    audience: Annotated[tuple[Name, ...], BeforeValidator(one_or_many), _ONE_OR_MANY] = Field(
        min_length=1, max_length=20, description="Whom tokens are for: one of these is in their claim `aud`."
    )
    jwks_url: Server | None = Field(
        default=None, description="Where the issuer's keys are; unset, where its discovery document says."
    )
    jwks: Jwks | None = Field(
        default=None,
        description="The issuer's public keys themselves, as a JSON Web Key Set has them: nobody is asked for any.",
    )
    claims: dict[Name, Annotated[tuple[Value, ...], Field(min_length=1, max_length=100)]] = Field(
        default={},
        max_length=20,
        description="What else a token has to say: of each claim one of these values. `a.b` is `b` within `a`.",
        examples=[{"groups": ["ml"]}],
    )

    @model_validator(mode="after")
    def _keys_from_one_place(self) -> Self:
        if self.jwks_url is not None and self.jwks is not None:
            raise ValueError("the keys are those of jwks or those at jwks_url: say one of them")
        return self


def _rate(value: str) -> str:
    found = _RATE.fullmatch(value)
    if not found or not float(found[1]):
        raise ValueError("expected a number of requests such as 50/s, 600/min or 1000/h")
    return value


class Limits(Block):
    """How many requests a client may make, at all replicas together: a token bucket for each client."""

    rate: Annotated[str, Field(max_length=20, examples=["50/s", "600/min"]), AfterValidator(_rate)] = Field(
        description="How many requests a client may make in the long run."
    )
    burst: int | None = Field(
        default=None, ge=1, le=1_000_000, description="How many at once; unset, as many as a second's, at least one."
    )
    by: Annotated[str, StringConstraints(pattern=r"^(key|address|endpoint|claim [\x21-\x7e]{1,200})$")] | None = Field(
        default=None,
        examples=["key", "claim sub", "address", "endpoint"],
        description="What makes a client: its key, a claim of its token, its address, or all of them together "
        "(endpoint). Unset, the key or the claim sub where there are such, else the address.",
    )

    @property
    def per_second(self) -> float:
        """Return the requests that a client may make in a second in the long run."""
        number, _, unit = self.rate.partition("/")
        return float(number) / _SECONDS[unit]

    @property
    def at_once(self) -> int:
        """Return the requests that a client may make at once."""
        return self.burst or max(1, round(self.per_second))


def _origin(value: str) -> str:
    if value != "*" and not _ORIGIN.fullmatch(value):
        raise ValueError(f"`{printable(value, 80)}` is no origin: say it as browsers do, such as https://shop.example")
    if value.endswith((":443", ":80")) and value.startswith(("https://", "http://")):
        scheme, _, rest = value.partition("://")
        if rest.endswith(":443" if scheme == "https" else ":80"):
            raise ValueError(f"browsers leave out the port of {value}, as {scheme} has it anyway: leave it out too")
    return value


Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
"""The name of a header (RFC 9110); `*` is one too, and is refused where it would mean any."""


class Cors(Block):
    """Which pages' scripts may ask the endpoint from a browser (CORS)."""

    origins: tuple[Annotated[str, Field(max_length=300), AfterValidator(_origin)], ...] = Field(
        min_length=1,
        max_length=100,
        examples=[["https://shop.example"]],
        description="Where the pages come from; `*` alone is from anywhere.",
    )
    headers: tuple[Header, ...] = Field(
        default=(), max_length=50, description="Headers that scripts may send, beside those of the protocol."
    )
    expose: tuple[Header, ...] = Field(
        default=(), max_length=50, description="Headers of answers that scripts may read, beside those of the protocol."
    )
    credentials: bool = Field(default=False, description="Whether browsers send cookies, for `forward`.")
    max_age: Duration = Field(
        default_factory=lambda: parse_duration("10m"), description="How long browsers keep what they were told."
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        if "*" in self.origins and len(self.origins) > 1:
            raise ValueError("`*` is any origin: leave the others out, or `*`")
        if "*" in self.origins and self.credentials:
            raise ValueError("with credentials the origins are named: `*` would let every page ask as its reader")
        if odd := {"*"} & {*self.headers, *self.expose}:
            raise ValueError(f"headers are named, `{odd.pop()}` is none")
        return self


OUTSIDE = ("jwt", "forward", "open", "limits", "cors")
"""What is about the public address alone."""
WAYS = "keys: [${secret:NAME}], jwt: {issuer: …, audience: …}, forward: true and open: true"


class Access(Block):
    """Who may ask an endpoint: who has a key or a token, whom a service lets in, or everybody; and how often.

    `internal` is about its internal address, which a public one has, too; all else but `keys` is about the public one.
    """

    keys: tuple[Annotated[str, Field(pattern=f"^{SECRET.pattern}$")], ...] = Field(
        default=(),
        max_length=100,
        examples=[["${secret:SHOP_KEY}"]],
        description="Secrets that hold API keys, each of which lets in: `Authorization: Bearer KEY`, `X-API-Key: KEY`.",
    )
    forward: bool = Field(default=False, description="Ask the environment's authentication service (forward_auth).")
    open: bool = Field(default=False, description="Let everybody in; something before the endpoint sees to the rest.")
    jwt: Jwt | None = Field(default=None, description="Let in whoever has a token of this issuer.")
    limits: Limits | None = Field(default=None, description="How often each client may ask.")
    cors: Cors | None = Field(default=None, description="Which pages' scripts may ask.")
    internal: Literal["open", "token"] = Field(
        default="open",
        description="Who gets in by the internal address: everybody who reaches it, or who has a short-lived token of "
        "the environment, as its jobs do, or one of `keys`.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.ways > 1 or not (self.ways or self.asks_inside):
            raise ValueError(f"say one of {WAYS}")
        by = self.by
        if by == "key" and not self.keys:
            raise ValueError("limits.by is key, and there are no keys: say by: address, or by: claim sub with jwt")
        if by.startswith("claim ") and self.jwt is None:
            raise ValueError(f"limits.by is {by}, and only tokens have claims: say jwt, or by: address")
        if self.cors and self.cors.credentials and not self.forward:
            raise ValueError("cors.credentials are cookies, and only forward reads them: leave it out")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(str(self.as_name())) > LARGEST:
            raise ValueError(f"access has more than {LARGEST} letters, and is told with each request: say less")
        return self

    @property
    def ways(self) -> int:
        """Return how many ways there are to get in by the public address."""
        return bool(self.keys) + (self.jwt is not None) + self.forward + self.open

    @property
    def asks_inside(self) -> bool:
        """Tell whether the internal address asks for something, too."""
        return self.internal == "token"

    @property
    def by(self) -> str:
        """Return what makes a client, where requests are limited."""
        usual = "key" if self.keys else "claim sub" if self.jwt else "address"
        return (self.limits.by if self.limits else None) or usual

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the fields that ask for something to be checked or told."""
        return tuple(name for name in ("keys", "jwt", "forward", "limits", "cors") if getattr(self, name))

    def as_name(self) -> dict[str, Any]:
        """Return what a revision is named by: what was added later, and isn't said, leaves former names as they are."""
        told = self.model_dump(mode="json", exclude_none=True)
        return told if self.asks_inside else {name: value for name, value in told.items() if name != "internal"}
