"""The failures that a runner foresees; each knows the exit code that tells the daemon what to do next."""

from runners.contract.exits import CRASHED, REFUSED, UNAVAILABLE


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
