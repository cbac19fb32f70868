"""A source's URL with its secrets revealed, where they leave it what the spec says: no part of one becomes a host.

A raw `@` or `/` of a password ends the password and makes the rest of it the name of a server, which is then asked for
by that name; a raw `&` or `#` cuts a signature. So a secret that is a part of a URL of the web is percent-encoded, and
one that isn't is refused before anything is looked up.
"""

import re
from urllib.parse import unquote, urlsplit

from runners.contract import InputError
from runners.contract.secrets import SECRET
from runners.sources.listing import is_http
from runners.staging import reveal

_NO_ESCAPE = r"\s|::|%(?![0-9A-Fa-f]{2})"
_IN_USER = re.compile(rf"[@/?#:\[\]\\]|{_NO_ESCAPE}")
_IN_PASSWORD = re.compile(rf"[@/?#\[\]\\]|{_NO_ESCAPE}")
"""A password may hold a colon, as the first one ends the user."""
_IN_PARAMETERS = re.compile(rf"#|{_NO_ESCAPE}")
_IN_VALUE = re.compile(rf"[#&+]|{_NO_ESCAPE}")
"""A value may hold an equals sign, as the first one ends its name."""
_ENCODE = "write the secret percent-encoded: @ / : # ? & % + as %40 %2F %3A %23 %3F %26 %25 %2B, and a space as %20"
_AUTHORITY = re.compile(r"https?://([^/?#]*)")


def address(url: str) -> str:
    """Return a URL with its secrets revealed.

    Raises:
        InputError: a secret isn't set, or one holds a sign that would part the URL otherwise, or that can't be sent.
    """
    for part in url.split("::"):
        _check_secrets(part, url)
    revealed = reveal(url)
    for part in filter(is_http, revealed.split("::")):
        _check_basic(part, url)
    return revealed


def _check_secrets(part: str, url: str) -> None:
    first = SECRET.match(part)
    text = reveal(first[0]) + part[first.end() :] if first else part  # what a URL begins with may be any of it
    known = len(text) - len(part) + first.end() if first else 0
    if not is_http(text):
        return
    for found in SECRET.finditer(text, known):
        signs = _refused_at(found, text)
        if signs and signs.search(reveal(found[0])):
            what = f"the secret {found[1]} holds a sign that has a meaning of its own where the URL has the secret"
            raise InputError(what, url, _ENCODE)


def _refused_at(found: re.Match[str], text: str) -> re.Pattern[str] | None:
    """Return the signs that a secret may not hold where it stands; None where it may be any part of the URL."""
    plain = SECRET.sub(lambda one: "x" * len(one[0]), text)
    authority = _AUTHORITY.match(plain)
    begin, end = authority.span(1) if authority else (0, 0)
    at = plain.rfind("@", begin, end)
    if found.start() < at:
        return _of_credentials(plain[begin : found.start()], plain[found.end() : at])
    query = plain.find("?", end)
    if -1 < query < found.start() and "#" not in plain[: found.start()]:
        name = re.split("[?&]", plain[: found.start()])[-1]
        return _IN_VALUE if "=" in name else _IN_PARAMETERS
    return None


def _of_credentials(before: str, after: str) -> re.Pattern[str]:
    """Return what a part of `user:password` may not hold; both may be one secret."""
    return _IN_USER if ":" not in before and ":" in after else _IN_PASSWORD


def _check_basic(part: str, url: str) -> None:
    """See that a URL's user and password can be sent: the client writes them in Latin-1."""
    try:
        credentials = urlsplit(part).netloc.rpartition("@")[0]
    except ValueError:  # the client tells what is wrong
        return
    if any(ord(sign) > 0xFF for sign in unquote(credentials, errors="ignore")):
        what = "the URL's user or password has a sign that Basic authentication can't take"
        raise InputError(what, url, "use one of letters of Latin-1 alone, or a signed URL")
