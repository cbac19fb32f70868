"""What reading a source may raise, told in the words of the contract: the one place that knows the libraries' ways.

fsspec hands a URL to dozens of libraries, each with errors of its own, and SQLAlchemy to as many drivers. They needn't
be known by name: an error whose class a library made for itself is what that library says of the source, while one of
Python's own, such as a `KeyError`, is somebody's defect and goes on.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.stores import answering, status_of

LONGEST = 300
"""Characters of a library's words that are told."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What some libraries write to terminals between their words."""
_OURS = ("builtins", "runners")
_REACH = "correct the URL, or how the pool's jobs reach the place: its endpoint, region, credentials"
_ABSENT = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


@contextmanager
def telling(where: str) -> Iterator[None]:
    """Turn the errors of a file system into those of the contract.

    Raises:
        InputError: a file isn't there or may not be read, the URL's protocol is unknown or not installed, or the
            library that reads it says that it can't.
        SourceUnavailable: any other failure of reading.
    """
    try:
        with answering(where):
            yield
    except RunnerError:
        raise
    except Exception as error:
        told = _told(error, where)
        if told is None:
            raise
        raise told from (None if status_of(error) else error)


@contextmanager
def opening(where: str) -> Iterator[None]:
    """Turn what a library says of a URL that lacks something into the contract's error.

    Raises:
        InputError: the URL doesn't say all that its protocol needs.
    """
    try:
        yield
    except TypeError as error:
        raise InputError(f"the URL doesn't say all that its protocol needs: {words(error)}", where, _REACH) from error


def is_foreign(error: BaseException) -> bool:
    """Tell whether the class of an error is a library's own."""
    return type(error).__module__.partition(".")[0] not in _OURS


def words(error: BaseException) -> str:
    """Return what an error says, on one line of a bounded length."""
    told = " ".join(_COLOURS.sub("", str(error)).split()) or type(error).__name__
    return told if len(told) <= LONGEST else told[:LONGEST] + "…"


def _told(error: Exception, where: str) -> RunnerError | None:
    """Return the contract's error for one of a library; None for a defect."""
    status = status_of(error)
    if isinstance(error, _ABSENT) and not status:
        return InputError(error.strerror or "it can't be read", where, "correct the URL or its permissions")
    if status and (isinstance(error, _ABSENT) or _is_broken(error) or is_foreign(error)):
        return _answered(status, where)
    if isinstance(error, ImportError):
        return InputError(words(error), where, "install what reads this protocol where the pool's jobs run")
    if isinstance(error, ValueError):
        return InputError(words(error), where, _REACH)
    if _is_broken(error):
        what = getattr(error, "strerror", "") or words(error)
        return SourceUnavailable(what, where, "see that the place answers from where the pool's jobs run")
    if is_foreign(error) or isinstance(error, NotImplementedError):
        return InputError(words(error), where, _REACH)
    return None


def _answered(status: int, where: str) -> InputError:
    """Tell a server's answer by its status alone: the library's own words quote the URL, signature and all."""
    fix = "correct the URL or its permissions; a signed URL may have run out"
    return InputError(f"the server answers with status {status}", where, fix)


def _is_broken(error: BaseException) -> bool:
    """Tell whether reading broke off; HTTP's client has errors of its own, where it is in use."""
    http = sys.modules.get("aiohttp")
    return isinstance(error, (OSError, http.ClientError) if http else OSError)
