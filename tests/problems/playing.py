"""Plays a problem: the requests that a daemon would make of it, each answered by the real runner in this process."""

import json
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from runners.contract import ERROR, REFUSED, RESULT, Request
from runners.harness import main
from tests.problems.problem import METRIC, Problem
from tests.problems.sources import write_source


@dataclass(frozen=True, slots=True)
class Played:
    """What a runner left: its exit code, `result.json` or `error.json`, and its words."""

    code: int
    told: Mapping[str, Any]
    folder: Path
    words: str

    @property
    def is_done(self) -> bool:
        """Tell whether there is a result."""
        return self.code == 0

    @property
    def is_refused(self) -> bool:
        """Tell whether the input was refused."""
        return self.code == REFUSED

    def json(self, name: str) -> Any:
        """Return a JSON document that was left."""
        return json.loads((self.folder / name).read_text("utf-8"))


class Stage:
    """Where one problem is played: a folder for each step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, step: str, runner: str, params: Mapping[str, Any], inputs: Mapping[str, Path], seed: int) -> Played:
        """Have a runner answer a request, as a job would."""
        output = self.folder / step
        urls = {role: path.as_uri() for role, path in inputs.items()}
        request = Request(
            run=f"{runner}/problem/0123456789ab", runner=runner, params=dict(params), inputs=urls,
            output=output.as_uri(), seed=seed,
        )  # fmt: skip
        path = self.folder / f"{step}.json"
        path.write_text(request.model_dump_json(), "utf-8")
        words = StringIO()
        with redirect_stdout(words), redirect_stderr(words), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = main([str(path)])
        left = output / (ERROR if code else RESULT)
        told = json.loads(left.read_text("utf-8")) if left.exists() else {}
        return Played(code, told, output, words.getvalue())

    def ingest(self, problem: Problem, step: str = "dataset", **more: Any) -> Played:
        """Pull a problem's table."""
        (self.folder / f"{step}-source").mkdir()
        roles = {"identifier": problem.identifier, "target": problem.target}
        source = write_source(problem, self.folder / f"{step}-source")
        return self.run(step, "ingest", {"source": source, **roles, **more}, {}, 0)

    def label(self, dataset: Played, params: Mapping[str, Any]) -> Played:
        """Merge what people said of a version's rows."""
        return self.run("labels", "label", params, {"dataset": dataset.folder}, 0)

    def train(self, problem: Problem, dataset: Played, step: str = "trial", **more: Any) -> Played:
        """Train a problem's model on a version of its data.

        Args:
            problem: what is to be predicted, and by which model.
            dataset: the version.
            step: names the folder.
            more: parameters of the trial; but `labels` and `code` are folders, and `by` names the runner.
        """
        inputs = {"dataset": dataset.folder} | {role: more.pop(role) for role in ("labels", "code") if role in more}
        runner = more.pop("by", "tabular")
        told = {"target": problem.target, "task": problem.task, "metric": dict(METRIC[problem.task])}
        return self.run(step, runner, {**told, "params": dict(problem.params), **more}, inputs, problem.seed)

    def compare(self, trial: Played, live: Played, step: str = "comparison") -> Played:
        """Hold a trial's model against another one."""
        return self.run(step, "evaluate", {}, {"candidate": trial.folder, "live": live.folder}, 0)

    def report(self, params: Mapping[str, Any], trial: Played, former: Played | None, step: str) -> Played:
        """Report on a window of the traffic that lies in the stage's log."""
        inputs = {"reference": trial.folder, "logs": self.folder / "log"}
        inputs |= {"previous": former.folder} if former else {}
        return self.run(step, "monitor", params, inputs, 7)
