"""Several processes that train one network: each takes its part of every batch, and all take the same step.

Law of the file: what is learnt is what one process would learn, to the last digits that sums of floats have. The
gradient is that of the whole batch, however it is divided.
"""

from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from runners.ranks import Helped, rank_of, size_of

Tensor = Any


class Together:
    """All processes of the job, seen from one; alone, none of its methods does anything.

    Args:
        device: where the network is: `cuda` or `cpu`.
    """

    def __init__(self, device: Any) -> None:
        self.rank, self.size = rank_of(), size_of()
        self._device = device
        if self.size > 1:
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")

    @property
    def leads(self) -> bool:
        """Tell whether this is the process that leaves what was learnt."""
        return self.rank == 0

    def share(self, path: Path) -> None:
        """Give every process a copy of a file of the first one; where that has none, nobody has one."""
        if self.size == 1:
            return
        content = [path.read_bytes() if self.leads and path.is_file() else None]
        dist.broadcast_object_list(content, src=0, device=self._device)
        if not self.leads and content[0] is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[0])

    def part(self, rows: Tensor) -> Tensor:
        """Return this process's part of a batch's rows; of a small batch it may be none."""
        return rows[self.rank :: self.size]

    def draw_apart(self, seed: int) -> None:
        """Let each process draw its own random numbers from now on, as for a dropout of its own rows."""
        if self.size > 1:
            torch.manual_seed(seed + self.rank)

    def add_up(self, module: Any) -> None:
        """Add the gradients of all processes up."""
        if self.size == 1:
            return
        weights = [weight for weight in module.parameters() if weight.requires_grad]
        grads = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in weights]
        flat = torch.cat([grad.reshape(-1) for grad in grads])
        dist.all_reduce(flat)
        parts = flat.split([grad.numel() for grad in grads])
        for weight, part in zip(weights, parts, strict=True):
            weight.grad = part.reshape(weight.shape)

    def total(self, value: float) -> float:
        """Add a number up over all processes."""
        if self.size == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64, device=self._device)
        dist.all_reduce(told)
        return float(told)

    def part_company(self) -> None:
        """Go on alone: the network is trained.

        Raises:
            Helped: this process isn't the one that leaves it.
        """
        if self.size > 1:
            dist.destroy_process_group()
        if not self.leads:
            raise Helped
