"""`python -m deploy.images`: make, lock, sign, verify, unpack."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.images import base
from deploy.images.failing import ImageError
from deploy.images.making import EPOCH, RECIPES, make
from deploy.images.signing import sign, verify
from deploy.images.unpacking import unpack
from reconciler.model.errors import SetpointError

_HEAD = (
    "# Packages of Debian in the base of images: name, version, SHA-256. `python -m deploy.images lock` writes it.\n"
)


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code."""
    told = _parser().parse_args(arguments)
    try:
        sys.stdout.write(told.do(told) + "\n")
    except (ImageError, SetpointError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _make(told: argparse.Namespace) -> str:
    return make(told.image, told.out, told.store, told.epoch, told.revision)


def _lock(_told: argparse.Namespace) -> str:
    packages = list(base.resolve())
    base.LOCK.write_text(_HEAD + "".join(f"{one.name} {one.version} {one.sha256}\n" for one in packages))
    return f"{len(packages)} packages in {base.LOCK}"


def _sign(told: argparse.Namespace) -> str:
    sign(told.layout, told.key)
    return f"signed {told.layout}"


def _verify(told: argparse.Namespace) -> str:
    return f"signed by {verify(told.layout, told.signers.read_bytes(), datetime.now(UTC))}"


def _unpack(told: argparse.Namespace) -> str:
    unpack(told.layout, told.root)
    return f"unpacked to {told.root}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.images", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("make", help="write an image as an OCI layout to a new folder")
    one.add_argument("image", choices=sorted(RECIPES))
    one.add_argument("out", type=Path)
    one.add_argument("--store", type=Path, default=Path(".bench/debian"), help="where Debian's packages are kept")
    one.add_argument("--epoch", type=int, default=EPOCH, help="seconds since 1970 that all files and the image tell")
    one.add_argument("--revision", default="", help="the commit that it is made from")
    one.set_defaults(do=_make)
    one = verbs.add_parser("lock", help="take the versions of Debian's packages that there are now")
    one.set_defaults(do=_lock)
    one = verbs.add_parser("sign", help="sign a layout with a private SSH key")
    one.add_argument("layout", type=Path)
    one.add_argument("--key", type=Path, required=True)
    one.set_defaults(do=_sign)
    one = verbs.add_parser("verify", help="say who has signed a layout, whose every blob is looked at")
    one.add_argument("layout", type=Path)
    one.add_argument("--signers", type=Path, required=True, help="allowed signers, as ssh-keygen(1) reads them")
    one.set_defaults(do=_verify)
    one = verbs.add_parser("unpack", help="unpack a layout to a new folder")
    one.add_argument("layout", type=Path)
    one.add_argument("root", type=Path)
    one.set_defaults(do=_unpack)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
