"""Unpacking a layout: the root that a runtime would run, and what it would run there."""

import json
import tarfile
from pathlib import Path
from typing import Any

from deploy.images.layout import MANIFEST


def unpack(layout: Path, root: Path) -> dict[str, Any]:
    """Unpack all layers of a layout's image to a new folder; return its config."""
    root.mkdir(parents=True)
    index = json.loads((layout / "index.json").read_bytes())
    (image,) = (one for one in index["manifests"] if one["mediaType"] == MANIFEST and "platform" in one)
    manifest = json.loads(_blob(layout, image["digest"]).read_bytes())
    for layer in manifest["layers"]:
        with tarfile.open(_blob(layout, layer["digest"])) as archive:
            # An image's links lead to places in the image, such as /usr/bin/python3.11: those of ours, so trusted.
            archive.extractall(root, filter="fully_trusted")
    config: dict[str, Any] = json.loads(_blob(layout, manifest["config"]["digest"]).read_bytes())
    return config


def _blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")
