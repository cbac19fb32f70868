"""The signature of a model: what it takes, what it answers, and how its raw output is read.

It lies beside the model as `signature.json`. Its digest is over all of it, with the digests of the files that answer
with it: who pins that pins everything that decides an answer. In version 1 it was that of the model's file alone.

Data types are the words of the Open Inference Protocol
(https://github.com/kserve/open-inference-protocol): FP32, FP64, INT64, BYTES (text), BOOL.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from runners import tables
from runners.contract.mistakes import shown
from runners.models.coverage import Coverage
from runners.models.errors import ModelRefused
from runners.tables.reading import as_json, from_json

FILE = "signature.json"
DATATYPES = frozenset({"FP32", "FP64", "INT64", "BYTES", "BOOL"})
TASKS = frozenset({"binary", "multiclass", "multilabel", "regression"})
FORMATS = frozenset({"onnx", "lightgbm", "safetensors"})
READINGS = frozenset({"probabilities", "positive", "label", "value"})

Label = str | int | float | bool
"""A class, as the target column holds it."""
Reading = Literal["probabilities", "positive", "label", "value"]
"""What the raw output holds: probabilities [N, classes], the positive class's [N], labels [N], or numbers [N]."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a client sends, or that it gets back.

    Its shape is [-1, 1], or [-1, values] where each row holds a picture; -1 is the number of rows.
    """

    name: str
    datatype: str
    shape: tuple[int, ...] = (-1, 1)

    @property
    def width(self) -> int:
        """Return how many values it holds for each row."""
        return self.shape[1] if len(self.shape) > 1 else 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input of the model's own file, and the columns that it is made from, in order."""

    name: str
    datatype: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and answers.

    `inputs` are the columns of a request and `outputs` those of an answer; `tensors` say how the model's file is fed
    with the inputs, and `raw` and `reading` how its answer is read. `classes` are in the order of the probabilities,
    `positive` is the class of a binary model's one probability, `identifier` is the column that names a row: a
    request may hold it, the model doesn't see it.
    """

    task: str
    target: str
    file: str
    format: str
    digest: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    tensors: tuple[Tensor, ...]
    files: Mapping[str, str] = field(default_factory=dict, hash=False)
    """`sha256:<hex>` by name of each file that answers depend on; none in version 1, whose digest is its one file's."""
    raw: str = ""
    """Name of the output of the model's file that is read."""
    reading: Reading = "value"
    classes: tuple[Label, ...] = ()
    positive: Label | None = None
    thresholds: tuple[float, ...] = ()
    """From which probability on each class is answered, of a model of several labels at once."""
    identifier: str | None = None
    image: Mapping[str, Any] | None = field(default=None, hash=False)
    """How a picture becomes the values of its column, as `pictures.Preparation` tells it."""
    schema: tables.Reading | None = field(default=None, hash=False)
    """How the dataset's version read the features, the identifier and the target."""
    coverage: Coverage | None = None
    """How far from a prediction the truth may be, where the model answers that, too."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that the model needs, in order."""
        return tuple(column.name for column in self.inputs)

    @property
    def asked(self) -> tuple[Column, ...]:
        """Return the columns as a client sends them: a picture is one value, its file's bytes."""
        if not self.image:
            return self.inputs
        return tuple(Column(c.name, "BYTES") if c.width != 1 else c for c in self.inputs)

    @property
    def version(self) -> int:
        """Return the version of its form."""
        return 2 if self.files else 1

    def sealed(self) -> Self:
        """Return it with the digest of everything else in it."""
        return replace(self, digest=_digest(self._told()))

    def _told(self) -> dict[str, Any]:
        told = {"version": self.version, **asdict(replace(self, schema=None))}
        told["schema"] = as_json(self.schema) if self.schema else None
        if not self.thresholds:
            del told["thresholds"]
        if self.coverage is None:
            del told["coverage"]
        return told if self.files else {key: value for key, value in told.items() if key != "files"}

    def to_json(self) -> str:
        """Write it down; equal signatures give equal text."""
        return json.dumps(self._told(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ModelRefused: it is no signature that this version understands.
        """
        try:
            return cls._from(json.loads(text))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise ModelRefused(f"the signature can't be read: {problem}", FILE, "train the model again") from error

    @classmethod
    def _from(cls, told: dict[str, Any]) -> Self:
        if told["version"] not in (1, 2):
            raise ValueError("it is of a later version")
        if told["version"] == 2 and told["digest"] != _digest(told):
            raise ValueError("its digest is another: it was changed after it was trained")
        if (told.pop("version") == 2) != bool(told.get("files")):
            raise ValueError("it tells no files, or it is of version 2")
        told["inputs"] = tuple(_column(item) for item in told["inputs"])
        told["outputs"] = tuple(_column(item) for item in told["outputs"])
        told["tensors"] = tuple(_tensor(item) for item in told["tensors"])
        told["classes"] = tuple(told["classes"])
        told["thresholds"] = tuple(float(one) for one in told.get("thresholds") or ())
        if len(told["thresholds"]) != (len(told["classes"]) if told["task"] == "multilabel" else 0):
            raise ValueError("there is to be a threshold for each label of several, and for no other classes")
        told["schema"] = from_json(told["schema"]) if told.get("schema") else None
        told["coverage"] = _coverage(told)
        for name, known in (("task", TASKS), ("format", FORMATS), ("reading", READINGS)):
            if told[name] not in known:
                raise ValueError(f"{name} is {shown(told[name])}, and one of {', '.join(sorted(known))} is understood")
        return cls(**told)


def _digest(told: Mapping[str, Any]) -> str:
    """Digest a signature as JSON has it, but for the digest itself."""
    rest = {key: value for key, value in told.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _column(told: dict[str, Any]) -> Column:
    return Column(str(told["name"]), _datatype(told), tuple(int(size) for size in told["shape"]))


def _tensor(told: dict[str, Any]) -> Tensor:
    return Tensor(str(told["name"]), _datatype(told), tuple(str(name) for name in told["columns"]))


def _coverage(told: dict[str, Any]) -> Coverage | None:
    known = Coverage.from_told(told["coverage"]) if told.get("coverage") else None
    each = len(told["classes"]) if told["classes"] else len(known.cuts) + 1 if known else 1
    if known and (told["task"] == "multilabel" or len(known.limits) not in (1, each)):
        raise ValueError("its coverage has one limit, or one for each class, and is of no several labels at once")
    return known


def _datatype(told: dict[str, Any]) -> str:
    if told["datatype"] not in DATATYPES:
        raise ValueError(f"{told['name']} has the unknown datatype {shown(told['datatype'])}")
    return str(told["datatype"])


def read_signature(folder: Path) -> Signature:
    """Read the signature that lies in a trial's folder.

    Raises:
        ModelRefused: there is none, or it can't be understood.
    """
    path = folder / FILE
    if not path.is_file():
        raise ModelRefused("there is no signature", str(path), "give the folder of a trial, which has a signature.json")
    return Signature.from_json(path.read_text("utf-8"))
