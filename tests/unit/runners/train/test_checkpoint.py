"""Checkpoints: whole or not there, and only for the training that they are of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from runners.train.trial import trial_of
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture
def network(torch: Any) -> tuple[Any, Any]:
    """Return a small network and its optimiser, after one step."""
    torch.manual_seed(0)
    module = torch.nn.Linear(2, 1)
    optimizer = torch.optim.AdamW(module.parameters())
    module(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return module, optimizer


@pytest.fixture
def checkpoint(asking: Asking, album: Path, torch: Any) -> Any:
    """Return the checkpoint of a trial."""
    from runners.train.checkpoint import Checkpoint

    return Checkpoint.of(asking.trial(album, **DIGITS), 100)


def test_what_was_kept_is_restored(checkpoint: Any, network: Any, torch: Any) -> None:
    module, optimizer = network
    checkpoint.keep(module, optimizer, [(0.5, 0.6)])
    fresh = torch.nn.Linear(2, 1)
    fresh_optimizer = torch.optim.AdamW(fresh.parameters())
    assert checkpoint.restore(fresh, fresh_optimizer, torch.device("cpu")) == [(0.5, 0.6)]
    assert torch.equal(fresh.weight, module.weight)
    kept, restored = (opt.state_dict()["state"][0] for opt in (optimizer, fresh_optimizer))
    assert all(torch.equal(kept[name], restored[name]) for name in kept)
    assert len(list(checkpoint.folder.iterdir())) == 1


def test_another_training_starts_anew(checkpoint: Any, network: Any, asking: Asking, album: Path) -> None:
    from runners.train.checkpoint import Checkpoint

    checkpoint.keep(*network, [(0.5, 0.6)])
    other = Checkpoint.of(asking.trial(album, {"epochs": 3}, **DIGITS), 100)
    assert other.folder == checkpoint.folder
    assert other.restore(*network, "cpu") == []


def test_a_broken_checkpoint_starts_anew(checkpoint: Any, network: Any) -> None:
    assert checkpoint.restore(*network, "cpu") == []
    checkpoint.keep(*network, [(0.5, 0.6)])
    (checkpoint.folder / "last.safetensors").write_bytes(b"half a file")
    assert checkpoint.restore(*network, "cpu") == []


def test_it_is_gone_when_the_training_is_done(checkpoint: Any, network: Any) -> None:
    checkpoint.keep(*network, [(0.5, 0.6)])
    checkpoint.drop()
    checkpoint.drop()
    assert not checkpoint.folder.exists()


@pytest.fixture
def elsewhere(album: Path, tmp_path: Path, torch: Any) -> Iterator[Callable[[str], Any]]:
    """Return what makes the checkpoint of a trial whose output is in a store, on a machine of that name."""
    from runners.train.checkpoint import Checkpoint

    def on(machine: str) -> Any:
        request = Asking(tmp_path).request(album, **DIGITS).model_copy(update={"output": "memory://store/run"})
        (tmp_path / machine).mkdir(exist_ok=True)
        return Checkpoint.of(trial_of(request, tmp_path / machine), 100)

    yield on
    fsspec.filesystem("memory").rm("/store", recursive=True)


def test_one_that_was_kept_elsewhere_is_fetched_on_another_machine(
    elsewhere: Callable[[str], Any], network: Any
) -> None:
    first, second = elsewhere("a"), elsewhere("b")
    second.fetch()
    assert second.restore(*network, "cpu") == []
    first.keep(*network, [(0.5, 0.6)])
    second.fetch()
    assert second.restore(*network, "cpu") == [(0.5, 0.6)]
    first.keep(*network, [(0.5, 0.6), (0.3, 0.4)])
    second.fetch()
    assert second.restore(*network, "cpu") == [(0.5, 0.6)], "its own is nearer"


def test_one_on_a_disk_is_not_kept_elsewhere(checkpoint: Any) -> None:
    assert checkpoint.away == ""
    checkpoint.fetch()
    assert not checkpoint.path.exists()
