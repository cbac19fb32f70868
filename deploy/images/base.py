"""The base of an image: packages of Debian by a lock, unpacked, none of their scripts run."""

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.images.failing import ImageError

LOCK = Path(__file__).with_name("base.txt")
_OF_WHEELS = ("libstdc++6", "libgomp1")
"""Libraries that wheels of the manylinux platforms may expect of a system, and LightGBM and NumPy do."""
WANTED = ("base-files", "dash", "python3.11", "git", "ca-certificates", "openssh-client", "gpg", "tzdata", *_OF_WHEELS)
"""What an image needs beside its wheels; the lock holds all that these need."""
PYTHON = "/usr/bin/python3.11"
_CERTIFICATES = "usr/share/ca-certificates/mozilla"
_BUNDLE = "etc/ssl/certs/ca-certificates.crt"
_USERS = "root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/home/nonroot:/bin/sh\n"
_GROUPS = "root:x:0:\nnonroot:x:65532:\n"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of Debian: its name, its version, and the hash of its file."""

    name: str
    version: str
    sha256: str


def locked() -> tuple[Package, ...]:
    """Return the packages of the lock."""
    lines = (line.split() for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(Package(*words) for words in lines)


def lay(root: Path, store: Path) -> None:
    """Unpack the base into a folder.

    Args:
        root: the folder that becomes the image's root.
        store: where packages are kept from one build to the next.

    Raises:
        ImageError: a package can't be had, or is another one.
    """
    packages = locked()
    fetch([one for one in packages if not _kept(one, store).exists()], store)
    for package in packages:
        _run(["dpkg-deb", "--extract", _kept(package, store), root])
    certificates = sorted((root / _CERTIFICATES).glob("*.crt"))
    (root / _BUNDLE).parent.mkdir(parents=True, exist_ok=True)
    (root / _BUNDLE).write_bytes(b"".join(one.read_bytes() for one in certificates))
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text(_GROUPS)
    for name, mode in (("tmp", 0o1777), ("home/nonroot", 0o777), ("usr/local/bin", 0o755)):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name).chmod(mode)
    if not (root / "bin/sh").is_symlink():  # which a script of dash's makes
        (root / "bin/sh").symlink_to("dash")
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to(PYTHON)


def _kept(package: Package, store: Path) -> Path:
    return store / f"{package.sha256}.deb"


def fetch(packages: Sequence[Package], store: Path) -> None:
    """Fetch packages by the machine's own package manager, all at once.

    Raises:
        ImageError: one can't be had, or is another one than the lock says.
    """
    if not packages:
        return
    store.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=store) as place:
        named = [f"{one.name}={one.version}" for one in packages]
        _run(["apt-get", "download", "--quiet", "-o", "APT::Sandbox::User=root", *named], Path(place))
        got = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in Path(place).glob("*.deb")}
        for package in packages:
            if package.sha256 not in got:
                what = f"{package.name} {package.version} isn't what {LOCK.name} says"
                raise ImageError(what, "see who has changed it, before you lock it anew")
            got[package.sha256].rename(_kept(package, store))


def resolve() -> Iterator[Package]:
    """Yield what is wanted and all that it needs, in the versions that the machine's package manager has."""
    line = [
        "apt-get",
        "install",
        "--simulate",
        "--no-install-recommends",
        "-o",
        "Dir::State::status=/dev/null",
        *WANTED,
    ]
    chosen = (words.split() for words in _run(line).splitlines() if words.startswith("Inst "))
    named = sorted((words[1], words[2].strip("(")) for words in chosen)
    told = _run(["apt-cache", "show", *(f"{name}={version}" for name, version in named)])
    hashes = {
        (fields["Package"], fields["Version"]): fields["SHA256"]
        for fields in (dict(_fields(part)) for part in told.split("\n\n") if part.strip())
    }
    for name, version in named:
        yield Package(name, version, hashes[name.partition(":")[0], version])


def _fields(paragraph: str) -> Iterator[tuple[str, str]]:
    for line in paragraph.splitlines():
        name, colon, value = line.partition(": ")
        if colon and not line.startswith(" "):
            yield name, value.strip()


def _run(line: Sequence[str | Path], folder: Path | None = None) -> str:
    try:
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ImageError(f"there is no {line[0]} here", "build on Debian, or use the Dockerfile") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        fix = "`python -m deploy.images lock` takes the versions that there are now; `apt-get update` first"
        raise ImageError(f"{' '.join(map(str, line[:2]))}: {last}", fix)
    return done.stdout
