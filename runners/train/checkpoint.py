"""Checkpoints of a network in training, as safetensors: weights, the optimiser's state, and the losses so far.

Where a trial's output is elsewhere, its last checkpoint is there too, since a later attempt may run on another machine.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from runners.stores import answering
from runners.train.trial import Trial, log

FOLDER, FILE = "checkpoint", "last.safetensors"
WEIGHT, STATE = "weight/", "state/"
Losses = list[tuple[float, float]]
"""Of each epoch, the loss on the training rows and on those to validate."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last epoch of a training that can be gone on with. `training` says which training it is of.

    `away` is the URL at which a copy is kept; empty where the folder itself outlives the job.
    """

    folder: Path
    training: str
    away: str = ""

    @classmethod
    def of(cls, trial: Trial, rows: int) -> "Checkpoint":
        """Return the checkpoint of a trial, wherever it is tried again."""
        told = json.dumps([trial.told.model_dump(mode="json"), trial.seed, rows], sort_keys=True)
        output = trial.request.output
        away = "" if urlsplit(output).scheme in ("", "file") else f"{output.rstrip('/')}/{FOLDER}/{FILE}"
        return cls(trial.folder / FOLDER, hashlib.sha256(told.encode()).hexdigest(), away)

    @property
    def path(self) -> Path:
        """Return the file of the last epoch, which need not be there."""
        return self.folder / FILE

    def fetch(self) -> None:
        """Bring the copy near that an earlier attempt has left elsewhere; nothing happens where there is none."""
        if not self.away or self.path.is_file():
            return
        with answering(self.away):
            files, place = fsspec.core.url_to_fs(self.away)
            if files.exists(place):
                self.folder.mkdir(parents=True, exist_ok=True)
                files.get_file(place, str(self.path))

    def keep(self, module: Any, optimizer: Any, losses: Losses) -> None:
        """Write what is needed to go on; the former checkpoint is replaced when the new one is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors = {WEIGHT + name: tensor for name, tensor in module.state_dict().items()}
        for place, state in optimizer.state_dict()["state"].items():
            tensors |= {f"{STATE}{place}/{name}": tensor for name, tensor in state.items()}
        part = self.folder / f"{FILE}.part"
        told = {"training": self.training, "losses": json.dumps(losses)}
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, part, told)
        part.replace(self.path)
        if self.away:
            with answering(self.away):
                files, place = fsspec.core.url_to_fs(self.away)
                files.put_file(str(self.path), place)

    def restore(self, module: Any, optimizer: Any, device: Any) -> Losses:
        """Bring module and optimiser to where the training was; return its losses, none where it starts."""
        if not self.path.is_file():
            return []
        try:
            with safe_open(self.path, framework="pt", device=str(device)) as file:
                told = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        except SafetensorError as error:
            log.info("the checkpoint is broken, so the training starts anew: %s", error)
            return []
        if told.get("training") != self.training:
            return []
        _load(module, optimizer, tensors)
        losses: Losses = [(float(train), float(other)) for train, other in json.loads(told["losses"])]
        log.info("going on after epoch %d", len(losses))
        return losses

    def drop(self) -> None:
        """Remove the checkpoint: the training is done."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _load(module: Any, optimizer: Any, tensors: dict[str, Any]) -> None:
    weights = {name.removeprefix(WEIGHT): tensor for name, tensor in tensors.items() if name.startswith(WEIGHT)}
    module.load_state_dict(weights)
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        if name.startswith(STATE):
            place, _, key = name.removeprefix(STATE).partition("/")
            state.setdefault(int(place), {})[key] = tensor.cpu() if key == "step" else tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
