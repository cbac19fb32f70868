"""Repositories in memory for the tests of composition, and stock Hydra as the peer that it is held against."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from omegaconf import OmegaConf

from reconciler.compose import Cache, compose
from reconciler.compose.library import Desk, Library
from reconciler.compose.lru import Lru
from reconciler.compose.spec import Ingredients, flatten, layers_of
from reconciler.model.ids import Address, kind_of, name_of
from reconciler.model.resource import Desired
from reconciler.providers.memory.source import MemoryTree, Snapshot, SourceRoom

ROOT = Path(__file__).parents[4]
ENVIRONMENT = "environments/dev/environment.yaml"

Files = Mapping[str, str | bytes]

EXPERIMENT = """\
dataset: datasets/loans
target: paid
runner: tabular
params: {model: "choice(logistic, gbm)"}
metric: {name: roc_auc}
"""
SMALL: Files = {
    ENVIRONMENT: "variables: {bucket: s3://data, team: risk}\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 2}\n",
    "specs/datasets/loans.yaml": "source: {sql: {url: '${secret:DB}', query: SELECT 1}}\n",
    "specs/experiments/loans.yaml": EXPERIMENT,
}


def tree(files: Files, odd: Mapping[str, str] | None = None) -> MemoryTree:
    """Return a commit with some files."""
    room = SourceRoom()
    blobs = {path: room.blob(text) for path, text in files.items()}
    return MemoryTree(room, room.put(Snapshot((), blobs, odd or {})))


def sample() -> dict[str, bytes]:
    """Return the files of the project's own sample repository."""
    found = (path for top in ("specs", "environments") for path in (ROOT / top).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in found}


def desired(files: Files, environment: str = "dev", odd: Mapping[str, str] | None = None) -> Desired:
    """Compose a repository from nothing."""
    return compose(tree(files, odd), environment, Cache())


def told(files: Files, odd: Mapping[str, str] | None = None) -> list[str]:
    """Return the problems of a repository, as a terminal shows them."""
    return [str(problem) for problem in desired(files, odd=odd).all_problems()]


def library(files: Files) -> Library:
    """Return the files of a repository as documents."""
    return Library(tree(files), Lru(100))


def values(files: Files, address: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the fields of a spec, laid over each other and interpolated, before they are validated."""
    patch = f"environments/dev/{address}.yaml"
    has_patch = patch if patch in files else None
    ingredients = Ingredients(Address(address), f"specs/{address}.yaml", has_patch, variables or {})
    layers = layers_of(Desk(library(files), kind_of(Address(address))), ingredients)
    return flatten(layers, variables or {})[0]


def by_hydra(folder: Path, files: Files, address: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the same by stock Hydra, with files on a disk.

    A spec is a primary config in its kind's folder; the search path goes on with `specs/parts` and `specs`. A patch is
    a primary config whose defaults list begins with the spec.
    """
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(text))
    kind, name = kind_of(Address(address)), name_of(Address(address))
    patch = files.get(f"environments/dev/{address}.yaml")
    if patch is not None:
        name = _patched(folder / "specs" / kind, name, str(patch))
    search = f"hydra.searchpath=[file://{folder}/specs/parts,file://{folder}/specs]"
    with warnings.catch_warnings(), initialize_config_dir(str(folder / "specs" / kind), version_base="1.3"):
        warnings.simplefilter("ignore")  # of a list without _self_, which then means the end of the list
        config = hydra_compose(name, overrides=[search])
    OmegaConf.set_struct(config, False)
    config["env"] = dict(variables or {})
    result: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    del result["env"]
    return dict(result)


def _patched(folder: Path, name: str, text: str) -> str:
    """Write a patch as a config over the spec; the header, which is a comment, stays the first line."""
    content = yaml.safe_load(text) or {}
    own = content.pop("defaults", [])
    header = re.match(r"# @package .*\n", text)
    body = yaml.safe_dump({"defaults": [name, *own], **content}, sort_keys=False)
    (folder / "patched.yaml").write_text((header[0] if header else "") + body)
    return "patched"
