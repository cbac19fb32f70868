"""A convolutional network: its layers as data, its training by PyTorch, its export to ONNX."""

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from runners.models.network import FILE, INPUT, OUTPUT, Architecture, graph
from runners.models.signature import Tensor
from runners.train.checkpoint import Checkpoint
from runners.train.distributed import Together
from runners.train.examples import Examples, Parts
from runners.train.fitted import Fitted, History
from runners.train.joint import thresholds_of
from runners.train.network_params import NetworkParams
from runners.train.progress import Teller
from runners.train.trial import Trial, log, timed

Array = NDArray[Any]
Module = Any
MODEL, WEIGHTS = "model.onnx", "weights.safetensors"
CUDA_DETERMINISM = "CUBLAS_WORKSPACE_CONFIG"


def fit_network(
    trial: Trial, parts: Parts, params: NetworkParams, after_epoch: Callable[[int], None] = lambda _: None
) -> Fitted:
    """Train a network, or go on with one from its checkpoint, and leave it as ONNX and as safetensors.

    Args:
        trial: the task, the seed, and where the checkpoint lies.
        parts: pictures to train on, to validate on, and to test on.
        params: the network and how it is trained.
        after_epoch: called with the number of each epoch that is done and kept.
    """
    architecture = architecture_of(parts.train, params)
    module = module_of(architecture, trial.seed)
    with timed(f"train a network of {_size(module):,} weights on {len(parts.train):,} pictures"):
        history = _Training(trial, parts, params, module).run(after_epoch)
    _unscale(module, parts.train)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    save_file(weights, trial.folder / WEIGHTS)
    (trial.folder / FILE).write_text(architecture.to_json(), "utf-8")
    exported = graph(architecture, {name: tensor.numpy() for name, tensor in weights.items()})
    (trial.folder / MODEL).write_bytes(exported.SerializeToString(deterministic=True))
    return Fitted(
        file=MODEL,
        format="onnx",
        inputs=parts.train.features,
        tensors=(Tensor(INPUT, "FP32", (parts.train.features[0].name,)),),
        raw=OUTPUT,
        reading="probabilities" if parts.train.classes else "value",
        expected=answers_of(module.cpu(), parts.test),
        thresholds=_thresholds(module, parts),
        history=history,
    )


def architecture_of(examples: Examples, params: NetworkParams) -> Architecture:
    """Return the layers: convolutions that halve the picture, then two layers that see all of it."""
    image = examples.image or {}
    side = min(image["height"], image["width"])
    layers: list[dict[str, Any]] = []
    for channels in params.channels:
        layers += [{"type": "conv", "out": channels, "kernel": 3, "padding": 1}, {"type": "relu"}]
        if side >= 4:
            layers.append({"type": "max_pool", "size": 2})
            side //= 2
    layers += [{"type": "flatten"}, {"type": "linear", "out": params.hidden}, {"type": "relu"}]
    layers += [{"type": "dropout", "share": params.dropout}, {"type": "linear", "out": max(1, len(examples.classes))}]
    if examples.classes:
        layers.append({"type": "sigmoid" if examples.is_joint else "softmax"})
    return Architecture((image["channels"], image["height"], image["width"]), tuple(layers))


def module_of(architecture: Architecture, seed: int) -> Module:
    """Build the PyTorch module, without the softmax or sigmoid at its end; its weights are drawn by the seed."""
    torch.manual_seed(seed)
    channels, height, width = architecture.input
    shape, layers = (channels, height, width), []
    for layer in architecture.layers:
        if layer["type"] not in ("softmax", "sigmoid"):
            made, shape = _LAYERS[layer["type"]](layer, shape)
            layers.append(made)
    return torch.nn.Sequential(*layers)


Shape = tuple[int, int, int]


def _conv(layer: Any, shape: Shape) -> tuple[Module, Shape]:
    made = torch.nn.Conv2d(shape[0], layer["out"], layer["kernel"], padding=layer["padding"])
    grown = 2 * layer["padding"] - layer["kernel"] + 1
    return made, (layer["out"], shape[1] + grown, shape[2] + grown)


