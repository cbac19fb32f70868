"""The file of `setpoint web --login`: how people are known, under which address they come, and by which certificate."""

import ipaddress
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from reconciler.compose.flaws import Flawed
from reconciler.compose.validate import validate
from reconciler.model.errors import Refused
from reconciler.model.kinds.access import LOOPBACK, Name, Server
from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration, parse_duration
from reconciler.yaml.parse import LARGEST, Unreadable, read
from runners.contract.one_or_many import one_or_many
from runners.contract.secrets import SECRET

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Secret = Annotated[str, Field(pattern=f"^{SECRET.pattern}$", examples=["${secret:WEB_LOGIN}"])]
_Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$")]


def network(told: str) -> Network:
    """Read an address, or a network as `10.0.0.0/8`.

    Raises:
        ValueError: it is none.
    """
    try:
        return ipaddress.ip_network(told)
    except ValueError:
        raise ValueError(f"expected an address or a network such as 10.0.0.0/8, not {told[:60]}") from None


def _network(told: str) -> str:
    return str(network(told))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.path not in ("", "/") or parts.query:
        raise ValueError("expected the page's own address without a path: it stands at the root of its name")
    return url.rstrip("/")


class Oidc(Block):
    """Logging in at an issuer: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636)."""

    issuer: Server = Field(description="The issuer, exactly as it calls itself.")
    client_id: Name = Field(description="What the page is called there.")
    client_secret: _Secret | None = Field(default=None, description="Its secret there; unset, a public client.")
    scopes: Annotated[tuple[Name, ...], BeforeValidator(one_or_many)] = Field(
        default=("openid", "profile", "email"), max_length=20, description="What is asked for."
    )
    groups: Name = Field(default="groups", description="The claim that holds a person's groups; `a.b` is `b` in `a`.")
    audience: Annotated[tuple[Name, ...], BeforeValidator(one_or_many)] = Field(
        default=(), max_length=20, description="Whom tokens at the API are for; unset, no tokens are taken."
    )


class Headers(Block):
    """The headers by which a proxy says who asks."""

    user: _Header = Field(default="X-Forwarded-User", description="What the person is called there.")
    name: _Header = Field(default="X-Forwarded-Preferred-Username", description="What people call them.")
    mail: _Header = Field(default="X-Forwarded-Email", description="Their mail address.")
    groups: _Header = Field(default="X-Forwarded-Groups", description="Their groups, with commas between.")


class Proxy(Block):
    """The one way to the page: a proxy at these addresses, which proves itself by a secret where one is stated."""

    addresses: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(one_or_many)] = Field(
        min_length=1, max_length=50, examples=[["127.0.0.1", "10.0.0.0/8"]], description="Where it asks from."
    )
    secret: _Secret | None = Field(default=None, description="What it sends as `X-Setpoint-Proxy`.")
    headers: Headers | None = Field(
        default=None, description="It says who asks, by these. Unset, it only stands before (TLS), and `oidc` says who."
    )


class Tls(Block):
    """The certificate that the page itself shows."""

    certificate: Path = Field(description="The certificate with those above it, PEM.")
    key: Path = Field(description="Its private key, PEM.")


class Login(Block):
    """How people are known."""

    url: Annotated[Server, AfterValidator(_origin)] = Field(description="The address that people have it under.")
    oidc: Oidc | None = Field(default=None, description="They log in at an issuer.")
    proxy: Proxy | None = Field(default=None, description="They come by a proxy.")
    tls: Tls | None = Field(default=None, description="The page itself speaks TLS.")
    session: Duration = Field(
        default_factory=lambda: parse_duration("8h"), description="After which one logs in again, at the issuer."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.oidc is not None) + (self.proxy is not None and self.proxy.headers is not None) != 1:
            raise ValueError("say by what people are known: either oidc or proxy.headers")
        return self

    @property
    def host(self) -> str:
        """Return the name that people ask for."""
        return urlsplit(self.url).netloc.lower()

    @property
    def is_safe(self) -> bool:
        """Tell whether nobody on the way can read along: TLS, a proxy that speaks it, or this machine alone."""
        return self.tls is not None or self.proxy is not None

    @property
    def is_https(self) -> bool:
        """Tell whether browsers come by https, so that cookies may be bound to that."""
        return self.url.startswith("https://")

    @property
    def is_near(self) -> bool:
        """Tell whether it is for people of this machine alone."""
        return urlsplit(self.url).hostname in LOOPBACK


def read_login(path: Path) -> Login:
    """Read the file.

    Raises:
        Refused: it can't be read, or isn't clear.
    """
    try:
        content = path.read_bytes()[: LARGEST + 1]
        return validate(Login, read(content).value)
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror}", "give --login a file that can be") from None
    except Unreadable as error:
        raise Refused(f"{path}: {error}", "see docs/web.md, Who may read it") from None
    except Flawed as error:
        told = "; ".join(f"{'.'.join(map(str, flaw.path)) or 'the file'}: {flaw.message}" for flaw in error.flaws)
        hint = next((flaw.hint for flaw in error.flaws if flaw.hint), "see docs/web.md, Who may read it")
        raise Refused(f"{path}: {told}", hint) from None
