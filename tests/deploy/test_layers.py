"""Layers, layouts and their bills: the same bytes from the same files, whoever made them and when."""

import gzip
import json
import os
import tarfile
from hashlib import sha256
from pathlib import Path

from deploy.images.base import WANTED, locked
from deploy.images.layers import paths_of, write_layer
from deploy.images.layout import Image, write_layout
from deploy.images.making import RECIPES, labels
from deploy.images.sbom import spdx
from deploy.images.unpacking import unpack
from tests.house.yardstick import ROOT

EPOCH = 1_700_000_000


def tree(root: Path, umask: int = 0o022) -> Path:
    before = os.umask(umask)
    try:
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/tool").write_text("#!/bin/sh\n")
        (root / "usr/bin/tool").chmod(0o755)
        (root / "usr/bin/other").symlink_to("/usr/bin/tool")
        (root / "etc").mkdir()
        (root / "etc/Größe").write_text("x")
        (root / "etc/gone.pyc").write_text("x")
    finally:
        os.umask(before)
    return root


def layered(root: Path, out: Path) -> str:
    blobs = out / "blobs/sha256"
    blobs.mkdir(parents=True)
    layer = write_layer(root, paths_of(root), blobs, EPOCH, "files")
    packed = (blobs / layer.digest.removeprefix("sha256:")).read_bytes()
    assert sha256(packed).hexdigest() == layer.digest.removeprefix("sha256:")
    assert len(packed) == layer.size
    assert sha256(gzip.decompress(packed)).hexdigest() == layer.diff_id.removeprefix("sha256:")
    image = Image("x", (), ("tool",), labels(RECIPES["daemon"], "abc"), EPOCH)
    return write_layout(out, image, [layer], b"{}")


def test_equal_files_make_equal_bytes(tmp_path: Path) -> None:
    one = layered(tree(tmp_path / "a", 0o022), tmp_path / "one")
    other = layered(tree(tmp_path / "b", 0o077), tmp_path / "other")
    assert {p.name for p in (tmp_path / "one/blobs/sha256").iterdir()} - {
        p.name for p in (tmp_path / "other/blobs/sha256").iterdir()
    } == set()
    assert one == other


def test_a_layer_holds_files_as_they_are_and_nobody_s_name(tmp_path: Path) -> None:
    layered(tree(tmp_path / "a"), tmp_path / "one")
    config = unpack(tmp_path / "one", tmp_path / "root")
    assert sorted(path.name for path in (tmp_path / "root").rglob("*")) == [
        "Größe",
        "bin",
        "etc",
        "other",
        "tool",
        "usr",
    ]
    assert os.access(tmp_path / "root/usr/bin/tool", os.X_OK)
    assert config["config"]["User"] == "65532:65532"
    assert config["config"]["Labels"]["org.opencontainers.image.revision"] == "abc"
    for blob in (tmp_path / "one/blobs/sha256").iterdir():
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            with tarfile.open(blob) as archive:
                assert {(one.uid, one.gid, one.uname, one.mtime) for one in archive} == {(0, 0, "", EPOCH)}


def test_every_blob_is_what_it_is_called_and_the_bill_refers_to_the_image(tmp_path: Path) -> None:
    layered(tree(tmp_path / "a"), tmp_path / "one")
    index = json.loads((tmp_path / "one/index.json").read_bytes())
    image, bill = index["manifests"]
    for one in (image, bill):
        content = (tmp_path / "one/blobs" / one["digest"].replace(":", "/")).read_bytes()
        assert (f"sha256:{sha256(content).hexdigest()}", len(content)) == (one["digest"], one["size"])
    refers = json.loads((tmp_path / "one/blobs" / bill["digest"].replace(":", "/")).read_bytes())
    assert refers["subject"]["digest"] == image["digest"]
    assert refers["artifactType"] == "application/spdx+json"


def test_a_bill_lists_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "usr/local/lib/python3.11/dist-packages/x-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: x\nVersion: 1\nLicense-Expression: MIT\n\nwords\n")
    told = json.loads(spdx("setpoint-daemon", tmp_path, EPOCH))
    (ours,) = (one for one in told["packages"] if one["SPDXID"] == "SPDXRef-pypi-x")
    assert (ours["versionInfo"], ours["licenseDeclared"]) == ("1", "MIT")
    assert len({one["SPDXID"] for one in told["packages"]}) == len(told["packages"]) == len(told["relationships"])
    assert told["creationInfo"]["created"] == "2023-11-14T22:13:20Z"


def test_the_base_is_locked() -> None:
    packages = locked()
    assert {one.name for one in packages} >= set(WANTED)
    assert all(len(one.sha256) == 64 for one in packages)
    assert len({one.name for one in packages}) == len(packages)


def test_locks_of_images_are_there() -> None:
    assert all((ROOT / "requirements" / recipe.lock).exists() for recipe in RECIPES.values())
