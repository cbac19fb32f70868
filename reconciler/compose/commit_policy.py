"""What a commit demands of commits: the block `verification` of its environment, and the files of signers beside it.

It is read by itself, so that a commit whose specs, providers or variables are broken still says whom it trusts.
"""

from collections.abc import Iterator

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.layers import Layer
from reconciler.compose.layout import ENVIRONMENT
from reconciler.compose.library import Library, told
from reconciler.compose.locate import Locator
from reconciler.compose.lru import Lru
from reconciler.compose.validate import validate
from reconciler.model.commit_policy import KEYS, SIGNERS, CommitPolicy, Signers
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Problem
from reconciler.plugins import Plugins
from reconciler.ports.source import SourceTree
from reconciler.signatures.allowed_signers import flaws_in, keys_in
from reconciler.signatures.pinned import ARMOUR, LARGEST
from reconciler.yaml.parse import Unreadable

_BLOCK = "verification"


def beside(path: str) -> tuple[str, str]:
    """Return the paths of the files of signers that belong to an environment's file."""
    folder = path.rpartition("/")[0]
    return f"{folder}/{SIGNERS}", f"{folder}/{KEYS}"


def read_policy(tree: SourceTree, environment: str) -> CommitPolicy:
    """Read what a commit demands of commits, whatever else of it is broken.

    Raises:
        BadSpec: it has no such environment, or that doesn't say clearly what it demands.
    """
    path = f"environments/{environment}/{ENVIRONMENT}"
    if path not in tree.files:
        raise BadSpec((Problem(path, 0, 0, "", "there is no such file", "add it"),))
    return policy_in(Library(tree, Lru(4), Plugins()), path)


def policy_in(library: Library, path: str) -> CommitPolicy:
    """Read what an environment's file demands of commits.

    Raises:
        BadSpec: it isn't clear, or there are no signers that could meet it.
    """
    try:
        document = library.document(path)
    except Unreadable as error:
        raise BadSpec((told(path, error),)) from None
    if _BLOCK not in document.value:
        return CommitPolicy()
    locator = Locator(library, [Layer(path, document)], path)
    try:
        demand = validate(Environment, {_BLOCK: document.value[_BLOCK]}).verification.commits
        signers = _signers(library, path) if demand != "any" else Signers()
    except Flawed as error:
        raise BadSpec(locator.problems(error.flaws)) from None
    return CommitPolicy(demand, signers)


def ssh_signers(tree: SourceTree, environment: str) -> bytes:
    """Return the SSH keys that may sign for an environment, whether or not it demands that; empty where there are none.

    Raises:
        BadSpec: the file of signers can't be read.
    """
    path = beside(f"environments/{environment}/{ENVIRONMENT}")[0]
    return _content(Library(tree, Lru(4), Plugins()), path)


def approvers_in(library: Library, path: str) -> Signers:
    """Return the signers beside an environment's file, who may approve on plain Git; none of what can't be read."""
    found: list[bytes] = []
    for name in beside(path):
        try:
            found.append(_content(library, name))
        except BadSpec:
            found.append(b"")
    return Signers(*found)


def model_signers_in(library: Library, path: str) -> bytes | None:
    """Read who may sign statements about models, as an environment's file demands it; None where nobody has to.

    Raises:
        BadSpec: it isn't clear, or there is no SSH key that could meet it.
    """
    document = library.document(path)
    if _BLOCK not in document.value:
        return None
    locator = Locator(library, [Layer(path, document)], path)
    try:
        if validate(Environment, {_BLOCK: document.value[_BLOCK]}).verification.models == "any":
            return None
        return _model_signers(library, beside(path)[0])
    except Flawed as error:
        raise BadSpec(locator.problems(error.flaws)) from None


def _model_signers(library: Library, path: str) -> bytes:
    ssh = _content(library, path)
    if problems := [*_ssh_problems(path, ssh)]:
        raise BadSpec(tuple(problems))
    if not keys_in(ssh):
        hint = f"add {path} with the daemon's key, the public half of its --signing-key (see ssh-keygen(1))"
        raise Flawed(Flaw((_BLOCK, "models"), "no model could be served: there are no SSH keys of signers", hint))
    return ssh


def _signers(library: Library, path: str) -> Signers:
    """Read the files of signers.

    Raises:
        Flawed: there is none, or one can't be understood.
        BadSpec: a line of one can't be understood.
    """
    paths = beside(path)
    ssh, openpgp = (_content(library, path) for path in paths)
    if problems := [*_ssh_problems(paths[0], ssh), *_openpgp_problems(paths[1], openpgp)]:
        raise BadSpec(tuple(problems))
    if not keys_in(ssh) and not openpgp.strip():
        hint = f"add {paths[0]} (SSH keys, see ssh-keygen(1)), or {paths[1]} (`gpg --armor --export`)"
        raise Flawed(Flaw((_BLOCK, "commits"), "nobody could sign a commit: there are no signers", hint))
    return Signers(ssh, openpgp)


def _content(library: Library, path: str) -> bytes:
    if path in library.tree.odd:
        raise BadSpec((Problem(path, 0, 0, "", f"it is a {library.tree.odd[path]}", "put the file itself here"),))
    blob = library.files.get(path)
    if blob is None:
        return b""
    if library.tree.size(blob) > LARGEST:
        raise BadSpec(
            (Problem(path, 0, 0, "", f"it is larger than {LARGEST // 2**20} MiB", "it is no place for data"),)
        )
    return library.tree.read(blob)


def _ssh_problems(path: str, content: bytes) -> Iterator[Problem]:
    for line, flaw in list(flaws_in(content))[:50]:
        yield Problem(path, line, 1, "", flaw, "a line is `ada@example.org ssh-ed25519 AAAA...`, see ssh-keygen(1)")


def _openpgp_problems(path: str, content: bytes) -> Iterator[Problem]:
    if content.strip() and ARMOUR not in content:
        yield Problem(path, 0, 0, "", "it holds no OpenPGP key in ASCII armour", "write it by `gpg --armor --export`")
