"""The contract between the daemon and a job: a request, a folder of files, and a `result.json` in it.

A job is started as `python -m runners REQUEST.json`. It reads what `inputs` point at, writes files
under `output`, and leaves `result.json` there as its last act. Exit codes follow sysexits.h:

| code | meaning | what the daemon does |
|---|---|---|
| 0 | `result.json` is there; `accepted` says whether the output may be used | accepts the run, or keeps it to inspect |
| 65 | the input is wrong (`error.json` says why) | stalls the resource until its input changes |
| 70 | the runner failed in a way that nobody foresaw, and would again (`error.json` says how) | stalls as for 65 |
| 75 | a source or a store was out of reach, or an input has gone (`error.json` may say why) | retries with backoff |
| other | the job was killed, or what it ran on failed it (`error.json` may say how) | tries again up to `retries` |

A result counts where the job exited with 0, or where nobody knows any more how it ended.
"""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

REFUSED = 65
"""Exit code (EX_DATAERR): a person must change the input."""
DEFECT = 70
"""Exit code (EX_SOFTWARE): an error that nobody foresaw, and that comes again however often it is tried."""
CRASHED = 71
"""Exit code (EX_OSERR): what the runner ran on failed it, such as a process that was killed; a retry may help."""
UNAVAILABLE = 75
"""Exit code (EX_TEMPFAIL): trying again later may help."""

RESULT = "result.json"
ERROR = "error.json"

Params = TypeVar("Params", bound=BaseModel)
"""A runner's own model of its parameters."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Request(_Frozen):
    """What a job is asked to do. Every place is a fsspec URL of a folder, without a trailing slash."""

    run: str
    """Name of the run, `experiments/employment/3f2a1b4c5d6e`."""
    runner: str
    """`ingest`, `label`, `tabular`, `images`, `torch-images`, `command`, `evaluate`, `smoke`, `monitor`."""
    params: dict[str, Any] = Field(default={})
    inputs: dict[str, str] = Field(default={})
    """URLs by role: `dataset`, `labels`, `model`, `live`, `logs`, `code`, `endpoint`, ..."""
    digests: dict[str, str] = Field(default={})
    """`sha256:<hex>` by role of the `result.json` that the run behind an input has left, as the data store has it."""
    output: str
    seed: int = 0
    provenance: dict[str, Any] = Field(default={})
    """What the daemon knows of the run's origin (spec commit, spec digest, inputs' commits); copied to the output."""

    def params_as(self, model: type[Params]) -> Params:
        """Read the parameters.

        Raises:
            InputError: they don't fit; the first problem is told with its place, the others are counted.
        """
        try:
            return model.model_validate(self.params)
        except ValidationError as error:
            first, *others = error.errors(include_url=False)
            more = f" (and {len(others)} more)" if others else ""
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"the parameter {where or 'set'} doesn't fit: {first['msg']}{more}", where) from error


class Violation(_Frozen):
    """One way in which an output doesn't hold what its spec demands."""

    where: str
    """A column, a slice, an example, a metric."""
    what: str
    """What was found, with figures; the same data gives the same text."""
    fix: str = ""
    """What a person can do about it."""


class Result(_Frozen):
    """What a job leaves. Small: pictures, tables and models are files beside it."""

    format: Literal[1] = 1
    accepted: bool = True
    violations: tuple[Violation, ...] = ()
    metrics: dict[str, float] = Field(default={})
    """Figures that can be compared between runs, by name; finite numbers only."""
    facts: dict[str, Any] = Field(default={})
    """What a status page shows; JSON, at most some kilobytes."""
    files: dict[str, str] = Field(default={})
    """`sha256:<hex>` of every file of the output, by its path under it."""
    content: str = ""
    """Digest of what the run *means* to those downstream: the payload files, without times or machine names."""
    provenance: dict[str, Any] = Field(default={})


class RunnerError(Exception):
    """A failure that a runner foresaw. `where` names the column, file or URL; `fix` what to do."""

    exit_code = REFUSED

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix


class InputError(RunnerError, ValueError):
    """The input is wrong; a retry won't help."""


class Crashed(RunnerError, ChildProcessError):
    """A process that the runner started was killed; a retry may help."""

    exit_code = CRASHED


class SourceUnavailable(RunnerError, ConnectionError):
    """A source is out of reach; a retry may help."""

    exit_code = UNAVAILABLE


class InputGone(RunnerError, FileNotFoundError):
    """An input isn't there any more; a retry gets the inputs of its own time."""

    exit_code = UNAVAILABLE
