"""A figure: what was measured, in which unit, against which target."""

import json
import operator
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

_HOLDS = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


@dataclass(frozen=True)
class Figure:
    """One measured figure. `target` is written `<= 50`; `beside` names a peer or a floor of the same run."""

    name: str
    value: float
    unit: str
    target: str
    beside: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the target is met."""
        sign, _, bound = self.target.partition(" ")
        return bool(_HOLDS[sign](self.value, float(bound)))


def show(figures: Iterable[Figure]) -> None:
    """Print figures as a table."""
    for f in figures:
        verdict = "ok    " if f.ok else "MISSED"
        print(f"{verdict}  {f.name:<24} {f.value:>10.3f} {f.unit:<12} target {f.target:<10} {f.beside}", flush=True)


def save(figures: Iterable[Figure], path: Path) -> None:
    """Write figures as a list of JSON objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{k: v for k, v in asdict(f).items() if k != "beside"} | {"ok": f.ok} for f in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def peak() -> float:
    """Return the most memory in MiB that this process had; `getrusage` tells that of who forked it too."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
