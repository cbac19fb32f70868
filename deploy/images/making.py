"""Making an image: base, wheels of a lock, Setpoint; each a layer, so that what seldom changes is fetched once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.images import base, wheels
from deploy.images.layers import Layer, paths_of, write_layer
from deploy.images.layout import Image, write_layout
from deploy.images.sbom import spdx

EPOCH = 1_700_000_000
"""The time in images, where none is told: two builds of the same are the same bytes."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """An image: its lock, and the program that is run where none is named."""

    lock: str
    command: tuple[str, ...]
    title: str


RECIPES = {
    "daemon": Recipe("image.txt", ("setpoint", "run", "--http", "0.0.0.0:9180", "--log", "json"), "daemon"),
    "runners": Recipe("demo.txt", ("python", "-m", "runners"), "runners"),
}


def make(name: str, out: Path, store: Path, epoch: int = EPOCH, revision: str = "") -> str:
    """Write an image as an OCI layout; return the digest of its index.

    Args:
        name: which image, of `RECIPES`.
        out: the folder of the layout, which is new.
        store: where packages of Debian are kept between builds.
        epoch: the time in it.
        revision: the commit that it is made from, for its labels.

    Raises:
        ImageError: something that goes in can't be had, or isn't what its lock says.
    """
    recipe, blobs = RECIPES[name], out / "blobs/sha256"
    blobs.mkdir(parents=True)
    with TemporaryDirectory(prefix="setpoint-image-") as place:
        root = Path(place, "root")
        root.mkdir()
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            (f"Debian's packages of {base.LOCK.name}", lambda: base.lay(root, store)),
            (f"wheels of requirements/{recipe.lock}", lambda: wheels.install_lock(root, recipe.lock)),
            ("setpoint", lambda: wheels.install_ours(root, epoch, Path(place, "dist"))),
        )
        layers, known = list[Layer](), set[str]()
        for what, step in steps:
            step()
            paths = paths_of(root)
            layers.append(write_layer(root, _new(paths, known), blobs, epoch, what))
            known.update(paths)
        image = Image(f"setpoint-{name}", (), recipe.command, labels(recipe, revision), epoch)
        return write_layout(out, image, layers, spdx(image.name, root, epoch))


def _new(paths: list[str], known: Collection[str]) -> list[str]:
    """Return what is new, with the folders that lead there."""
    new = [path for path in paths if path not in known]
    above = {parent.as_posix() for path in new for parent in Path(path).parents} - {"."}
    return sorted({*new, *above}, key=str.encode)


def labels(recipe: Recipe, revision: str) -> dict[str, str]:
    """Return an image's labels, by the names that OCI gives them."""
    told = {
        "title": f"setpoint {recipe.title}",
        "description": "GitOps for machine learning",
        "version": version("setpoint"),
        "licenses": "Apache-2.0",
        "base.name": "debian:bookworm, packages of deploy/images/base.txt",
    }
    told |= {"revision": revision} if revision else {}
    return {f"org.opencontainers.image.{key}": value for key, value in told.items()}
