"""Stores that don't answer: the one place that knows how each library says so.

What is worth trying again is told from what a person must mend: a refused connection, a time-out, a server's own error
and one that is too busy pass by themselves; a wrong key or a missing right (401, 403) doesn't.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from runners.contract import RunnerError, SourceUnavailable

BUSY = (408, 420, 425, 429)
"""Statuses below 500 by which a server asks to be asked later; 420 is lakeFS's."""
_BREAKS = {
    "urllib3.exceptions": ("HTTPError",),
    "botocore.exceptions": ("ConnectionError", "HTTPClientError"),
    "aiohttp": ("ClientConnectionError", "ClientPayloadError"),
    "google.auth.exceptions": ("TransportError",),
    "azure.core.exceptions": ("ServiceRequestError", "ServiceResponseError"),
    "ftplib": ("error_temp",),
}
"""What the clients of stores raise when nobody answers, or not wholly; looked at only where they are in use."""
_ANSWERS = {
    "lakefs.exceptions": ("LakeFSException",),
    "botocore.exceptions": ("ClientError",),
    "aiohttp": ("ClientError",),
    "gcsfs.retry": ("HttpError",),
    "azure.core.exceptions": ("HttpResponseError",),
}
"""What they raise for answers too: the status says which is which."""
_CODED = {"gcsfs.retry": ("HttpError",)}
"""What keeps the status as `code`, which in other libraries is the parser's, or no status."""
_BROKE_OFF = "what it sent breaks off"
_SILENT = "its time ran out"
_UNKNOWN = "the host's name isn't known"
_REFUSED = "its certificate, or how it encrypts, isn't accepted"
_UNREACHED = "the host can't be reached"
_DROPPED = "the connection breaks off"
_REASONS = {
    "ClientPayloadError": _BROKE_OFF,
    "ClientConnectorDNSError": _UNKNOWN,
    "NameResolutionError": _UNKNOWN,
    "gaierror": _UNKNOWN,
    "ClientSSLError": _REFUSED,
    "SSLError": _REFUSED,
    "TimeoutError": _SILENT,
    "ServerTimeoutError": _SILENT,
    "ConnectTimeoutError": _SILENT,
    "ReadTimeoutError": _SILENT,
    "ConnectionRefusedError": "the host refuses the connection",
    "ClientConnectorError": _UNREACHED,
    "MaxRetryError": _UNREACHED,
    "EndpointConnectionError": _UNREACHED,
    "ServiceRequestError": _UNREACHED,
    "ConnectionError": _DROPPED,
    "ProtocolError": _DROPPED,
    "ClientConnectionError": _DROPPED,
    "ServiceResponseError": _DROPPED,
}
"""What happened, by the name of an error or of the nearest class above it."""
_STATUSES = range(100, 600)
_DEPTH = 8
FIX = "it is tried again; see that the store answers from where the pool's jobs run"


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Turn what a store's silence raises into the contract's error; all other errors go on as they are.

    Raises:
        SourceUnavailable: the store doesn't answer now.
    """
    try:
        yield
    except RunnerError:
        raise
    except _raised() as error:
        if why := silence(error):
            wholly = " wholly" if why == _BROKE_OFF else ""
            raise SourceUnavailable(f"the store doesn't answer{wholly}: {why}", url, FIX) from error
        raise


def silence(error: BaseException) -> str:
    """Tell in words that stay the same why a store gave no answer; empty where trying again makes no sense."""
    causes = _causes(error)
    if status := status_of(error):
        is_passing = status >= 500 or status in BUSY
        return f"status {status}" if is_passing else ""
    broken: tuple[type[BaseException], ...] = (ConnectionError, TimeoutError, *_loaded(_BREAKS))
    return next((reason(one) for one in causes if isinstance(one, broken)), "")


def reason(error: BaseException) -> str:
    """Tell in words what a broken connection's error means."""
    names = [kind.__name__ for kind in type(error).__mro__]
    return next((_REASONS[name] for name in names if name in _REASONS), f"the connection fails ({names[0]})")


def status_of(error: BaseException) -> int:
    """Return the status that a server answered with, told by an error or its causes; 0 where there is none."""
    return next((status for one in reversed(_causes(error)) if (status := _status(one))), 0)


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < _DEPTH:
        causes.append(cause)
        cause = cause.__cause__
    return causes


def _status(error: BaseException) -> int:
    """Return the status that a server answered with, as the libraries keep it; 0 where there is none."""
    response = getattr(error, "response", None)
    told = response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, Mapping) else None
    code = getattr(error, "code", None) if isinstance(error, tuple(_loaded(_CODED))) else None
    found = told or getattr(error, "status_code", None) or getattr(error, "status", None) or code
    return found if isinstance(found, int) and found in _STATUSES else 0


def _raised() -> tuple[type[BaseException], ...]:
    """Return all that may tell of a silence."""
    return (OSError, *_loaded(_BREAKS), *_loaded(_ANSWERS))


def _loaded(names: Mapping[str, Iterable[str]]) -> Iterator[type[BaseException]]:
    """Yield the errors of those libraries that are in use."""
    for module, errors in names.items():
        if library := sys.modules.get(module):
            yield from (getattr(library, name) for name in errors)
