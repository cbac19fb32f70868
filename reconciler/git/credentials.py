"""Credentials of a remote: taken out of its URL at the door, and handed to Git by its environment.

What stands on a command line can be read by every user of the machine, and goes to logs and messages; the environment
of a process only by its own user.
"""

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit, urlunsplit


def parted(url: str) -> tuple[str, Mapping[str, str]]:
    """Return a URL without its credentials, and the environment variables by which Git sends them all the same.

    They are sent to this host alone, as the header of Basic authentication (RFC 7617) that Git would make of them;
    curl leaves it out where a server redirects to another host. Only `http` and `https` have any: the user of an `ssh`
    URL is no secret, and stays.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if parts.scheme not in ("http", "https") or not at:
        return url, {}
    name, _, password = user.partition(":")
    place = urlunsplit(parts._replace(netloc=host))
    return place, sent(place, unquote(name), unquote(password))


def sent(url: str, name: str, password: str) -> Mapping[str, str]:
    """Return the environment variables by which Git sends credentials to the host of a URL that has none in it."""
    parts = urlsplit(url)
    token = b64encode(f"{name}:{password}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {token}",
    }
