"""Which commits an environment takes: read from its file and the signers beside it, and told where that isn't clear."""

from pathlib import Path

import pytest

from reconciler.compose import Cache, compose
from reconciler.compose.commit_policy import read_policy, ssh_signers
from reconciler.model.commit_policy import CommitPolicy, Signers
from reconciler.model.errors import BadSpec
from reconciler.signatures.pinned import LARGEST
from tests.unit.reconciler.compose.samples import ENVIRONMENT, SMALL, Files, desired, tree
from tests.unit.reconciler.signers import ssh_key

SIGNED = "verification: {commits: signed}\n"
SIGNERS, KEYS = "environments/dev/allowed_signers", "environments/dev/allowed_keys.asc"
ARMOUR = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> str:
    return ssh_key(tmp_path_factory.mktemp("keys")).public


def told(files: Files, odd: dict[str, str] | None = None) -> list[str]:
    """Return what is wrong, which has to be the same for who composes and for who asks for the policy alone."""
    both = []
    for ask in (lambda: read_policy(tree(files, odd), "dev"), lambda: compose(tree(files, odd), "dev", Cache())):
        with pytest.raises(BadSpec) as refused:
            ask()
        both.append(refused.value.problems)
    assert set(both[0]) <= set(both[1])
    return [str(problem) for problem in both[0]]


def test_without_a_word_any_commit_is_taken() -> None:
    assert read_policy(tree(SMALL), "dev") == CommitPolicy()
    assert read_policy(tree(SMALL | {ENVIRONMENT: "verification: {commits: any}"}), "dev") == CommitPolicy()


@pytest.mark.parametrize("demand", ["signed", "merged"])
def test_signers_lie_beside_the_environment(line: str, demand: str) -> None:
    files = SMALL | {ENVIRONMENT: f"verification: {{commits: {demand}}}", SIGNERS: line, KEYS: ARMOUR}
    found = read_policy(tree(files), "dev")
    assert (found.demand, found.signers) == (demand, Signers(line.encode(), ARMOUR.encode()))
    assert desired(files).all_problems() == ()


def test_signers_of_one_kind_are_enough(line: str) -> None:
    assert read_policy(tree(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: line}), "dev").signers.openpgp == b""
    assert read_policy(tree(SMALL | {ENVIRONMENT: SIGNED, KEYS: ARMOUR}), "dev").signers.ssh == b""


def test_a_commit_that_is_broken_elsewhere_still_says_whom_it_trusts(line: str) -> None:
    files = SMALL | {ENVIRONMENT: SIGNED + "pool: {provider: nobody}\nnonsense: 1\n", SIGNERS: line}
    assert read_policy(tree(files), "dev").demand == "signed"
    with pytest.raises(BadSpec):
        compose(tree(files), "dev", Cache())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("verification: {commits: sined}", "1:25: verification.commits: expected any, signed or merged"),
        (
            "verification: {commits: '${variables.x}'}\nvariables: {x: signed}",
            "1:25: verification.commits: expected any",
        ),
        ("verification: {comits: any}", "1:16: verification.comits: unknown field `comits` (did you mean `commits`?"),
        ("verification: signed", "1:15: verification: expected"),
        ("verification:", "verification: expected"),
        ("verification: [", ": "),
        (SIGNED, f"1:25: verification.commits: nobody could sign a commit: there are no signers (add {SIGNERS}"),
    ],
)
def test_what_is_not_clear_is_told_with_its_place(text: str, problem: str) -> None:
    (found,) = told(SMALL | {ENVIRONMENT: text})
    assert found.startswith(f"{ENVIRONMENT}:")
    assert problem in found


def test_a_file_of_comments_lists_nobody() -> None:
    assert "nobody could sign" in told(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: "# nobody yet\n"})[0]


def test_every_line_that_is_no_signer_is_told(line: str) -> None:
    found = told(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: f"# we\n{line}ada\nbob ssh-ed25519 AAAA\n"})
    assert [problem.partition(" (")[0] for problem in found] == [
        f"{SIGNERS}:3:1: there is no public key",
        f"{SIGNERS}:4:1: the key isn't one of the kind ssh-ed25519",
    ]


def test_hostile_files_of_signers_are_refused(line: str) -> None:
    assert told(SMALL | {ENVIRONMENT: SIGNED}, {SIGNERS: "symlink"})[0].startswith(f"{SIGNERS}: it is a symlink")
    assert told(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: line}, {KEYS: "submodule"})[0].startswith(f"{KEYS}: it is a")
    assert "larger than 1 MiB" in told(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: line * (LARGEST // len(line) + 1)})[0]
    assert "holds no OpenPGP key" in told(SMALL | {ENVIRONMENT: SIGNED, KEYS: "\x1b[2J<script>"})[0]
    (found,) = told(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: f"ada \x1b[2J\u202e {line.split(' ', 1)[1]}"})
    assert "unknown option \\x1b[2J" in found
    assert found.isprintable()


def test_who_may_sign_models_is_told_where_that_is_demanded(line: str) -> None:
    demanding = SMALL | {ENVIRONMENT: "verification: {models: signed}", SIGNERS: line}
    assert desired(demanding).model_signers == line.encode()
    assert desired(SMALL | {ENVIRONMENT: "verification: {models: any}", SIGNERS: line}).model_signers is None
    assert desired(SMALL | {SIGNERS: line}).model_signers is None
    assert read_policy(tree(demanding), "dev") == CommitPolicy(), "it demands nothing of commits"
    assert ssh_signers(tree(SMALL | {SIGNERS: line}), "dev") == line.encode()
    assert ssh_signers(tree(SMALL), "dev") == b""


@pytest.mark.parametrize("files", [{}, {KEYS: ARMOUR}, {SIGNERS: "# nobody\n"}])
def test_models_that_nobody_could_sign_are_an_error(files: dict[str, str]) -> None:
    with pytest.raises(BadSpec) as refused:
        compose(tree(SMALL | {ENVIRONMENT: "verification: {models: signed}", **files}), "dev", Cache())
    (problem,) = map(str, refused.value.problems)
    assert problem.startswith(f"{ENVIRONMENT}:1:24: verification.models: no model could be served")


def test_a_line_that_is_no_signer_of_models_is_told(line: str) -> None:
    files = SMALL | {ENVIRONMENT: "verification: {models: signed}", SIGNERS: f"{line}ada\n"}
    with pytest.raises(BadSpec, match=f"{SIGNERS}:2:1: there is no public key"):
        compose(tree(files), "dev", Cache())


def test_without_its_file_an_environment_says_nothing() -> None:
    with pytest.raises(BadSpec, match="there is no such file"):
        read_policy(tree({"specs/pools/shared.yaml": "{}"}), "dev")


def test_a_changed_file_of_signers_is_read_again(line: str) -> None:
    cache = Cache()
    compose(tree(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: line}), "dev", cache)
    with pytest.raises(BadSpec, match="there is no public key"):
        compose(tree(SMALL | {ENVIRONMENT: SIGNED, SIGNERS: "ada"}), "dev", cache)
    with pytest.raises(BadSpec, match="there are no signers"):
        compose(tree(SMALL | {ENVIRONMENT: SIGNED}), "dev", cache)


def test_the_signers_of_another_environment_are_nobody_here(line: str, tmp_path: Path) -> None:
    other = {"environments/prod/environment.yaml": SIGNED, "environments/prod/allowed_signers": line}
    assert "nobody could sign" in told(SMALL | other | {ENVIRONMENT: SIGNED})[0]
