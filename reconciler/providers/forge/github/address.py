"""Where the API of a GitHub answers, and which edition it is."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit


class Edition(StrEnum):
    """Which GitHub: they differ in where the API is, and in how a merge is asked for."""

    CLOUD = "cloud"
    """github.com, or an Enterprise Cloud of its own at `<name>.ghe.com`."""
    SERVER = "server"
    """Enterprise Server."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API: its address, the path below it and the edition."""

    address: str
    root: str
    edition: Edition


def api_of(address: str, api: str = "", edition: str = "") -> Api:
    """Return the API of a GitHub.

    Args:
        address: where people reach it, such as `https://github.com`.
        api: where its API answers, as an option tells it, with whatever path is in front of `/repos`.
        edition: which it is, as an option tells it.
    """
    host = (urlsplit(api or address).hostname or "").removeprefix("www.")
    is_cloud = host in ("github.com", "api.github.com") or host.endswith(".ghe.com")
    known = Edition(edition) if edition else Edition.CLOUD if is_cloud else Edition.SERVER
    if api:
        parts = urlsplit(api.rstrip("/"))
        return Api(urlunsplit(parts._replace(path="", query="", fragment="")), parts.path, known)
    if is_cloud:
        port = urlsplit(address).port
        return Api(f"{urlsplit(address).scheme}://api.{host}{f':{port}' if port else ''}", "", known)
    return Api(address, "/api/v3", known)