def _max_pool(layer: Any, shape: Shape) -> tuple[Module, Shape]:
    size = layer["size"]
    return torch.nn.MaxPool2d(size), (shape[0], shape[1] // size, shape[2] // size)


def _flatten(_layer: Any, shape: Shape) -> tuple[Module, Shape]:
    return torch.nn.Flatten(), (math.prod(shape), 1, 1)


def _linear(layer: Any, shape: Shape) -> tuple[Module, Shape]:
    return torch.nn.Linear(shape[0], layer["out"]), (layer["out"], 1, 1)


_LAYERS: dict[str, Callable[[Any, Shape], tuple[Module, Shape]]] = {
    "conv": _conv,
    "max_pool": _max_pool,
    "flatten": _flatten,
    "linear": _linear,
    "relu": lambda _, shape: (torch.nn.ReLU(), shape),
    "dropout": lambda layer, shape: (torch.nn.Dropout(layer["share"]), shape),
}


def _size(module: Module) -> int:
    return sum(int(weight.numel()) for weight in module.parameters())


def pictures_of(examples: Examples) -> Any:
    """Return the pictures as a tensor [N, channels, height, width]."""
    image = examples.image or {}
    pixels = np.ascontiguousarray(examples.inputs[examples.features[0].name])
    return torch.from_numpy(pixels).reshape(-1, image["channels"], image["height"], image["width"])


def answers_of(module: Module, examples: Examples) -> Array:
    """Return probabilities [N, classes], or numbers [N]."""
    module.eval()
    with torch.no_grad():
        raw = torch.cat([module(part) for part in pictures_of(examples).split(1024)])
    if examples.is_joint:
        return np.asarray(raw.sigmoid().numpy())
    answers: Array = (raw.softmax(dim=1) if examples.classes else raw[:, 0]).numpy()
    return answers


def _thresholds(module: Module, parts: Parts) -> tuple[float, ...]:
    """Return from which probability on each of several labels is answered, by the validation rows."""
    rows = parts.validation
    return thresholds_of(rows.codes, answers_of(module, rows)) if rows.is_joint else ()


def _scale(train: Examples) -> tuple[float, float]:
    return float(train.truth.mean()), float(train.truth.std()) or 1.0


def _unscale(module: Module, train: Examples) -> None:
    """Let the last layer of a regressor answer in the target's own measure: it was trained on scaled numbers."""
    if train.classes:
        return
    mean, spread = _scale(train)
    with torch.no_grad():
        module[-1].weight.mul_(spread)
        module[-1].bias.mul_(spread).add_(mean)


class _Training:
    """Epochs over the training pictures. Each draws anew from the seed and its number, so it can be repeated alone."""

    def __init__(self, trial: Trial, parts: Parts, params: NetworkParams, module: Module) -> None:
        torch.set_num_threads(trial.threads)
        os.environ.setdefault(CUDA_DETERMINISM, ":4096:8")
        torch.backends.cudnn.deterministic = True
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._seed, self._params = trial.seed, params
        self._module = module.to(self._device)
        self._optimizer = torch.optim.AdamW(
            module.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay
        )
        self._train = self._tensors(parts.train, parts.train)
        self._validation = self._tensors(parts.validation, parts.train)
        kind = torch.nn.CrossEntropyLoss if parts.train.classes else torch.nn.MSELoss
        kind = torch.nn.BCEWithLogitsLoss if parts.train.is_joint else kind
        self._loss, self._each = kind(), kind(reduction="none")
        weights = parts.train.weights
        self._weights = None if weights is None else torch.from_numpy(weights).float().to(self._device)
        self._checkpoint = Checkpoint.of(trial, len(parts.train))
        self._together = Together(self._device)

    def run(self, after_epoch: Callable[[int], None]) -> History:
        """Train to the last epoch; return the losses.

        Raises:
            Helped: another process of the job leaves the network.
        """
        log.info("training on %s, process %d of %d", self._device, self._together.rank + 1, self._together.size)
        self._checkpoint.fetch()
        self._together.share(self._checkpoint.path)
        losses = self._checkpoint.restore(self._module, self._optimizer, self._device)
        tell = Teller("epoch", "loss", self._params.epochs)
        for epoch in range(len(losses), self._params.epochs):
            losses.append((self._epoch(epoch), self._validation_loss()))
            if self._together.leads:
                self._checkpoint.keep(self._module, self._optimizer, losses)
                log.info("epoch %d: loss %.4f, on the validation rows %.4f", epoch + 1, *losses[-1])
                tell(epoch + 1, dict(zip(("train", "validation"), losses[-1], strict=True)))
            after_epoch(epoch + 1)
        self._together.part_company()
        self._checkpoint.drop()
        train, validation = zip(*losses, strict=True)
        series = {"train": train, "validation": validation}
        return History("epoch", "loss", tuple(range(1, len(losses) + 1)), series)

    def _tensors(self, examples: Examples, train: Examples) -> tuple[Any, Any]:
        if examples.soft is not None and examples is train:
            target = torch.from_numpy(examples.soft).float()
        elif examples.classes:
            codes = torch.from_numpy(examples.codes)
            target = codes.float() if examples.is_joint else codes
        else:
            mean, spread = _scale(train)
            target = torch.from_numpy((examples.truth - mean) / spread).float().reshape(-1, 1)
        return pictures_of(examples).to(self._device), target.to(self._device)

    def _epoch(self, epoch: int) -> float:
        seed = self._seed * 1_000_003 + epoch
        torch.manual_seed(seed)
        _, targets = self._train
        for group in self._optimizer.param_groups:
            group["lr"] = self._params.learning_rate * (1 + math.cos(math.pi * epoch / self._params.epochs)) / 2
        self._module.train()
        total = 0.0
        batches = torch.randperm(len(targets)).to(self._device).split(self._params.batch_size)
        self._together.draw_apart(seed)
        for rows in batches:
            self._optimizer.zero_grad()
            total += self._learn(self._together.part(rows), len(rows))
            self._together.add_up(self._module)
            self._optimizer.step()
        return self._together.total(total) / len(targets)

    def _learn(self, rows: Any, batch: int) -> float:
        """Add the gradient of these rows, as a part of a batch's mean; return the sum of their losses."""
        if not len(rows):
            return 0.0
        pictures, targets = self._train
        loss = self._weighed(self._module(pictures[rows]), targets[rows], rows)
        (loss if len(rows) == batch else loss * (len(rows) / batch)).backward()
        return float(loss.detach()) * len(rows)

    def _weighed(self, raw: Any, targets: Any, rows: Any) -> Any:
        """Return the mean loss of rows of which each counts by its weight."""
        if self._weights is None:
            return self._loss(raw, targets)
        losses = self._each(raw, targets).reshape(len(rows), -1).mean(dim=1)
        return (losses * self._weights[rows]).mean()

    def _validation_loss(self) -> float:
        """Return the loss on the validation rows, for the picture only; who helps needs none."""
        if not self._together.leads:
            return 0.0
        self._module.eval()
        pictures, targets = self._validation
        with torch.no_grad():
            raw = torch.cat([self._module(part) for part in pictures.split(1024)])
            return float(self._loss(raw, targets))
