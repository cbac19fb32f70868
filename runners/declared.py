"""What is declared of every runner: where its function is, its version, which parameters it takes.

A runner of another package is an entry point of the group `setpoint.runners` whose value is such a declaration, in a
module that imports nothing heavy: the daemon reads it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from runners.contract import InputError
from runners.contract.versions import RUNNER_VERSIONS
from runners.train.parameters import PICTURES, of_families, of_network

GROUP = "setpoint.runners"
_OURS = "setpoint"


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner.

    Attributes:
        run: the function, `package.module:name`, which takes a `Request` and a folder and returns a `Result`.
        version: part of the names of its runs; raised when its results would differ.
        params: the JSON Schema (2020-12) of an experiment's `params`; None takes anything.
        trains: whether experiments may name it as their `runner`.
        together: whether it knows what to do with several processes, one on each node.
    """

    run: str
    version: int
    params: Mapping[str, Any] | None = None
    trains: bool = True
    together: bool = False


INGEST = Runner("runners.ingest:run", RUNNER_VERSIONS["ingest"], trains=False)
LABEL = Runner("runners.label:run", RUNNER_VERSIONS["label"], trains=False)
CHOOSE = Runner("runners.label.choosing:run", RUNNER_VERSIONS["choose"], trains=False)
SCORE = Runner("runners.label.scoring:run", RUNNER_VERSIONS["score"], trains=False)
TABULAR = Runner("runners.train.tabular:run", RUNNER_VERSIONS["tabular"], of_families("gbm", {}))
IMAGES = Runner("runners.train.images:run", RUNNER_VERSIONS["images"], of_families("logistic", PICTURES))
TORCH_IMAGES = Runner("runners.train.torch_images:run", RUNNER_VERSIONS["torch-images"], of_network(), together=True)
COMMAND = Runner("runners.train.command:run", RUNNER_VERSIONS["command"], trains=False, together=True)
EVALUATE = Runner("runners.evaluate:run", RUNNER_VERSIONS["evaluate"], trains=False)
REPLICA = Runner("runners.replica:run", RUNNER_VERSIONS["replica"], trains=False)
REPLAY = Runner("runners.replay:run", RUNNER_VERSIONS["replay"], trains=False)
AB_TEST = Runner("runners.ab_test:run", RUNNER_VERSIONS["ab-test"], trains=False)
SMOKE = Runner("runners.smoke:run", RUNNER_VERSIONS["smoke"], trains=False)
MONITOR = Runner("runners.monitor:run", RUNNER_VERSIONS["monitor"], trains=False)

BUILT_IN: Mapping[str, Runner] = MappingProxyType(
    {
        "ingest": INGEST,
        "label": LABEL,
        "choose": CHOOSE,
        "score": SCORE,
        "tabular": TABULAR,
        "images": IMAGES,
        "torch-images": TORCH_IMAGES,
        "command": COMMAND,
        "evaluate": EVALUATE,
        "replica": REPLICA,
        "replay": REPLAY,
        "ab-test": AB_TEST,
        "smoke": SMOKE,
        "monitor": MONITOR,
    }
)
"""The runners of this distribution by name."""


def declared(name: str) -> Runner:
    """Return what is declared of a runner, of this distribution or of another package.

    Raises:
        InputError: there is none of this name, or several, or its package can't be loaded.
    """
    points = [point for point in entry_points(group=GROUP, name=name) if _owner(point) != _OURS]
    if name in BUILT_IN and not points:
        return BUILT_IN[name]
    owners = [*([_OURS] if name in BUILT_IN else []), *map(_owner, points)]
    if not owners:
        others = sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})
        hint = f"there are {', '.join(others)}; install the package that has it where the pool's jobs run"
        raise InputError(f"there is no runner {name}", "runner", hint)
    if len(owners) > 1:
        what = f"{' and '.join(owners)} both offer the runner {name}"
        raise InputError(what, "runner", "uninstall one of them where the pool's jobs run")
    return _loaded(points[0])


def _loaded(point: EntryPoint) -> Runner:
    """Import a declaration of another package.

    Raises:
        InputError: it can't be imported, or is none.
    """
    what = f"the runner {point.name} of the package {_owner(point)}"
    fix = f"mend {_owner(point)}, or install another version of it, where the pool's jobs run"
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"{what} can't be loaded: {error}", "runner", fix) from error
    if not isinstance(found, Runner):
        raise InputError(f"{what} is no runners.declared.Runner", "runner", fix)
    return found


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else _OURS
