"""The contract between the daemon and a job: a request, a folder of files, and a `result.json` in it.

Law of the room: it imports nothing else of ours, and pydantic at most, so that the daemon may import it too and both
sides read what they say to each other in one place. All but `request` and `result` needs the standard library alone.

A job is started as `python -m runners REQUEST.json`. It reads what `inputs` point at, writes files
under `output`, and leaves `result.json` there as its last act. Exit codes follow sysexits.h:

| code | meaning | what the daemon does |
|---|---|---|
| 0 | `result.json` is there; `accepted` says whether the output may be used | accepts the run, or keeps it to inspect |
| 64 | this is no request for what was started | fails the run: the image isn't one with these runners, or an old one |
| 65 | the input is wrong (`error.json` says why) | stalls the resource until its input changes |
| 70 | the runner failed in a way that nobody foresaw, and would again (`error.json` says how) | stalls as for 65 |
| 75 | a source or a store was out of reach, or an input has gone (`error.json` may say why) | retries with backoff |
| other | the job was killed, or what it ran on failed it (`error.json` may say how) | tries again up to `retries` |

A result counts where the job exited with 0, or where nobody knows any more how it ended.
"""

from typing import TYPE_CHECKING, Any

from runners.contract.errors import Crashed, InputError, InputGone, RunnerError, SourceUnavailable
from runners.contract.exits import CRASHED, DEFECT, REFUSED, UNAVAILABLE, USAGE
from runners.contract.files import ERROR, RESULT

if TYPE_CHECKING:
    from runners.contract.request import Params, Request
    from runners.contract.result import Result, Violation

__all__ = [
    "CRASHED",
    "DEFECT",
    "ERROR",
    "REFUSED",
    "RESULT",
    "UNAVAILABLE",
    "USAGE",
    "Crashed",
    "InputError",
    "InputGone",
    "Params",
    "Request",
    "Result",
    "RunnerError",
    "SourceUnavailable",
    "Violation",
]


def __getattr__(name: str) -> Any:
    """Import the documents when somebody asks for them: they need pydantic, and nothing else here does."""
    if name in ("Params", "Request"):
        from runners.contract import request

        return getattr(request, name)
    if name in ("Result", "Violation"):
        from runners.contract import result

        return getattr(result, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
