"""compose_speedup, compose_one_change_ms: from text to the desired graph."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from reconciler.compose import Cache, compose
from reconciler.providers.memory import MemorySource, World
from tests.bench.figure import Figure

BASE = "runner: tabular\nmetric: {name: roc_auc, goal: maximize}\nparams: {model: tree, max_depth: 3}\n"


def measure(quick: bool) -> Iterator[Figure]:
    """Measure both figures over 10,000 specs, half of them with a `defaults:` list and interpolation."""
    count, sample = (1000, 20) if quick else (10_000, 200)
    files = _files(count)
    source = MemorySource(World())
    commit = source.commit(files)
    tree, cache = source.tree(commit), Cache()
    began = time.perf_counter()
    desired = compose(tree, "dev", cache)
    ours = (time.perf_counter() - began) / count
    if desired.all_problems():
        raise RuntimeError(str(desired.all_problems()[0]))
    names = sorted(path for path in files if path.startswith("specs/experiments/"))[:: count // sample]
    peer, plain = _peer(files, names)
    for path, composed in plain.items():
        spec = desired.resources[path.removeprefix("specs/").removesuffix(".yaml")].spec  # type: ignore[index]
        if spec.model_dump(mode="json", include=set(composed)) != type(spec).model_validate(composed).model_dump(
            mode="json", include=set(composed)
        ):
            raise RuntimeError(f"{path} is composed otherwise than Hydra does")
    yield Figure("compose_speedup", peer / ours, "x", ">= 20", f"hydra.compose {peer * 1000:.1f} ms a spec")
    yield Figure("compose_one_change_ms", _one_change(source, files, cache), "ms", "<= 150")


def _files(count: int) -> dict[str, str]:
    files = {
        "environments/dev/environment.yaml": "variables: {target: employed}\n",
        "specs/pools/shared.yaml": "{}\n",
        "specs/datasets/data.yaml": "source: {sql: {url: 'sqlite://', query: 'select 1'}}\n",
        "specs/parts/tabular.yaml": BASE,
    }
    for number in range(count):
        own = f"dataset: datasets/data\nseed: {number}\n"
        half = f"defaults: [/parts/tabular@_here_, _self_]\n{own}target: ${{env.target}}\ndescription: seed ${{seed}}\n"
        files[f"specs/experiments/n{number:05d}.yaml"] = half if number % 2 and number else f"{own}target: a\n{BASE}"
    return files


def _peer(files: dict[str, str], names: list[str]) -> tuple[float, dict[str, Any]]:
    """Return the seconds of a plain hydra.compose a spec, over a sample, and what it composed."""
    from hydra import compose as plain
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    found: dict[str, Any] = {}
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for path in (path for path in files if path.startswith("specs/parts") or path in names):
            place = Path(folder) / path.removeprefix("specs/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(files[path])
        with initialize_config_dir(folder, version_base="1.3"):
            for path in names:
                began = time.perf_counter()
                composed = plain(path.removeprefix("specs/").removesuffix(".yaml"), ["+env.target=employed"])
                found[path] = OmegaConf.to_container(composed, resolve=True)
                times.append(time.perf_counter() - began)
    return statistics.median(times), {path: _flattened(value) for path, value in found.items()}


def _flattened(value: Any) -> dict[str, Any]:
    """Return what Hydra composed at the root: a part lies in its package, and a spec in its kind's."""
    merged: dict[str, Any] = {}
    for key in ("parts", "experiments"):
        merged |= value.get(key, {})
    return {k: v for k, v in (merged | value).items() if k not in ("parts", "experiments", "env", "defaults")}


def _one_change(source: MemorySource, files: dict[str, str], cache: Cache) -> float:
    times = []
    path = "specs/experiments/n00008.yaml"
    for seed in range(5):
        commit = source.commit({path: yaml.safe_dump({**yaml.safe_load(files[path]), "seed": 100_000 + seed})})
        tree = source.tree(commit)
        began = time.perf_counter()
        compose(tree, "dev", cache)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
