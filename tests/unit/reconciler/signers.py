"""People who sign what they commit: by real SSH keys, and by real OpenPGP keys whose agent ends with the test."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.reconciler.git.people import Clone

USES_GPG = pytest.mark.skipif(
    subprocess.run(["sh", "-c", "command -v gpg"], capture_output=True, check=False).returncode != 0,
    reason="gpg is not installed",
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as git is told of it: `settings` choose it, `public` is what is handed to others."""

    settings: tuple[str, ...]
    public: str
    path: Path

    def sign(self, person: Clone, *arguments: str) -> str:
        """Run a git command that signs what it commits; return the commit that the work tree is at then."""
        verb, *rest = arguments
        person.git(*self.settings, verb, "-S", *rest)
        return person.git("rev-parse", "HEAD")

    def commit(self, person: Clone, files: "dict[str, str | None]", message: str = "Change") -> str:
        """Write files and commit them, signed."""
        person.write(files)
        person.git("add", "--all")
        return self.sign(person, "commit", "--quiet", "--allow-empty", "-m", message)


def ssh_key(folder: Path, name: str = "ada") -> Key:
    """Make an SSH key; its `public` is a line of a file of allowed signers."""
    path = folder / f"{name}.key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    kind, text = path.with_suffix(".key.pub").read_text().split()[:2]
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={path}")
    return Key(settings, f"{name}@example.org {kind} {text}\n", path)


def restricted(key: Key, options: str) -> str:
    """Return the line of an SSH key with options, such as `valid-before="20200101"`."""
    name, rest = key.public.split(" ", 1)
    return f"{name} {options} {rest}"


class Keyring:
    """A GnuPG home with secret keys without passphrases; what made it ends its agent."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "gnupg"
        self.home.mkdir(mode=0o700)
        self.program = folder / "gpg"
        options = f"--homedir {self.home} --batch --no-tty --pinentry-mode loopback --passphrase ''"
        self.program.write_text(f'#!/bin/sh\nexec gpg {options} "$@"\n')
        self.program.chmod(0o755)

    def run(self, *arguments: str) -> str:
        """Run gpg on this home."""
        told = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=True)
        return told.stdout

    def key(self, name: str, span: str = "0", *options: str) -> Key:
        """Make a key that is valid for a span."""
        address = f"{name}@example.org"
        self.run(*options, "--quick-gen-key", f"{name.title()} <{address}>", "ed25519", "sign", span)
        settings = ("-c", "gpg.format=openpgp", "-c", f"gpg.program={self.program}", "-c", f"user.signingKey={address}")
        return Key(settings, self.run("--armor", "--export", address), self.program)

    def close(self) -> None:
        """End the agent."""
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=True)
