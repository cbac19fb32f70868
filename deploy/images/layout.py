"""An OCI image layout: blobs by their digests, a config, a manifest, an index, and the SBOM that refers to the image.

https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.images.layers import Layer

_OCI = "application/vnd.oci"
MANIFEST, INDEX, CONFIG = (
    f"{_OCI}.image.manifest.v1+json",
    f"{_OCI}.image.index.v1+json",
    f"{_OCI}.image.config.v1+json",
)
LAYER = f"{_OCI}.image.layer.v1.tar+gzip"
SPDX = "application/spdx+json"
EMPTY = f"{_OCI}.empty.v1+json"


@dataclass(frozen=True, slots=True)
class Image:
    """What is said of an image: its name, how it is started, its labels."""

    name: str
    entrypoint: Sequence[str]
    command: Sequence[str]
    labels: Mapping[str, str]
    epoch: int


def write_layout(folder: Path, image: Image, layers: Sequence[Layer], sbom: bytes) -> str:
    """Write all but the layers, which are there; return the digest of the index."""
    blobs = folder / "blobs/sha256"
    config = _blob(blobs, _config(image, layers), CONFIG)
    told = [{"mediaType": LAYER, "digest": one.digest, "size": one.size} for one in layers]
    notes = {"org.opencontainers.image.ref.name": image.labels["org.opencontainers.image.version"], **image.labels}
    manifest = _manifest(blobs, config, told, annotations=dict(image.labels))
    nothing = _blob(blobs, {}, EMPTY)
    of_sbom = [_bytes(blobs, sbom, SPDX)]
    refers = _manifest(blobs, nothing, of_sbom, artifactType=SPDX, subject=dict(manifest))
    platform = {"architecture": "amd64", "os": "linux"}
    index = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            {**manifest, "platform": platform, "annotations": notes},
            {**refers, "artifactType": SPDX, "annotations": {"org.opencontainers.image.title": "sbom.spdx.json"}},
        ],
    }
    content = _json(index)
    (folder / "index.json").write_bytes(content)
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _config(image: Image, layers: Sequence[Layer]) -> Mapping[str, Any]:
    created = datetime.fromtimestamp(image.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "created": created,
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": "65532:65532",
            "Env": [
                "PATH=/usr/local/bin:/usr/bin:/bin",
                "HOME=/home/nonroot",
                "PYTHONDONTWRITEBYTECODE=1",
                "LANG=C.UTF-8",
            ],
            "Entrypoint": list(image.entrypoint),
            "Cmd": list(image.command),
            "WorkingDir": "/home/nonroot",
            "Labels": dict(image.labels),
        },
        "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]},
        "history": [{"created": created, "created_by": one.what} for one in layers],
    }


def _manifest(blobs: Path, config: Mapping[str, Any], layers: Sequence[Any], **more: Any) -> dict[str, Any]:
    told = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers, **more}
    return _blob(blobs, told, MANIFEST)


def _blob(blobs: Path, document: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return _bytes(blobs, _json(document), kind)


def _bytes(blobs: Path, content: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
