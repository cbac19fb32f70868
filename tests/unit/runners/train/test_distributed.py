"""Two processes learn what one learns, and go on from the checkpoint of the first when both were killed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.processes import begin, finish
from tests.unit.runners.train.test_albums import DIGITS

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.usefixtures("torch")]
SMALL: dict[str, Any] = {"epochs": 6, "channels": [4], "hidden": 16, "learning_rate": 0.01, "dropout": 0.0}
LOSS = re.compile(r"epoch (\d+): loss ([\d.]+), on the validation rows ([\d.]+)")


def losses(text: str) -> dict[int, tuple[float, float]]:
    return {int(epoch): (float(train), float(test)) for epoch, train, test in LOSS.findall(text)}


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.numpy import load_file

    return load_file(folder / "weights.safetensors")


def ask(tmp_path: Path, name: str, album: Path, **params: Any) -> tuple[Asking, Any]:
    (tmp_path / name).mkdir()
    asking = Asking(tmp_path / name)
    return asking, asking.request(album, {**SMALL, **params}, runner_name="torch-images", **DIGITS)


@pytest.mark.turns("several processes learn", "what one learns")
def test_three_processes_learn_what_one_learns(album: Path, tmp_path: Path) -> None:
    """225 pictures in batches of 64 are batches that three don't divide evenly, and a last one of 33."""
    found = []
    for name, count in (("alone", 1), ("together", 3)):
        asking, request = ask(tmp_path, name, album)
        said = finish(begin(request, tmp_path, count))
        assert [code for code, _ in said] == [0] * count, said
        assert all(not losses(text) for _, text in said[1:]), "only the first tells of the losses"
        assert (asking.folder / "result.json").exists()
        assert not (asking.folder / "checkpoint").exists()
        found.append((losses(said[0][1]), weights(asking.folder)))
    (alone, its), (together, theirs) = found
    assert sorted(alone) == [1, 2, 3, 4, 5, 6]
    for epoch, told in alone.items():
        assert together[epoch] == pytest.approx(told, rel=1e-3, abs=2e-4)
    for name, values in its.items():
        assert np.allclose(theirs[name], values, atol=1e-3), name


@pytest.mark.turns("several processes learn", "all are killed")
def test_killed_processes_go_on_from_the_checkpoint_of_the_first(album: Path, tmp_path: Path) -> None:
    whole, request = ask(tmp_path, "whole", album, epochs=30, dropout=0.2)
    finish(begin(request, tmp_path, 2))
    killed, request = ask(tmp_path, "killed", album, epochs=30, dropout=0.2)
    processes = begin(request, tmp_path, 2)
    assert processes[0].stdout
    while "epoch 5:" not in processes[0].stdout.readline():
        assert processes[0].poll() is None
    for process in processes:
        process.kill()
    finish(processes)
    assert not (killed.folder / "result.json").exists()
    (code, text), _ = finish(begin(request, tmp_path, 2))
    assert code == 0, text
    assert "going on after epoch" in text
    assert min(losses(text)) > 1
    for name, values in weights(whole.folder).items():
        assert np.array_equal(weights(killed.folder)[name], values), name


@pytest.mark.turns("several processes learn", "one is killed")
def test_one_process_that_is_killed_ends_the_others(album: Path, tmp_path: Path) -> None:
    _, request = ask(tmp_path, "killed", album, epochs=10_000)
    first, second = begin(request, tmp_path, 2)
    assert first.stdout
    while "epoch 2:" not in first.stdout.readline():
        assert first.poll() is None
    second.kill()
    (code, _), _ = finish([first, second])
    assert code not in (0, 65)
