"""What lakeFS answers when it doesn't do what it is asked, told as the loop's errors.

A message holds nothing that differs from call to call, and nothing of what was sent: no header, no key.
"""

import json
import re

from urllib3 import exceptions as http

from reconciler.model.errors import Raced, Refused, SetpointError, Unavailable

_NUMBERED = re.compile(r"(,? ?\b(?:hook )?run id) '[^']*'")
_LONGEST = 500
KEYS = "check the keys in `data` of environment.yaml, the secrets that they name, and the user's policy"


class Missing(Unavailable):
    """The repository, branch, tag, commit or object isn't there."""


class Taken(Raced):
    """The name is taken, or a merge conflicts."""


class Unchanged(Refused):
    """There is nothing to commit."""


def answered(endpoint: str, status: int, body: object) -> SetpointError:
    """Return the error that an answer means.

    Args:
        endpoint: the server's address.
        status: the answer's status.
        body: what it says.
    """
    words = _words(body)
    told = f"lakeFS at {endpoint} answers {status}" + (f": {words}" if words else "")
    if status == 412:
        return Refused(f"a hook of lakeFS declined: {words}", "do what the hook asks for, or change the hook")
    if status == 400:
        kind = Unchanged if "no changes" in words else Refused
        return kind(told, "see the repository in lakeFS")
    if status == 403 and "protected branch" in words:
        return Refused(told, "leave run_* and merge_* out of the repository's branch protection")
    if status in (401, 403):
        return Unavailable(told, KEYS)
    if status == 404:
        return Missing(told, "see that the repository in `data` of environment.yaml is there")
    if status == 409:
        return Taken(told, "it is tried again")
    if status == 429 or status >= 500:
        return Unavailable(told, "see its log; it is tried again")
    return Refused(told, "see that its version is one that Setpoint is tested with")


def unanswered(endpoint: str, error: http.HTTPError, timeout: float) -> Unavailable:
    """Return the error that no answer means, or half of one."""
    cause = getattr(error, "reason", None) or error
    if isinstance(cause, http.NewConnectionError | http.NameResolutionError):
        what = "can't be reached"
    elif isinstance(cause, http.TimeoutError):
        what = f"didn't answer within {timeout:g} s"
    else:
        what = "broke off its answer"
    return Unavailable(f"lakeFS at {endpoint} {what}", "see that it runs and can be reached from here")


def _words(body: object) -> str:
    """Return the server's own words, without what is numbered anew each time."""
    text = body.decode(errors="replace") if isinstance(body, bytes | bytearray) else str(body or "")
    try:
        told = json.loads(text)
        text = str(told["message"])
    except (ValueError, KeyError, TypeError):
        text = "" if text.lstrip().startswith("<") else text
    return " ".join(_NUMBERED.sub("", text).split())[:_LONGEST]
