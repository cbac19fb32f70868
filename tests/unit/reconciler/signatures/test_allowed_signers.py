"""A file of allowed signers is understood as ssh-keygen does, so that no line is passed over in silence."""

import subprocess
from pathlib import Path

import pytest

from reconciler.signatures.allowed_signers import flaws_in, keys_in
from reconciler.signatures.ssh import SigningKey
from tests.unit.reconciler.signers import Key, ssh_key


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return ssh_key(tmp_path_factory.mktemp("keys"))


def flaws(text: str) -> list[tuple[int, str]]:
    return list(flaws_in(text.encode()))


GOOD = (
    "ada@example.org {}",
    "ada@example.org,bob@example.org {}",
    '"Ada of the team" {}',
    'ada@example.org namespaces="git" {}',
    'ada@example.org NAMESPACES="git,file",valid-after="20200101" {}',
    'ada@example.org valid-before="20990101120000Z" {}',
    'ada@example.org valid-before="209901011200" {} a comment',
    "  ada@example.org   {}  ",
    "ada@example.org\t{}",
)
BAD = (
    ("ada@example.org", "there is no public key"),
    ("{}", "nobody is named before the key"),
    ("ada@example.org ssh-ed25519", "there is no public key"),
    ("ada@example.org ssh-ed25519 AAAA", "the key isn't one of the kind ssh-ed25519"),
    ("ada@example.org ssh-ed25519 AAAAB", "the key isn't base64"),
    ("ada@example.org valid-before=20990101 {}", "unknown option valid-before=20990101"),
    ('ada@example.org valid-before="tomorrow" {}', 'unknown option valid-before="tomorrow"'),
    ("ada@example.org trusted {}", "unknown option trusted"),
    ("ada@example.org namespaces=git {}", "unknown option namespaces=git"),
)


def is_found(ada: Key, line: str, folder: Path) -> bool:
    """Tell whether ssh-keygen finds the key in a file."""
    (folder / "sig").write_bytes(SigningKey(ada.path).sign(b"x"))
    (folder / "signers").write_text(f"{line}\n")
    ask = ["ssh-keygen", "-Y", "find-principals", "-s", "sig", "-f", "signers"]
    return subprocess.run(ask, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("line", GOOD)
def test_a_line_that_ssh_keygen_takes_is_taken(ada: Key, line: str, tmp_path: Path) -> None:
    text = line.format(ada.public.split(" ", 1)[1].strip())
    assert flaws(text) == []
    assert len(keys_in(text.encode())) == 1
    assert is_found(ada, text, tmp_path)


@pytest.mark.parametrize(("line", "flaw"), BAD)
def test_a_line_that_ssh_keygen_passes_over_is_a_flaw(ada: Key, line: str, flaw: str, tmp_path: Path) -> None:
    text = line.format(ada.public.split(" ", 1)[1].strip())
    assert flaws(f"# comment\n\n{text}") == [(3, flaw)]
    assert keys_in(text.encode()) == frozenset()
    assert not is_found(ada, text, tmp_path)


def test_comments_and_empty_lines_are_no_signers() -> None:
    assert flaws("# nobody\n\n   \n\t# nobody\n") == []


def test_any_bytes_are_read() -> None:
    assert flaws("\x00\ufffd\x1b[2J") == [(1, "there is no public key")]
    assert list(flaws_in(b"\xff\xfe")) == [(1, "there is no public key")]
